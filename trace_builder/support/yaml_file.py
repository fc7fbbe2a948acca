"""Reads YAML and remembers where each value stands, so that every complaint can name its line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from trace_builder.errors import InputError

Place = tuple[str | int, ...]
#: Where each value was set: "file:line", or the option on the command line.
Origins = dict[Place, str]


def read_yaml(path: Path, *, as_texts: bool = False) -> tuple[dict[str, Any], Origins]:
    """What a file holds, and where; ``as_texts`` leaves every scalar a text, also "no" and "12".

    Raises:
        InputError: unreadable, not UTF-8, not YAML, no keys, or a key that is set twice; with the line.
    """
    try:
        data = path.read_bytes()
    except OSError as exc:
        raise InputError(f"{path}: {(exc.strerror or str(exc)).lower()}") from None
    try:
        text = data.decode("utf-8-sig")
        loader = _loader(as_texts)(text)
        node = loader.get_single_node()
        tree = loader.construct_document(node) if node else None
        origins: Origins = {}
        _note(node, (), lambda at: f"{path}:{at.start_mark.line + 1}", origins)
    except UnicodeDecodeError as exc:
        raise InputError(f"{path}:{data.count(10, 0, exc.start) + 1}: not UTF-8") from None
    except (yaml.YAMLError, ValueError, RecursionError) as exc:  # a ValueError is a date such as 2026-13-01
        mark = getattr(exc, "problem_mark", None) or getattr(exc, "context_mark", None)
        line = mark.line + 1 if mark else text.count("\n", 0, getattr(exc, "position", 0)) + 1
        problem = getattr(exc, "problem", None) or getattr(exc, "reason", None) or exc
        raise InputError(f"{path}:{line}: not YAML ({str(problem).splitlines()[0]})") from None
    if not isinstance(tree, dict | None):
        raise InputError(f"{path}:1: expected keys and values at the top level")
    return tree or {}, origins


def explain(error: ValidationError, path: Path, origins: Origins) -> str:
    """A line for each fault: where the value was set, what it is called, and what is wrong with it."""
    faults = error.errors()
    # A list that an item of it spoils is called too short besides.
    inner = {fault["loc"][:n] for fault in faults for n in range(len(fault["loc"]))}
    told = (f for f in faults if f["type"] != "too_short" or f["loc"] not in inner)
    return "\n".join(_explain(fault, path, origins) for fault in told)


def _loader(as_texts: bool) -> Any:
    name = "BaseLoader" if as_texts else "SafeLoader"
    return getattr(yaml, f"C{name}", getattr(yaml, name))


def _note(node: Any, place: Place, where: Callable[[Any], str], origins: Origins) -> None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*place, key.value)
            if inner in origins:
                raise InputError(f"{where(key)}: {key.value!r} is set twice")
            origins[inner] = where(key)
            _note(value, inner, where, origins)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            item = (*place, number)
            origins[item] = where(value)
            _note(value, item, where, origins)


def _explain(fault: Any, path: Path, origins: Origins) -> str:
    # A check over several settings has no place of its own; it names the one at fault.
    found = tuple(fault["loc"]) + tuple(fault.get("ctx", {}).get("place", ()))
    place: Place = tuple(part for part in found if part != "[key]")
    name = ".".join(str(part) for part in place)
    where = next((origins[place[:n]] for n in range(len(place), 0, -1) if place[:n] in origins), str(path))
    if fault["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
        return f"{where}: unknown key {name!r}"
    message = fault["msg"].removeprefix("Value error, ").replace("Tuple", "List").replace("tuple", "list")
    return f"{where}: {name}: {message}" if name else f"{where}: {message}"
