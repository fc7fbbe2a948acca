"""What can be counted in a response, for a judge to go by, in time linear in its length."""

from __future__ import annotations

import re
from typing import Any

from trace_builder.checks.reading import languages
from trace_builder.checks.reading.counting import (
    Interval,
    count_han,
    count_paragraphs,
    count_sentences,
    is_cjk,
    words,
)
from trace_builder.checks.reading.response_layout import layout_of

_LABELS = {
    "words": ("words without markup", "词数（不计标记）"),
    "characters_word": ("characters as Word counts them (字数)", "字数（按Word的算法，计标点）"),
    "characters_han": ("Chinese characters alone", "汉字数（不计标点）"),
    "characters": ("characters without white space", "字符数（不计空格）"),
    "words_headings": ("words of these in headings", "其中标题里的词数"),
    "han_headings": ("Chinese characters of these in headings", "其中标题里的汉字数"),
    "sentences": ("sentences", "句数"),
    "paragraphs": ("paragraphs", "段数"),
    "lines": ("lines that are not empty", "非空行数"),
    "items": ("list items by level", "各层列表项数"),
    "headings": ("headings by level", "各级标题数"),
    "code_blocks": ("code blocks", "代码块"),
    "tables": ("tables (columns x rows)", "表格（列×行）"),
    "language": ("main language", "主要语言"),
    "first_line": ("first line", "第一行"),
    "last_line": ("last line", "最后一行"),
}
_LONGEST = 160
_LONE_MARKS = re.compile(r"(?<!\S)[^\w\s]{1,40}(?!\S)")


def facts(response: str) -> dict[str, Any]:
    """Counts and layout of a response by name, JSON as it is. Where usual ways of counting differ, a count is
    a pair of the fewest and the most. Counts of Chinese are there where there is any."""
    layout = layout_of(response)
    counted = words(_LONE_MARKS.sub(" ", layout.prose))
    found: dict[str, Any] = {}
    if is_cjk(layout.seen):
        found["characters_word"] = counted.high
        found["characters_han"] = count_han(layout.prose)
    else:
        found["words"] = _pair(counted)
        found["characters"] = sum(1 for char in layout.prose if not char.isspace())
    if layout.headings:
        # Whether a limit of length means them as well is for the constraint to say.
        titles = "\n".join(heading.text for heading in layout.headings)
        if is_cjk(layout.seen):
            found["han_headings"] = count_han(titles)
        else:
            found["words_headings"] = _pair(words(_LONE_MARKS.sub(" ", titles)))
    paragraphs = count_paragraphs(layout)
    found |= {
        "sentences": _pair(count_sentences(layout)),
        "paragraphs": _pair(Interval(paragraphs[0].low, paragraphs[-1].high)),
        "lines": len(layout.lines),
        "items": _by_level([item.level + 1 for item in layout.items]),
        "headings": _by_level([heading.level for heading in layout.headings]),
        "code_blocks": [fence.tag or "-" for fence in layout.fences],
        "tables": [[len(table.header), len(table.rows)] for table in layout.tables],
        "language": languages.main_language(layout),
        "first_line": (layout.lines or [""])[0][:_LONGEST],
        "last_line": (layout.lines or [""])[-1][-_LONGEST:],
    }
    return {name: found[name] for name in _LABELS if name in found}


def fact_lines(response: str, lang: str) -> list[str]:
    """``facts`` as lines of text; ``lang`` is "en" or "zh". What there is none of is left out: no words
    at all, of a response that is code as a whole, would mislead whoever judges its length."""
    lines = []
    for name, value in facts(response).items():
        if value in ({}, [], None, "", 0):
            continue
        label = _LABELS[name][0 if lang == "en" else 1]
        lines.append(f"{label}{': ' if lang == 'en' else '：'}{_said(name, value, lang)}")
    return lines


def _said(name: str, value: Any, lang: str) -> str:
    if name == "language":
        return str(value) if lang == "en" else languages.name_in_chinese(value)
    if isinstance(value, dict):
        return ", ".join(f"{level}: {count}" for level, count in value.items())
    if name == "tables":
        return ", ".join(f"{columns}x{rows}" for columns, rows in value)
    if name == "code_blocks":
        return ", ".join(value)
    if isinstance(value, list):
        return f"{value[0]}-{value[1]}"
    return str(value)


def _pair(counted: Interval) -> int | list[int]:
    return counted.low if counted.low == counted.high else list(counted)


def _by_level(levels: list[int]) -> dict[str, int]:
    return {str(level): levels.count(level) for level in sorted(set(levels))[:9]}
