"""The taxonomy of constraints: reads and validates ``taxonomy/<name>.yaml``, finds dimensions by whatever a
model called them, and notices their names where they do not belong (paper 4.1).

Any types and dimensions will do; nothing here or elsewhere may count on the shipped 26.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from trace_builder.errors import InputError
from trace_builder.records import Lang
from trace_builder.resources import shipped

if TYPE_CHECKING:
    from yaml.nodes import MappingNode, Node, SequenceNode

LANGS: tuple[Lang, ...] = ("en", "zh")

_EDGES = " \t\r\n\"'`*#.,;:“”‘’「」『』《》<>()（）[]【】{}。，；：、"
_SUFFIX = re.compile(r"(约束|constraints?)$")
_GAPS = re.compile(r"[\s_\-‐‑–—]+")
_ID = re.compile(r"[a-z][a-z0-9_]*")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")

#: A Chinese name without 约束 at its end counts as leaked anywhere only from this length on: a shorter one
#: is an everyday word.
_LONG_ENOUGH = 4


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(_Frozen):
    """A text in every language; ``text[lang]`` picks one."""

    en: str
    zh: str

    def __getitem__(self, lang: Lang) -> str:
        return self.zh if lang == "zh" else self.en


class Texts(_Frozen):
    """Several texts in every language; ``texts[lang]`` picks one language's."""

    en: tuple[str, ...]
    zh: tuple[str, ...]

    def __getitem__(self, lang: Lang) -> tuple[str, ...]:
        return self.zh if lang == "zh" else self.en


class Dimension(_Frozen):
    """A kind of constraint. ``type`` is the id of its type; ``examples`` are constraints of this kind."""

    id: str
    type: str
    name: Text
    description: Text
    examples: Texts


class Type(_Frozen):
    """A group of dimensions."""

    id: str
    name: Text
    dimensions: tuple[Dimension, ...]


class Taxonomy(_Frozen):
    """Types with their dimensions, in the file's order."""

    types: tuple[Type, ...]

    @cached_property
    def dimensions(self) -> tuple[Dimension, ...]:
        return tuple(d for t in self.types for d in t.dimensions)

    def get(self, dimension: str) -> Dimension:
        """The dimension with this id. Raises KeyError."""
        return self._by_id[dimension]

    def find(self, label: str) -> Dimension | None:
        """The dimension a model means by ``label``: an id or a name in any language, whatever its case,
        gaps, hyphens, brackets and quotes, with or without "constraint" or 约束 after it. Anything else is
        None: a label outside the taxonomy is never bent into one."""
        return self._by_key.get(_key(label))

    def describe(self, lang: Lang) -> str:
        """The block that goes into prompts: an entry a dimension with id, name, description and examples.
        It is the same text for every record of a run."""
        return "\n\n".join(self._describe_type(t, lang) for t in self.types)

    def leaked(self, text: str) -> tuple[str, ...]:
        """The dimension names that stand in a constraint's text, in the taxonomy's order, each once.

        Chinese names count wherever they stand, English names of several words in any case, single English
        words ("Value") only with exact case, as a label ("value: ...") or before the word "constraint",
        because in lower case they are ordinary words.
        """
        return tuple(name for name, pattern in self._patterns if pattern.search(text))

    def digest(self) -> str:
        """12 hex digits over everything in the taxonomy, for fingerprints."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:12]

    @cached_property
    def _by_id(self) -> dict[str, Dimension]:
        return {d.id: d for d in self.dimensions}

    @cached_property
    def _by_key(self) -> dict[str, Dimension]:
        return {_key(word): d for d in self.dimensions for word in (d.id, *(d.name[lang] for lang in LANGS))}

    @cached_property
    def _patterns(self) -> tuple[tuple[str, re.Pattern[str]], ...]:
        names = dict.fromkeys(d.name[lang] for d in self.dimensions for lang in LANGS)
        return tuple((name, _leak_pattern(name)) for name in names)

    def _describe_type(self, group: Type, lang: Lang) -> str:
        lines = [f"## {group.name[lang]}"]
        for d in group.dimensions:
            lines.append(f"[{d.id}] {d.name[lang]}")
            lines.append(f"  {d.description[lang]}")
            lines += ["  - " + example.replace("\n", "\n    ") for example in d.examples[lang]]
        return "\n".join(lines)


def load_taxonomy(path: Path | None = None) -> Taxonomy:
    """Reads a taxonomy file; None is the shipped one.

    Raises:
        InputError: "file:line: what is wrong", for a missing or unreadable file, bad YAML, unknown or missing
            keys, a missing language, fewer than two examples, and ids or names that are there twice.
    """
    path = path or shipped("taxonomy", "trace.yaml")
    try:
        data = path.read_bytes()
    except OSError as exc:
        raise InputError(f"{path}: {exc.strerror or exc}") from None
    return _parse(path, data)


def _key(label: str) -> str:
    """What is left of a label without case, gaps, edges and a trailing "constraint" or 约束."""
    text = unicodedata.normalize("NFKC", label).casefold().strip(_EDGES)
    text = _SUFFIX.sub("", text.rstrip()).strip(_EDGES)
    return _GAPS.sub("", text)


def _leak_pattern(name: str) -> re.Pattern[str]:
    if _HAN.search(name):
        return _han_pattern(name)
    words = [re.escape(word) for word in _GAPS.split(name) if word]
    if len(words) > 1:
        return re.compile(rf"(?<![a-z0-9_]){'[ _-]+'.join(words)}(?![a-z0-9_])", re.IGNORECASE)
    word = re.escape(name)
    return re.compile(
        rf"(?<![A-Za-z0-9_]){word}(?![A-Za-z0-9_])"
        rf"|(?<![A-Za-z0-9_])(?i:{word}[ _-]?(?:constraint|约束))"
        rf"|(?m:^)[\s\-*#>\d.)(（\[【]*(?i:{word})[\])）】*\s]*[:：]"
    )


def _han_pattern(name: str) -> re.Pattern[str]:
    word = re.escape(name)
    if name.endswith("约束") or len(name) >= _LONG_ENOUGH:
        return re.compile(word, re.IGNORECASE)
    return re.compile(rf"{word}约束|(?m:^)[\s\-*#>\d.、)(（\[【]*{word}[\])）】*\s]*[:：]", re.IGNORECASE)


@lru_cache(maxsize=8)
def _parse(path: Path, data: bytes) -> Taxonomy:
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
        import yaml

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
        self._claim(dimension, node)
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

    def _claim(self, dimension: Dimension, node: Node) -> None:
        """A label must lead to one dimension only, so ids and names may not be alike even loosely."""
        for word in (dimension.id, *(dimension.name[lang] for lang in LANGS)):
            key = _key(word)
            if not key:
                self._fail(node, f"{word!r} cannot name a dimension")
            owner, line = self._keys.setdefault(key, (dimension.id, _line(node)))
            if owner != dimension.id:
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
        if node.id != "mapping":
            self._fail(node, f"expected {', '.join(keys)}{of}")
        mapping: MappingNode = node  # type: ignore[assignment]
        found: dict[str, Node] = {}
        for key, value in mapping.value:
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
        if node.id != "sequence":
            self._fail(node, f"expected a list: {what}")
        sequence: SequenceNode = node  # type: ignore[assignment]
        if len(sequence.value) < least:
            self._fail(node, f"{what}: {len(sequence.value)} found, {least} or more are needed")
        return list(sequence.value)

    def _scalar(self, node: Node, what: str) -> str:
        if node.id != "scalar" or node.tag.endswith(":null") or not str(node.value).strip():
            self._fail(node, f"expected a text: {what}")
        return str(node.value).strip("\n")

    def _fail(self, node: Node, problem: str) -> None:
        raise InputError(f"{self._path}:{_line(node)}: {problem}")


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1
