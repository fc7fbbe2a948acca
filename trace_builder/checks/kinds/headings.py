"""Headings, sections, titles in brackets, and parts named in order."""

from __future__ import annotations

import re

from trace_builder.checks.claims import Finding, Parameters
from trace_builder.checks.kind import RANGE, Form, Kind, count_kind, range_bound, within
from trace_builder.checks.reading.counting import Interval, exact
from trace_builder.checks.reading.inline import plain
from trace_builder.checks.reading.response_layout import Layout

_BRACKETS = re.compile(r"<<[^<>\n]{1,300}>>|《《[^《》\n]{1,300}》》")
_NUMERAL = r"(?:\d{1,3}|[ivxIVX]{1,5}|[A-Z]|[一二三四五六七八九十]{1,3})"
_BOLD_LINE = re.compile(
    r"^[ \t]*(?:\d{1,2}[.、][ \t]*)?\*\*[^*\n]{1,80}\*\*[ \t]*[:：]?[ \t]*$", re.MULTILINE
)


def _headings(parameters: Parameters, layout: Layout) -> Finding:
    """Headings, of one level where it is given; lines in bold may be meant where there is none."""
    level = parameters.get("level")
    found = [heading for heading in layout.headings if level in (None, heading.level)]
    bold = len(_BOLD_LINE.findall(layout.unfenced)) + layout.body.lower().count("</h")
    readings = {len(found)} if layout.headings else {0, bold} if level is None else {0}
    return within(
        parameters, *(exact(one) for one in sorted(readings)), unit=f"headings of level {level or 'any'}"
    )


def _levels(parameters: Parameters, layout: Layout) -> Finding:
    """How many levels of headings are in use."""
    used = len({heading.level for heading in layout.headings})
    bold = _BOLD_LINE.search(layout.unfenced) is not None
    return within(parameters, Interval(used, used + bold), unit="levels of headings")


def _deepest(parameters: Parameters, layout: Layout) -> Finding:
    deepest = max((heading.level for heading in layout.headings), default=0)
    return within(parameters, exact(deepest), unit="as the deepest level")


def _sections(parameters: Parameters, layout: Layout) -> Finding:
    """Sections that a word and a number open: "Section 1", or a text where the word itself says which."""
    word = re.escape(plain(parameters["marker"]))
    pattern = re.compile(rf"^[\W_]{{0,8}}{word}[\W_]{{0,3}}{_NUMERAL}(?![A-Za-z0-9])", re.IGNORECASE)
    lines = (line for line in plain(layout.body).split("\n") if line.strip())
    found = [match[0] for line in lines if (match := pattern.match(line))]
    different = len({re.sub(r"\W", "", one.lower()) for one in found})
    readings = {different, len(found)}
    return within(
        parameters, *(exact(one) for one in sorted(readings)), unit=f"sections “{parameters['marker']} n”"
    )


def _parts(layout: Layout) -> tuple[Interval, ...]:
    """Sections by headings, bold lines, numbers or rules, whichever the writer used."""
    headed = len(layout.sections or ())
    ruled = sum(1 for row in layout.rows if row.kind == "divider" and row.text) + 1
    numbered = sum(1 for item in layout.items if item.level == 0 and item.number is not None)
    named = len(
        re.findall(
            r"^\W{0,6}(?:section|part|部分|第.部分)\W{0,2}\w", layout.body, re.IGNORECASE | re.MULTILINE
        )
    )
    counts = [
        count
        for count in (headed, ruled if ruled > 1 else 0, numbered, named, len(layout.paragraphs))
        if count
    ]
    return (Interval(min(counts), max(counts)),) if counts else (exact(0),)


def _bracketed(layout: Layout) -> Interval:
    return exact(len(_BRACKETS.findall(layout.body)))


def _named(parameters: Parameters, layout: Layout) -> Finding:
    """Parts with these names: as headings or labels, in this order; elsewhere, they may be meant."""
    names = [_bare(text) for text in parameters["texts"]]
    at, missing = 0, list[str]()
    opened = [_bare(line)[:80] for line in layout.body.split("\n")]
    for name in names:
        place = next((n for n in range(at, len(opened)) if name in opened[n]), None)
        if place is None:
            missing.append(name)
        else:
            at = place
    everywhere = _bare(layout.body)
    gone = [name for name in missing if name not in everywhere]
    verdict = False if gone else None if missing else True
    return Finding(verdict, f"missing: {', '.join(missing)}" if missing else "all in order", ", ".join(names))


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


KINDS: tuple[Kind, ...] = (
    Kind(
        "headings",
        _headings,
        {**RANGE, "level": "count?"},
        (
            Form("{scope} must have no headings.", "{scope}不得有标题行。", {"most": 0}),
            Form("{scope} must have {range} headings.", "{scope}{range}个标题行。"),
            Form(
                "{scope} must have {range} headings of level {level}.",
                "{scope}{range}个第{level}级标题。",
            ),
        ),
        lambda p: range_bound(f"headings {p.get('level', '')}")(p),
    ),
    Kind(
        "heading_levels",
        _levels,
        RANGE,
        (Form("{scope} must have {range} levels of headings.", "{scope}的标题{range}个层级。"),),
        range_bound("heading levels"),
    ),
    Kind(
        "heading_depth",
        _deepest,
        RANGE,
        (Form("{scope} must have headings down to level {range}.", "{scope}的标题层级最深为{range}级。"),),
        range_bound("heading depth"),
    ),
    Kind(
        "sections",
        _sections,
        {**RANGE, "marker": "text"},
        (
            Form(
                '{scope} must have {range} sections marked "{marker}" with a number.',
                "{scope}{range}个以“{marker}”加编号开头的部分。",
            ),
        ),
        lambda p: range_bound(f"sections {p['marker'].lower()}")(p),
    ),
    count_kind("parts_of_text", _parts, "sections", "个部分"),
    count_kind("bracketed_titles", _bracketed, "titles in double angular brackets", "个双尖括号标题"),
    Kind(
        "named_parts",
        _named,
        {"texts": "texts"},
        (
            Form(
                "{scope} must have parts named {texts} in this order.", "{scope}必须依次有名为{texts}的部分。"
            ),
        ),
    ),
)
