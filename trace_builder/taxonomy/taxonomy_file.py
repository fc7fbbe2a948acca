"""Reads a taxonomy file node by node, so that every complaint knows its line."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import NoReturn

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from trace_builder.bilingual import LANGS, Text, Texts
from trace_builder.errors import InputError
from trace_builder.taxonomy import Dimension, Taxonomy, Type, loose_key

_ID = re.compile(r"[a-z][a-z0-9_]*")


@lru_cache(maxsize=8)
def parse(path: Path, data: bytes) -> Taxonomy:
    return _Reader(path).read(data)


class _Reader:
    """Walks the YAML nodes, which know their lines, and turns them into a taxonomy."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._ids: dict[str, int] = {}
        self._keys: dict[str, tuple[str, int]] = {}

    def read(self, data: bytes) -> Taxonomy:
        root = self._compose(data)
        if root is None:
            raise InputError(f"{self._path}:1: the file is empty")
        fields = self._mapping(root, ("types",))
        types = tuple(self._type(node) for node in self._items(fields["types"], "types", least=1))
        return Taxonomy(types=types)

    def _compose(self, data: bytes) -> Node | None:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        try:
            text = data.decode("utf-8-sig")
            node: Node | None = yaml.compose(text, Loader=loader)
        except UnicodeDecodeError as exc:
            line = data.count(b"\n", 0, exc.start) + 1
            raise InputError(f"{self._path}:{line}: not UTF-8") from None
        except yaml.MarkedYAMLError as exc:
            mark = exc.problem_mark or exc.context_mark
            raise InputError(
                f"{self._path}:{mark.line + 1 if mark else 1}: bad YAML, {exc.problem}"
            ) from None
        except (yaml.YAMLError, RecursionError) as exc:
            position = getattr(exc, "position", 0)
            raise InputError(f"{self._path}:{text.count(chr(10), 0, position) + 1}: bad YAML") from None
        return node

    def _type(self, node: Node) -> Type:
        fields = self._mapping(node, ("id", "name", "dimensions"))
        name = self._id(fields["id"])
        dimensions = self._items(fields["dimensions"], f"dimensions of {name}", least=1)
        return Type(
            id=name,
            name=self._text(fields["name"], f"name of {name}"),
            dimensions=tuple(self._dimension(child, name) for child in dimensions),
        )

    def _dimension(self, node: Node, group: str) -> Dimension:
        fields = self._mapping(node, ("id", "name", "description", "examples"))
        name = self._id(fields["id"])
        dimension = Dimension(
            id=name,
            type=group,
            name=self._text(fields["name"], f"name of {name}"),
            description=self._text(fields["description"], f"description of {name}"),
            examples=self._texts(fields["examples"], f"examples of {name}"),
        )
        self._claim(name, name, fields["id"])
        for lang in LANGS:
            self._claim(dimension.name[lang], name, fields["name"])
        return dimension

    def _id(self, node: Node) -> str:
        name = self._scalar(node, "id")
        line = _line(node)
        if not _ID.fullmatch(name):
            self._fail(node, f"the id {name!r} must be lower-case letters, digits and underscores")
        if name in self._ids:
            self._fail(node, f"the id {name} is there twice, first in line {self._ids[name]}")
        self._ids[name] = line
        return name

    def _claim(self, word: str, dimension: str, node: Node) -> None:
        """A label must lead to one dimension only, so ids and names may not be alike even loosely."""
        key = loose_key(word)
        if not key:
            self._fail(node, f"{word!r} cannot name a dimension")
        owner, line = self._keys.setdefault(key, (dimension, _line(node)))
        if owner != dimension:
            self._fail(node, f"{word!r} also names {owner} in line {line}")

    def _text(self, node: Node, what: str) -> Text:
        fields = self._mapping(node, LANGS, what)
        return Text(**{lang: self._scalar(fields[lang], f"{lang} {what}") for lang in LANGS})

    def _texts(self, node: Node, what: str) -> Texts:
        fields = self._mapping(node, LANGS, what)
        return Texts(
            **{
                lang: tuple(
                    self._scalar(child, f"{lang} {what}")
                    for child in self._items(fields[lang], f"{lang} {what}", least=2)
                )
                for lang in LANGS
            }
        )

    def _mapping(self, node: Node, keys: tuple[str, ...], what: str = "") -> dict[str, Node]:
        """The values of a mapping that has exactly these keys."""
        of = f" ({what})" if what else ""
        if not isinstance(node, MappingNode):
            self._fail(node, f"expected {', '.join(keys)}{of}")
        found: dict[str, Node] = {}
        for key, value in node.value:
            if key.value not in keys:
                self._fail(key, f"unknown key {key.value!r}{of}; known are {', '.join(keys)}")
            if key.value in found:
                self._fail(key, f"the key {key.value} is there twice{of}")
            found[key.value] = value
        missing = [key for key in keys if key not in found]
        if missing:
            self._fail(node, f"{', '.join(missing)} is missing{of}")
        return found

    def _items(self, node: Node, what: str, *, least: int) -> list[Node]:
        if not isinstance(node, SequenceNode):
            self._fail(node, f"expected a list: {what}")
        if len(node.value) < least:
            self._fail(node, f"{what}: {len(node.value)} found, {least} or more are needed")
        return list(node.value)

    def _scalar(self, node: Node, what: str) -> str:
        if not isinstance(node, ScalarNode) or node.tag.endswith(":null") or not str(node.value).strip():
            self._fail(node, f"expected a text: {what}")
        return str(node.value).strip("\n")

    def _fail(self, node: Node, problem: str) -> NoReturn:
        raise InputError(f"{self._path}:{_line(node)}: {problem}")


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1
