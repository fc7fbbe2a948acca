"""The taxonomy of constraints: reads and validates ``taxonomy/<name>.yaml``, finds dimensions by whatever a
model called them, and notices their names where they do not belong (paper 4.1).

Any types and dimensions will do; nothing here or elsewhere may count on the shipped 26.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from trace_builder.errors import InputError
from trace_builder.records import Lang
from trace_builder.support.bilingual import LANGS, Text, Wording
from trace_builder.support.resources import shipped

_ID = re.compile(r"[a-z][a-z0-9_]*")
_EDGES = " \t\r\n\"'`*#.,;:“”‘’「」『』《》<>()（）[]【】{}。，；：、"
_SUFFIX = re.compile(r"(约束|constraints?)$")
_GAPS = re.compile(r"[\s_\-‐‑–—]+")

#: Where a label may stand, what may stand before it, and between it and its colon.
_BEGINNING = r"(?:^|[.!?;。！？；])"
_MARKS = r"[ \t\-*#>\d.、)(（\[【]{0,12}"
_CLOSING = r"[\])）】* \t]{0,8}"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _id(text: str) -> str:
    if not _ID.fullmatch(text):
        raise ValueError(f"the id {text!r} must be lower-case letters, digits and underscores")
    return text


Id = Annotated[str, AfterValidator(_id)]


class Texts(_Frozen):
    """Several texts in every language; ``texts[lang]`` picks one language's."""

    en: tuple[Wording, ...] = Field(min_length=2)
    zh: tuple[Wording, ...] = Field(min_length=2)

    def __getitem__(self, lang: Lang) -> tuple[str, ...]:
        return self.zh if lang == "zh" else self.en


class Dimension(_Frozen):
    """A kind of constraint. ``type`` is the id of its type; ``examples`` are constraints of this kind."""

    id: Id
    type: str
    name: Text
    description: Text
    examples: Texts


class Type(_Frozen):
    """A group of dimensions."""

    id: Id
    name: Text
    dimensions: tuple[Dimension, ...] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _name_the_type(cls, data: Any) -> Any:
        """In a file a dimension's type is told by where it stands."""
        if not isinstance(data, dict) or not isinstance(data.get("dimensions"), list):
            return data
        inside = [{**d, "type": data.get("id")} if isinstance(d, dict) else d for d in data["dimensions"]]
        return {**data, "dimensions": inside}


class Taxonomy(_Frozen):
    """Types with their dimensions, in the file's order."""

    types: tuple[Type, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _one_owner_a_word(self) -> Taxonomy:
        """A label must lead to one dimension only, so ids and names may not be alike even loosely."""
        ids: set[str] = set()
        owners: dict[str, str] = {}
        for number, group in enumerate(self.types):
            place = ("types", number)
            _claim(group.id not in ids, f"the id {group.id} is there twice", (*place, "id"))
            ids.add(group.id)
            for inner, dimension in enumerate(group.dimensions):
                at = (*place, "dimensions", inner)
                _claim(dimension.id not in ids, f"the id {dimension.id} is there twice", (*at, "id"))
                ids.add(dimension.id)
                for part, word in (("id", dimension.id), *((lang, dimension.name[lang]) for lang in LANGS)):
                    key = loose_key(word)
                    spot = (*at, "id") if part == "id" else (*at, "name", part)
                    owner = owners.setdefault(key, dimension.id)
                    _claim(bool(key), f"{word!r} cannot name a dimension", spot)
                    _claim(owner == dimension.id, f"{word!r} also names {owner}", spot)
        return self

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
        return self._by_key.get(loose_key(label))

    def describe(self, lang: Lang) -> str:
        """The block that goes into prompts: an entry a dimension with id, name, description and examples.
        It is the same text for every record of a run."""
        return "\n\n".join(self._describe_type(t, lang) for t in self.types)

    def leaked(self, text: str) -> tuple[str, ...]:
        """The dimension names that a text uses as labels, in the taxonomy's order, each once.

        A label stands at the beginning of a line or a sentence and before a colon ("Theme: ..."), or before
        the word "constraint" or 约束. Everywhere else the names are ordinary words ("The target audience is
        ...", a column named "Value").
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
        return {
            loose_key(word): d for d in self.dimensions for word in (d.id, *(d.name[lang] for lang in LANGS))
        }

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
    from trace_builder.support.yaml_file import explain, read_yaml  # brings yaml

    path = path or shipped("taxonomy", "trace.yaml")
    tree, origins = read_yaml(path, as_texts=True)
    try:
        return Taxonomy.model_validate(tree)
    except ValidationError as exc:
        raise InputError(explain(exc, path, origins)) from None


def _claim(holds: bool, otherwise: str, place: tuple[str | int, ...]) -> None:
    if not holds:
        raise PydanticCustomError("taken", "{otherwise}", {"otherwise": otherwise, "place": place})


def loose_key(label: str) -> str:
    """What is left of a label without case, gaps, edges and a trailing "constraint" or 约束."""
    text = unicodedata.normalize("NFKC", label).casefold().strip(_EDGES)
    text = _SUFFIX.sub("", text.rstrip()).strip(_EDGES)
    return _GAPS.sub("", text)


def _leak_pattern(name: str) -> re.Pattern[str]:
    """The name as a label: at a line's or sentence's beginning and before a colon, or before "constraint"."""
    bare = _SUFFIX.sub("", name).strip()
    word = "[ _-]+".join(re.escape(part) for part in _GAPS.split(bare) if part)
    return re.compile(
        rf"(?<![a-z0-9_]){word}[ _-]?(?:constraints?(?![a-z])|约束(?!条件))"
        rf"|{_BEGINNING}{_MARKS}{word}{_CLOSING}[:：]",
        re.IGNORECASE | re.MULTILINE,
    )
