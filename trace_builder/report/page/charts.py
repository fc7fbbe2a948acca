"""The charts: two rings, columns, stacked bars and a line, as SVG or as HTML that scales by itself.

Colours are custom properties of the page (``--type-content`` ...), so that light and dark share one drawing.
Each chart says in ``aria-label`` what it shows; the figures stand in a table beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, pi, sin
from typing import NamedTuple

from trace_builder.report.page.html import Markup, compact, el, html, number, share


class Slice(NamedTuple):
    """A part of a ring. ``color`` is any CSS colour, ``key`` ties it to its row in the table; ``wanted`` are
    the filters, as JSON, that a click sets."""

    key: str
    name: str
    value: float
    color: str
    wanted: str | None = None


class Part(NamedTuple):
    """A part of a stacked bar; ``kind`` is its CSS class."""

    name: str
    value: float
    kind: str


def rings(inner: Sequence[Slice], outer: Sequence[Slice], middle: str, under: str, label: str) -> Markup:
    """Two rings as in the paper's Figure 3: shares of types inside, of dimensions outside.

    Both are drawn over the same whole, so an outer slice stands over its type when ``outer`` is in the
    order of ``inner``.
    """
    whole = sum(part.value for part in inner)
    return el(
        "svg",
        _ring(inner, whole, 74, 116),
        _ring(outer, whole, 120, 168),
        _ring_names(inner, whole, 95),
        el("text", middle, x=0, y=2, class_="ring-total"),
        el("text", under, x=0, y=20, class_="ring-under"),
        viewBox="-176 -176 352 352",
        role="img",
        aria_label=label,
        class_="rings",
    )


def _ring(parts: Sequence[Slice], whole: float, inside: float, outside: float) -> list[Markup]:
    drawn, start = [], 0.0
    for part in parts:
        sweep = part.value / whole if whole else 0.0
        if sweep > 0:
            tip = f"{part.name}: {number(int(part.value))} ({share(part.value, whole, 2)})"
            drawn.append(
                el(
                    "path",
                    d=_arc(start, sweep, inside, outside),
                    fill=part.color,
                    class_="slice",
                    data_key=part.key,
                    data_tip=f"{tip}. Click to see records." if part.wanted else tip,
                    data_filter=part.wanted,
                )
            )
        start += sweep
    return drawn


def _arc(start: float, sweep: float, inside: float, outside: float) -> str:
    """A ring segment; fractions of the circle, clockwise from the top."""
    sweep = min(sweep, 0.99999)
    large = int(sweep > 0.5)
    a, b = _point(start, outside), _point(start + sweep, outside)
    c, d = _point(start + sweep, inside), _point(start, inside)
    return f"M{a}A{outside:g} {outside:g} 0 {large} 1 {b}L{c}A{inside:g} {inside:g} 0 {large} 0 {d}Z"


def _point(turn: float, radius: float) -> str:
    angle = 2 * pi * turn - pi / 2
    return f"{radius * cos(angle):.2f} {radius * sin(angle):.2f}"


def _ring_names(parts: Sequence[Slice], whole: float, radius: float) -> list[Markup]:
    names, start = [], 0.0
    for part in parts:
        sweep = part.value / whole if whole else 0.0
        if sweep >= 0.07:
            x, y = _point(start + sweep / 2, radius).split()
            name = el("text", share(part.value, whole), x=x, y=y, dy="0.35em", class_="ring-share")
            names.append(name)
        start += sweep
    return names


def stacked(parts: Sequence[Part], whole: float, label: str) -> Markup:
    """One bar over ``whole``; what the parts leave is empty."""
    drawn = [
        el(
            "span",
            class_=f"part {part.kind}",
            style=f"width:{100 * part.value / whole:.4f}%",
            data_tip=f"{part.name}: {number(part.value)} ({share(part.value, whole)})",
        )
        for part in parts
        if part.value and whole
    ]
    return el("div", *drawn, class_="bar", role="img", aria_label=label)


class Series(NamedTuple):
    """Heights of the columns of one colour, in percent of the highest."""

    name: str
    kind: str
    values: Sequence[float]


def columns(names: Sequence[str], series: Sequence[Series], label: str) -> Markup:
    """Grouped columns over named places; values are shares in percent."""
    highest = max((value for one in series for value in one.values), default=0) or 1
    groups = []
    for place, name in enumerate(names):
        bars = [
            el(
                "span",
                class_=f"column {one.kind}" if one.values[place] else "column none",
                style=f"height:{100 * one.values[place] / highest:.3f}%",
                data_tip=f"{name} · {one.name}: {one.values[place]:.2f}%",
            )
            for one in series
        ]
        groups.append(
            el("div", el("div", *bars, class_="columns-bars"), el("span", name), class_="columns-group")
        )
    top = el("div", f"{highest:.1f}%", class_="columns-top")
    return html([top, el("div", *groups, class_="columns", role="img", aria_label=label)])


def legend(entries: Sequence[tuple[str, str]]) -> Markup:
    """(class, name) of each colour."""
    items = [el("li", el("i", class_=f"swatch {kind}"), name) for kind, name in entries]
    return el("ul", *items, class_="legend")


class Point(NamedTuple):
    x: float
    y: float


def line(points: Sequence[Point], unit: str, end: str, label: str) -> Markup:
    """A filled line from 0; ``end`` names the right end of the axis, ``unit`` what the top stands for."""
    width, height = 600.0, 150.0
    top = max((p.y for p in points), default=0) or 1
    last = max((p.x for p in points), default=0) or 1
    if len(points) == 1:
        points = [points[0], Point(last, points[0].y)]
    placed = [f"{width * p.x / last:.1f},{height - (height - 6) * p.y / top:.1f}" for p in points]
    area = f"M0,{height:g}L{'L'.join(placed)}L{width:g},{height:g}Z"
    drawing = el(
        "svg",
        [el("line", x1=0, x2=width, y1=y, y2=y, class_="rule") for y in (6.0, 78.0, height)],
        el("path", d=area, class_="line-area"),
        el("polyline", points=" ".join(placed), class_="line-stroke"),
        viewBox=f"0 0 {width:g} {height:g}",
        preserveAspectRatio="none",
        role="img",
        aria_label=label,
    )
    scale = el("div", el("span", f"{compact(top)} {unit}"), class_="line-top")
    foot = el("div", el("span", "0"), el("span", end), class_="line-foot")
    return el("div", scale, drawing, foot, class_="line")


class Interval(NamedTuple):
    """A share with its interval, all in percent; ``kind`` is the CSS class of its colour."""

    name: str
    value: float
    low: float | None
    high: float | None
    kind: str
    tip: str


def intervals(rows: Sequence[Interval], label: str) -> Markup:
    """Points with whiskers on a scale from 0 to 100."""
    drawn = []
    for row in rows:
        marks = []
        if row.low is not None and row.high is not None:
            width = max(row.high - row.low, 0.2)
            marks.append(el("span", class_="whisker", style=f"left:{row.low:.3f}%;width:{width:.3f}%"))
        marks.append(el("span", class_="dot", style=f"left:{row.value:.3f}%"))
        track = el("div", *marks, class_=f"track {row.kind}", data_tip=row.tip)
        drawn.append(
            el(
                "li",
                el("span", row.name, class_="interval-name", title=row.name or None),
                track,
                el("span", f"{row.value:.1f}"),
                class_=None if row.name else "again",
            )
        )
    return el("ul", *drawn, class_="intervals", role="img", aria_label=label)
