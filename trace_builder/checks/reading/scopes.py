"""The parts of a response that a claim may be about."""

from __future__ import annotations

import re
from collections.abc import Callable

from trace_builder.checks.reading.counting import sentences
from trace_builder.checks.reading.inline import visible
from trace_builder.checks.reading.response_layout import Layout

#: Scopes with the words for them, for "must have" and "has" after them: English, Chinese.
SCOPES: dict[str, tuple[str, str]] = {
    "response": ("the response", "全文"),
    "passage": ("the passage", "该段文字"),
    "title": ("the title", "标题"),
    "first paragraph": ("the first paragraph", "第一段"),
    "last paragraph": ("the last paragraph", "最后一段"),
    "first sentence": ("the first sentence", "第一句"),
    "last sentence": ("the last sentence", "最后一句"),
    "first line": ("the first line", "第一行"),
    "last line": ("the last line", "最后一行"),
    "each paragraph": ("each paragraph", "每个段落"),
    "each sentence": ("each sentence", "每句话"),
    "each line": ("each line", "每一行"),
    "each section": ("each section", "每个小节"),
    "each item": ("each list item", "每个列表项"),
}
_NUMBERED = re.compile(r"(paragraph|sentence|line) ([1-9]\d?)")
_UNITS_ZH = {"paragraph": "段", "sentence": "句", "line": "行"}
_UNITS_EN = {zh: en for en, zh in _UNITS_ZH.items()}


def is_scope(scope: str) -> bool:
    return scope in SCOPES or _NUMBERED.fullmatch(scope) is not None


def scope_words(scope: str, lang: str) -> str:
    """A scope as the subject of a sentence."""
    named = _NUMBERED.fullmatch(scope)
    if named is None:
        return SCOPES[scope][0 if lang == "en" else 1]
    return f"{named[1]} {named[2]}" if lang == "en" else f"第{named[2]}{_UNITS_ZH[named[1]]}"


def scope_named(words: str) -> str | None:
    """The scope that ``scope_words`` says in these words."""
    lowered = words.lower()
    named = next((scope for scope, forms in SCOPES.items() if lowered in forms), None)
    if named or _NUMBERED.fullmatch(lowered):
        return named or lowered
    found = re.fullmatch(r"第(\d\d?)([段句行])", words)
    return f"{_UNITS_EN[found[2]]} {found[1]}" if found else None


def parts(scope: str, layout: Layout) -> list[str] | None:
    """The texts that a scope means, as they are seen; None where the response has no such part."""
    if scope == "title":
        return None if layout.title is None else [layout.title]
    kind, unit = scope.split(" ")
    found = _UNITS[unit if kind in ("first", "last", "each") else kind](layout)
    if kind == "each":
        return found or None
    at = {"first": 0, "last": -1}.get(kind)
    at = int(unit) - 1 if at is None else at
    return [found[at]] if -len(found) <= at < len(found) else None


def _paragraphs(layout: Layout) -> list[str]:
    """Paragraphs of running text: no headings, and no line that only leads to what follows."""
    found = [text for text in layout.paragraphs if not text.rstrip().endswith((":", "："))]
    if len(found) == 1 and "\n" in found[0] and not layout.items:
        return [line for line in layout.lines if not line.endswith((":", "："))]
    return found


def _sentences(layout: Layout) -> list[str]:
    return sentences(visible("\n".join(row.text for row in layout.rows if row.kind in ("text", "item"))))


def _sections(layout: Layout) -> list[str]:
    return [text for _, text in layout.sections or ()]


def _items(layout: Layout) -> list[str]:
    return [item.text for item in layout.items if item.level == 0]


_UNITS: dict[str, Callable[[Layout], list[str]]] = {
    "paragraph": _paragraphs,
    "sentence": _sentences,
    "line": lambda layout: layout.lines,
    "section": _sections,
    "item": _items,
}
