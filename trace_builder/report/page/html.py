"""Builds HTML out of elements. Every text is escaped; only what was built here counts as markup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import TypeAlias

Content: TypeAlias = "Markup | str | int | float | Iterable[Content] | None"

_VOID = frozenset({"br", "circle", "hr", "line", "path", "polyline", "rect"})


class Markup(str):
    """HTML that is safe to insert as it is."""

    __slots__ = ()


def html(content: Content) -> Markup:
    """``content`` as HTML: texts and numbers escaped, markup as it is, None as nothing, the rest itemwise."""
    if content is None:
        return Markup()
    if isinstance(content, Markup):
        return content
    if isinstance(content, str | int | float):
        return Markup(escape(str(content), quote=True))
    return Markup("".join(html(item) for item in content))


def el(name: str, *children: Content, **attributes: str | int | float | bool | None) -> Markup:
    """One element. In attribute names a trailing underscore is dropped and the others become hyphens:
    ``class_="x"``, ``data_tip="y"``. None and False leave an attribute out, True sets it without a value.
    """
    written = []
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        shown = key.rstrip("_").replace("_", "-")
        written.append(f" {shown}" if value is True else f' {shown}="{escape(str(value), quote=True)}"')
    opening = f"<{name}{''.join(written)}"
    return Markup(f"{opening}/>" if name in _VOID else f"{opening}>{html(children)}</{name}>")


def number(value: float | None) -> str:
    """1234567 as ``1,234,567``; a fraction keeps what it has; None is a dash."""
    return "–" if value is None else f"{value:,}"


def share(part: float, whole: float, digits: int = 1) -> str:
    """``part`` of ``whole`` as percent, such as ``12.3%``; a dash where there is no whole."""
    return f"{100 * part / whole:.{digits}f}%" if whole else "–"


def compact(value: float) -> str:
    """A number in few characters: 8.3 / 1,234 / 12.3k / 4.56M."""
    for limit, unit in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if value >= limit:
            shown = value / (1e3 if unit == "k" else limit)
            return f"{shown:.3g}{unit}"
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.1f}"


def table(head: Sequence[str], body: Iterable[Sequence[Content]]) -> Markup:
    """A table whose first column names the row; numbers get separators."""
    rows = [
        el("tr", el("th", first, scope="row"), *(el("td", _shown(cell)) for cell in rest))
        for first, *rest in body
    ]
    columns = el("tr", *(el("th", text, scope="col") for text in head))
    made = el("table", el("thead", columns), el("tbody", *rows))
    return el("div", made, class_="scroll", tabindex=0, role="region", aria_label=", ".join(head))


def _shown(cell: Content) -> Content:
    return number(cell) if isinstance(cell, int | float) else cell


def tile(title: str, figure: str, note: str, what: str | None = None, kind: str = "") -> Markup:
    """A figure with its name above it and, below, what it counts and a note."""
    return el(
        "div",
        el("h3", title),
        el("p", figure, class_="figure"),
        el("p", what, class_="what") if what else None,
        el("p", note, class_="note"),
        class_=f"tile {kind}".rstrip(),
    )
