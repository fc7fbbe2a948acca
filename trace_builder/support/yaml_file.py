"""Reads YAML and remembers where each value stands, so that every complaint can name its line.

YAML is read as JSON with comments: texts, numbers, true, false, null, lists and objects whose keys are texts;
a date is a text. The limits are far above what a person writes; an alias counts as often as it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NoReturn

import yaml
from pydantic import ValidationError

from trace_builder.errors import InputError, did_you_mean

MAX_BYTES = 1 << 20
MAX_VALUES = 20_000
MAX_DEPTH = 50
MAX_DIGITS = 300

Place = tuple[str | int, ...]
#: Where each value was set: "file:line", or the option on the command line.
Origins = dict[Place, str]

_TAG = "tag:yaml.org,2002:"
_KINDS = ("str", "int", "float", "bool", "null", "seq", "map")
#: What YAML makes of a bare text, and JSON does not.
_TEXTS = (f"{_TAG}timestamp", f"{_TAG}value")


def read_yaml(path: Path, *, as_texts: bool = False) -> tuple[dict[str, Any], Origins]:
    """What a file holds, and where; ``as_texts`` leaves every scalar a text, also "no" and "12".

    Raises:
        InputError: unreadable, not UTF-8, not YAML, no keys, a key that is set twice, or a limit that is
            passed; with the line.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise InputError(f"{path}:{data.count(10, 0, exc.start) + 1}: not UTF-8") from None
    except (OSError, ValueError) as exc:
        raise InputError(f"{path}: {(getattr(exc, 'strerror', None) or str(exc)).lower()}") from None
    tree, origins = parse_yaml(text, lambda line: f"{path}:{line}", as_texts=as_texts)
    if not isinstance(tree, dict | None):
        raise InputError(f"{path}:1: expected keys and values at the top level")
    return tree or {}, origins


def parse_yaml(text: str, where: Callable[[int], str], *, as_texts: bool = False) -> tuple[Any, Origins]:
    """What a text holds, and where; ``where`` names a line, from 1. Raises InputError, as ``read_yaml``."""
    if len(text) > MAX_BYTES:
        raise InputError(f"{where(1)}: larger than {MAX_BYTES:,} bytes")
    try:
        return _Reader(text, where, as_texts).read()
    except (yaml.YAMLError, RecursionError) as exc:
        mark = getattr(exc, "problem_mark", None) or getattr(exc, "context_mark", None)
        line = mark.line + 1 if mark else text.count("\n", 0, getattr(exc, "position", 0)) + 1
        problem = getattr(exc, "problem", None) or getattr(exc, "reason", None) or exc
        raise InputError(f"{where(line)}: not YAML ({str(problem).splitlines()[0]})") from None


def explain(
    error: ValidationError,
    path: Path,
    origins: Origins,
    known: Callable[[Place], Iterable[str]] = lambda place: (),
) -> str:
    """A line for each fault: where the value was set, what it is called, and what is wrong with it.

    Args:
        known: the keys that a section may have, by its place, to name the one that an unknown key is like.
    """
    faults = error.errors()
    # A list that an item of it spoils is called too short besides.
    inner = {fault["loc"][:n] for fault in faults for n in range(len(fault["loc"]))}
    told = (f for f in faults if f["type"] != "too_short" or f["loc"] not in inner)
    return "\n".join(_explain(fault, path, origins, known) for fault in told)


class _Reader:
    """One text, from its nodes to its values. The nodes are looked at first: making the values of a few lines
    of aliases can take forever."""

    def __init__(self, text: str, where: Callable[[int], str], as_texts: bool) -> None:
        name = "BaseLoader" if as_texts else "SafeLoader"
        self._loader = getattr(yaml, f"C{name}", getattr(yaml, name))(text)
        resolvers = self._loader.yaml_implicit_resolvers
        self._loader.yaml_implicit_resolvers = {
            first: [(tag, pattern) for tag, pattern in known if tag not in _TEXTS]
            for first, known in resolvers.items()
        }
        self._where = where
        self._origins: Origins = {}
        self._left = MAX_VALUES

    def read(self) -> tuple[Any, Origins]:
        node = self._loader.get_single_node()
        self._visit(node, ())
        return self._loader.construct_document(node) if node else None, self._origins

    def _visit(self, node: Any, place: Place) -> None:
        self._left -= 1
        if self._left < 0:
            self._refuse(node, f"more than {MAX_VALUES:,} values, aliases counted each time")
        if len(place) > MAX_DEPTH:
            self._refuse(node, f"nested deeper than {MAX_DEPTH} levels")
        if node is not None and node.tag.removeprefix(_TAG) not in _KINDS:
            self._refuse(node, f"values of the type {node.tag[:60]} are not read")
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                self._visit_key(key, value, place)
        elif isinstance(node, yaml.SequenceNode):
            for number, value in enumerate(node.value):
                self._note(value, value, (*place, number))
        elif node is not None:
            self._check_scalar(node)

    def _visit_key(self, key: Any, value: Any, place: Place) -> None:
        if not isinstance(key, yaml.ScalarNode):
            self._refuse(key, "a key must be a text")
        if key.tag != f"{_TAG}merge":
            key.tag = f"{_TAG}str"
        if (*place, key.value) in self._origins:
            self._refuse(key, f"{key.value!r} is set twice")
        self._note(key, value, (*place, key.value))

    def _note(self, named_by: Any, value: Any, place: Place) -> None:
        self._origins[place] = self._line(named_by)
        self._visit(value, place)

    def _check_scalar(self, node: Any) -> None:
        kind = node.tag.removeprefix(_TAG)
        if "\0" in node.value:
            self._refuse(node, "a text with a NUL character")
        if kind in ("int", "float") and len(node.value) > MAX_DIGITS:
            self._refuse(node, f"a number of {len(node.value):,} digits")
        try:
            self._loader.construct_object(node)
        except (ValueError, LookupError):
            self._refuse(node, f"{node.value[:60]!r} is no {kind}")

    def _line(self, node: Any) -> str:
        return self._where(node.start_mark.line + 1)

    def _refuse(self, node: Any, what: str) -> NoReturn:
        raise InputError(f"{self._line(node)}: {what}")


def _explain(fault: Any, path: Path, origins: Origins, known: Callable[[Place], Iterable[str]]) -> str:
    # A check over several settings has no place of its own; it names the one at fault.
    found = tuple(fault["loc"]) + tuple(fault.get("ctx", {}).get("place", ()))
    place: Place = tuple(part for part in found if part != "[key]")
    name = ".".join(str(part) for part in place)
    where = next((origins[place[:n]] for n in range(len(place), 0, -1) if place[:n] in origins), str(path))
    if fault["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
        return f"{where}: unknown key {name!r}{did_you_mean(str(place[-1]), known(place[:-1]))}"
    message = fault["msg"].removeprefix("Value error, ").replace("Tuple", "List").replace("tuple", "list")
    return f"{where}: {name}: {message}" if name else f"{where}: {message}"
