"""Lengths: words, characters, sentences, paragraphs, lines."""

from __future__ import annotations

from trace_builder.checks.claims import Finding, Parameters
from trace_builder.checks.kind import RANGE, Form, Kind, count_kind, range_bound, within
from trace_builder.checks.reading.counting import (
    Interval,
    characters,
    count_han,
    count_paragraphs,
    count_sentences,
    exact,
    folded,
    parts_between,
    visible_words,
    words,
)
from trace_builder.checks.reading.response_layout import Layout


def _words(layout: Layout) -> tuple[Interval, ...]:
    prose = words(layout.prose, layout.unfenced)
    return (prose, words(layout.seen, layout.body)) if layout.fences else (prose,)


def _terms(layout: Layout) -> Interval:
    """Words or terms: of Chinese text, up to four characters make one."""
    counted = words(layout.prose, layout.unfenced)
    han = count_han(layout.prose)
    return Interval(counted.low - han + han // 4, counted.high)


def _characters(layout: Layout) -> tuple[Interval, ...]:
    prose = characters(layout.prose, layout.unfenced)
    return (prose, characters(layout.seen, layout.body)) if layout.fences else (prose,)


def _han(layout: Layout) -> tuple[Interval, ...]:
    return tuple(exact(count_han(text)) for text in dict.fromkeys((layout.prose, layout.seen)))


def _lines(layout: Layout) -> tuple[Interval, ...]:
    """Lines with something in them, with and without those that are code or a heading."""
    written = sum(1 for line in layout.body.split("\n") if line.strip())
    code = sum(fence.body.count("\n") + 1 for fence in layout.fences)
    bare = sum(1 for row in layout.rows if row.kind in ("text", "item"))
    readings = (code,) if layout.fences and not bare else (written, len(layout.lines), bare)
    return tuple(exact(count) for count in dict.fromkeys(readings))


def _unique(layout: Layout) -> Interval:
    return exact(len(set(visible_words(folded(layout.prose)))))


def _code_lines(layout: Layout) -> tuple[Interval, ...]:
    """Lines of code, with and without blank ones and comments; the whole response where nothing is fenced."""
    bodies = [fence.body for fence in layout.fences] or [layout.body]
    lines = [line.strip() for body in bodies for line in body.split("\n")]
    filled = [line for line in lines if line]
    bare = sum(1 for line in filled if not line.startswith(("#", "//", "--", "/*", "*")))
    return (Interval(bare, len(lines)),)


def _paragraphs(parameters: Parameters, layout: Layout) -> Finding:
    return within(parameters, *count_paragraphs(layout, blank="blank" in parameters), unit="paragraphs")


def _parts(parameters: Parameters, layout: Layout) -> Finding:
    divider = parameters["divider"]
    return within(parameters, exact(parts_between(layout.body, divider)), unit=f"parts between {divider}")


KINDS: tuple[Kind, ...] = (
    count_kind("words", _words, "words", "字"),
    count_kind("terms", _terms, "words or terms", "个词语"),
    count_kind("characters", _characters, "characters", "个字符"),
    count_kind("han", _han, "Chinese characters", "个汉字"),
    count_kind("sentences", count_sentences, "sentences", "句话"),
    Kind(
        "paragraphs",
        _paragraphs,
        {**RANGE, "blank": "flag?"},
        (
            Form("{scope} must have {range} paragraphs.", "{scope}{range}段。"),
            Form(
                "{scope} must have {range} paragraphs with a blank line between them.",
                "{scope}{range}段，段间空一行。",
                {"blank": True},
            ),
        ),
        range_bound("paragraphs"),
    ),
    count_kind("lines", _lines, "lines", "行文字"),
    count_kind("code_lines", _code_lines, "lines of code", "行代码"),
    count_kind("unique_words", _unique, "different words", "个不同的词"),
    Kind(
        "parts",
        _parts,
        {**RANGE, "divider": "text"},
        (
            Form(
                '{scope} must have {range} parts that "{divider}" separates.',
                "{scope}{range}个以“{divider}”分隔的部分。",
            ),
        ),
        lambda p: range_bound(f"parts:{p['divider']}")(p),
    ),
)
