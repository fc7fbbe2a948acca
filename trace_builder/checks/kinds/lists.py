"""Lists: bullets, numbers, items of any kind, nesting, styles of numbering, lines with a given opening."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from trace_builder.checks.claims import Finding, Parameters
from trace_builder.checks.kind import RANGE, Form, Kind, count_kind, range_bound, within
from trace_builder.checks.reading.counting import Interval, exact
from trace_builder.checks.reading.inline import visible
from trace_builder.checks.reading.response_layout import Item, Layout

_STYLES = {"digit": "digits", "letter": "letters", "roman": "roman numerals", "han": "中文数字"}
_LOOSE_BULLET = re.compile(r"^[ \t]*\*(?=[^\s*])(?![^*\n]*\*)", re.MULTILINE)
#: Lines that a star or a hyphen opens, whatever they are: italics and rules, which some programs count.
_OPENED = re.compile(r"^[ \t]*(?:\*(?!\*)|-)", re.MULTILINE)
_DECORATION = "*_#> \t"


def _top(items: Iterable[Item]) -> int:
    """How many items stand on the topmost level that any of them has."""
    levels = [item.level for item in items]
    return levels.count(min(levels)) if levels else 0


def _bullets(parameters: Parameters, layout: Layout) -> Finding:
    """Bullets of the topmost level. Nested ones may be meant as well, so may numbers where there are no
    bullets, and stars without a space behind them; programs that look at a line's first sign see more."""
    bullets = [item for item in layout.items if item.number is None]
    count = _top(bullets)
    numbers = _top(item for item in layout.items if item.number is not None)
    loose = len(_LOOSE_BULLET.findall(layout.unfenced))
    odd = {
        len(bullets),
        count + loose,
        len(_OPENED.findall(layout.unfenced)),
        *([numbers] if not bullets or layout.items[0].number is not None else []),
    }
    return within(
        parameters, exact(count), unit="bullet points", odd=(exact(one) for one in sorted(odd - {count}))
    )


def numbers(layout: Layout) -> list[int]:
    """The numbers of the items of the topmost level, in their order."""
    found = [item for item in layout.items if item.number is not None and item.style == "digit"]
    top = min((item.level for item in found), default=0)
    return [item.number or 0 for item in found if item.level == top]


def _numbered(parameters: Parameters, layout: Layout) -> Finding:
    """Numbered items: they count up from 1; where there are several lists, each may be meant."""
    said = numbers(layout)
    others = [item.number or 0 for item in layout.items if item.number is not None and item.style != "digit"]
    said = said or others
    runs = [at for at, number in enumerate(said) if number == 1]
    longest = max((end - start for start, end in pairwise([*runs, len(said)])), default=0)
    rising = said == list(range(1, len(said) + 1))
    readings = {len(said)} if rising else {len(said), longest, len(runs)} if runs else {0, len(said)}
    finding = within(parameters, *(exact(one) for one in sorted(readings)), unit="numbered items")
    broken_order = said and not rising and len(runs) < 2
    low, high = parameters.get("least"), parameters.get("most")
    if broken_order and low == high and low is not None:
        return Finding(False, f"numbers {said[:12]}", finding.wanted)
    return finding


def _items(layout: Layout) -> tuple[Interval, ...]:
    """Items of any list, in the narrowest sense and the widest: nested ones, rows of tables, paragraphs."""
    top = _top(layout.items)
    rows = max((len(table.rows) for table in layout.tables), default=0)
    wide = max(top, len(layout.items), rows, len(layout.paragraphs), len(layout.headings), len(layout.lines))
    return (exact(top), exact(wide)) if wide != top else (exact(top),)


def _list(parameters: Parameters, layout: Layout) -> Finding:
    """A list at all, of a style where one is asked for."""
    style = parameters.get("style", "any")
    items = [item for item in layout.items if _is(item, style)]
    if len(items) > 1:
        return Finding(True, f"{len(items)} items", f"a list ({style})")
    other = len(layout.items) > 1 or _STEPS.search(layout.body) is not None
    doubt = (
        bool(items)
        or (other and style in ("any", "nested"))
        or (style == "numbered" and _STEPS.search(layout.body))
    )
    return Finding(None if doubt else False, f"{len(items)} items", f"a list ({style})")


_STEPS = re.compile(r"^\W{0,6}(?:step|步骤|第)\s?[\d一二三四五六七八九十]", re.IGNORECASE | re.MULTILINE)


def _is(item: Item, style: str) -> bool:
    if style == "any":
        return True
    if style == "bullet":
        return item.number is None
    return item.number is not None


def _nested(parameters: Parameters, layout: Layout) -> Finding:
    depth = max((item.level + 1 for item in layout.items), default=0)
    return within(parameters, exact(depth), unit="levels of list items")


def _numbering(parameters: Parameters, layout: Layout) -> Finding:
    """Numbers of one style open lines."""
    style = parameters["style"]
    found = [item for item in layout.items if item.style == style or (style == "roman" and _roman(item))]
    return Finding(len(found) > 1 or None if found else False, f"{len(found)} items", f"numbers as {style}")


def _roman(item: Item) -> bool:
    return item.style == "letter" and item.mark.strip(".)").lower() in ("i", "v", "x")


def _labels(parameters: Parameters, layout: Layout) -> Finding:
    """Lines that open with these texts, in this order."""
    wanted = iter(parameters["texts"])
    label = next(wanted, None)
    for line in layout.body.split("\n"):
        if label is None:
            break
        if visible(line).lstrip(_DECORATION).startswith(label) or line.lstrip(_DECORATION).startswith(label):
            label = next(wanted, None)
    return Finding(
        label is None, "all in order" if label is None else f"no line opens with {label}", "in this order"
    )


def _separated(parameters: Parameters, layout: Layout) -> Finding:
    mark = parameters["mark"]
    count = sum(1 for line in layout.body.split("\n") if line.strip().startswith(mark))
    return within(parameters, exact(count), unit=f"lines that open with {mark}")


def _joined(parameters: Parameters, layout: Layout) -> Finding:
    """A line of two parts that a sign joins."""
    joint = re.escape(parameters["joint"])
    pattern = re.compile(rf"(?:[-*] )?(?:(?!{joint})[^\n]){{1,200}}? {joint} (?:(?!{joint})[^\n])+")
    found = next((line for line in layout.body.split("\n") if pattern.fullmatch(line.strip())), None)
    return Finding(found is not None, found or "no such line", f"a line “… {parameters['joint']} …”")


KINDS: tuple[Kind, ...] = (
    Kind(
        "bullets",
        _bullets,
        RANGE,
        (
            Form("{scope} must have no bullet points.", "{scope}不得有项目符号要点。", {"most": 0}),
            Form("{scope} must have {range} bullet points.", "{scope}{range}个项目符号要点。"),
        ),
        range_bound("bullets"),
    ),
    Kind(
        "numbered",
        _numbered,
        RANGE,
        (Form("{scope} must have {range} numbered items.", "{scope}{range}条编号要点。"),),
        range_bound("numbered"),
    ),
    count_kind("items", _items, "list items", "个列表项", none=("list items", "列表项")),
    Kind(
        "list",
        _list,
        {"style": "text?"},
        (
            Form("{scope} must have a list.", "{scope}必须有列表。"),
            Form("{scope} must have a numbered list.", "{scope}必须有编号列表。", {"style": "numbered"}),
            Form("{scope} must have a bulleted list.", "{scope}必须有项目符号列表。", {"style": "bullet"}),
        ),
    ),
    Kind(
        "nested",
        _nested,
        RANGE,
        (Form("{scope} must have {range} levels of list items.", "{scope}的列表{range}层。"),),
        range_bound("list levels"),
    ),
    Kind(
        "numbering",
        _numbering,
        {"style": "text"},
        tuple(
            Form(
                f"{{scope}} must number its items with {words}.",
                f"{{scope}}的列表必须用{words}编号。",
                {"style": style},
            )
            for style, words in _STYLES.items()
        ),
    ),
    Kind(
        "labels",
        _labels,
        {"texts": "texts"},
        (
            Form(
                "{scope} must have lines that open with {texts} in this order.",
                "{scope}必须依次有以{texts}开头的行。",
            ),
        ),
    ),
    Kind(
        "marked_lines",
        _separated,
        {**RANGE, "mark": "text"},
        (
            Form(
                '{scope} must have {range} lines that open with "{mark}".',
                "{scope}{range}行以“{mark}”开头。",
            ),
        ),
        lambda p: range_bound(f"lines opened by {p['mark']}")(p),
    ),
    Kind(
        "joined_line",
        _joined,
        {"joint": "text"},
        (
            Form(
                '{scope} must have a line of two parts joined by "{joint}".',
                "{scope}必须有一行用“{joint}”连接两个部分。",
            ),
        ),
    ),
)
