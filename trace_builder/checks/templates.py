"""Sentences with slots, which both write and recognise, so that what is written is always recognised."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Generic, TypeVar

from trace_builder.checks.reading import languages
from trace_builder.checks.reading.scopes import SCOPES

_SLOT = re.compile(r"\{([a-z_]+)\}")
_QUOTES = re.compile('["“”]')
_MARK = re.compile(r"\A(?:[-*•]\s+|[(（]?\d{1,2}[.、)）](?!\d)\s*)")
_SCOPES = "|".join(
    sorted(
        (re.escape(form) for en, zh in SCOPES.values() for form in (en, en.capitalize(), zh)),
        key=len,
        reverse=True,
    )
)
_N = r"\d{1,7}"
_TEXTS = r'["“][^"“”\n]{1,300}["”](?:(?:, | and |、|和)["“][^"“”\n]{1,300}["”]){0,40}'
_SLOT_PATTERNS = {
    "n": r"\d{1,4}",
    "low": r"\d{1,4}",
    "high": r"\d{1,4}",
    "year": r"\d{4}",
    "table": r"\|.*\|(?:\n\|.*\|)+",
    "steps": r"\* .+(?:\n\* .+)*",
    "text": r"[^\n]+?",
    "emoji": r"[^\w\s\x00-\x7f\u3000-\u303f\uff00-\uffef]{1,6}",
    "range": (
        rf"at least {_N}|at most {_N}|exactly {_N}|between {_N} and {_N}|about {_N}"
        rf"|至少{_N}|最多{_N}|恰好{_N}|{_N}到{_N}|大约{_N}"
    ),
    "scope": rf"{_SCOPES}|(?:[Pp]aragraph|[Ss]entence|[Ll]ine) \d\d?|第\d\d?[段句行]",
    "count": _N,
    "code": "[a-z+#]{1,12}",
    "columns": _N,
    "level": "[1-6]",
    "language": "|".join(map(re.escape, languages.names())) + "|" + "|".join(languages.LANGUAGES),
    "texts": _TEXTS,
    "keys": _TEXTS,
    "headers": _TEXTS,
}
_DEFAULT_PATTERN = r'[^"“”\n]{1,300}?'
_OPENINGS = {
    "scope": {form[0] for en, zh in SCOPES.values() for form in (en.capitalize(), zh)} | set("PSL"),
}

T = TypeVar("T")


def strip_mark(text: str) -> str:
    """``text`` without a leading bullet or number."""
    return _MARK.sub("", text.strip(), count=1)


def canonical(text: str) -> str:
    """``text`` without mark and ending punctuation, the form in which constraints are compared."""
    return strip_mark(text).rstrip(" .。;；\n")


def slots_of(template: str) -> set[str]:
    return set(_SLOT.findall(template))


def fill(template: str, values: Mapping[str, str]) -> str:
    """A template with its slots filled."""
    return _SLOT.sub(lambda slot: values[slot[1]], template)


def read(template: str, text: str) -> dict[str, str] | None:
    """What stands in a template's slots in a ``canonical`` text; None where it is another text."""
    found = _pattern(template).fullmatch(text)
    return {name: value.strip() for name, value in found.groupdict().items()} if found else None


class Templates(Generic[T]):
    """Templates with what each belongs to, found by how a text begins."""

    def __init__(self, templates: Iterable[tuple[str, T]]) -> None:
        self._by_opening: defaultdict[str, list[tuple[str, T]]] = defaultdict(list)
        for template, owner in templates:
            for opening in _openings(template):
                self._by_opening[opening].append((template, owner))

    def read(self, text: str) -> Iterator[tuple[T, str, dict[str, str]]]:
        """The readings of a canonical text: owner, template, and what stands in the slots."""
        for template, owner in (*self._by_opening.get(text[:1], ()), *self._by_opening.get("", ())):
            found = read(template, text)
            if found is not None:
                yield owner, template, found


def _openings(template: str) -> set[str]:
    slot = _SLOT.match(template)
    if slot:
        return _OPENINGS.get(slot[1], {""})
    return {""} if template.startswith(('"', "“", "”")) else {template[:1]}


@cache
def _pattern(template: str) -> re.Pattern[str]:
    seen: set[str] = set()
    parts: list[str] = []
    for index, part in enumerate(_SLOT.split(canonical(template))):
        if index % 2 == 0:
            parts.append(_QUOTES.sub('["“”]', re.escape(part)))
        elif part in seen:
            parts.append(f"(?P={part})")
        else:
            seen.add(part)
            parts.append(f"(?P<{part}>{_SLOT_PATTERNS.get(part, _DEFAULT_PATTERN)})")
    return re.compile("".join(parts))
