"""What a set of instructions looks like: types and dimensions, constraint counts, labels, lengths."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from trace_builder import paper
from trace_builder.report.page.charts import Series, Slice, columns, legend, rings
from trace_builder.report.page.html import Markup, el, number
from trace_builder.report.page.labels import LANGUAGES

_Stat = dict[str, Any]

#: Colours of the types, as far as the page's palette goes; further types start over.
_PALETTE = 8


def set_section(name: str, summary: _Stat, title: str) -> Markup:
    """One set of instructions."""
    total = summary["constraints"]
    facts = f"{number(summary['records'])} instructions, {number(total['total'])} constraints"
    return el(
        "div",
        el("p", facts, class_="lead small"),
        el(
            "div",
            el("div", _dimensions(summary), _facts(summary)),
            _dimension_table(summary),
            class_="two rings-and-table",
        ),
        el("h3", "Constraints an instruction"),
        _counts(summary),
        el("div", _oddities(summary), _lengths(summary), class_="two"),
        id=f"set-{name}",
        class_="set",
        data_set=name,
        aria_label=title,
    )


def colours(summary: _Stat) -> dict[str, str]:
    """A CSS colour for each type, in the taxonomy's order."""
    return {t["id"]: f"var(--type-{n % _PALETTE})" for n, t in enumerate(summary["types"])}


def _shade(color: str, place: int, of: int) -> str:
    """Neighbouring dimensions of one type are told apart by how much of its colour they have."""
    amount = 100 - round(55 * place / max(of - 1, 1)) if of > 1 else 80
    return f"color-mix(in oklab, {color} {amount}%, var(--surface))"


def _dimensions(summary: _Stat) -> Markup:
    color = colours(summary)
    inner = [Slice(t["id"], t["name"], t["count"], color[t["id"]]) for t in summary["types"]]
    outer = []
    for group in summary["types"]:
        members = [d for d in summary["dimensions"] if d["type"] == group["id"]]
        outer += [
            Slice(d["id"], d["name"], d["count"], _shade(color[group["id"]], place, len(members)))
            for place, d in enumerate(members)
        ]
    total = summary["constraints"]["total"]
    rest = total - sum(t["count"] for t in summary["types"])
    if rest:
        without = Slice("outside", "no label of the taxonomy", rest, "var(--pending)")
        inner, outer = [*inner, without], [*outer, without]
    shown = ", ".join(f"{t['name']} {t['share']:.2f}%" for t in summary["types"])
    return el(
        "figure",
        rings(inner, outer, number(total), "constraints", f"Constraints by type: {shown}"),
        el("figcaption", "Inside: types. Outside: dimensions. Drawn as Figure 3 of the paper."),
    )


def _dimension_table(summary: _Stat) -> Markup:
    color = colours(summary)
    body: list[Markup] = []
    for group in summary["types"]:
        theirs = group["paper"]
        body.append(
            el(
                "tr",
                el(
                    "th",
                    el("i", class_="swatch", style=f"background:{color[group['id']]}"),
                    group["name"],
                    scope="row",
                ),
                el("td", number(group["count"])),
                el("td", f"{group['share']:.2f}%"),
                el("td", "–" if theirs is None else f"{theirs:.1f}%"),
                class_="group",
                data_key=group["id"],
            )
        )
        for row in (d for d in summary["dimensions"] if d["type"] == group["id"]):
            name = el("th", row["name"], el("span", row["name_zh"], class_="zh", lang="zh"), scope="row")
            cells = [el("td", number(row["count"])), el("td", f"{row['share']:.2f}%"), el("td")]
            body.append(el("tr", name, *cells, data_key=row["id"], class_=None if row["count"] else "none"))
    head = el(
        "tr", *(el("th", text, scope="col") for text in ("Type and dimension", "Count", "Share", "Paper"))
    )
    table = el("table", el("thead", head), el("tbody", *body), class_="dimensions")
    return el("div", table, class_="scroll", tabindex=0, role="region", aria_label="Types and dimensions")


def _counts(summary: _Stat) -> Markup:
    rows = summary["counts"]
    sums = (sum(paper.TRAIN_COUNTS), sum(paper.EVAL_COUNTS))
    series = [
        Series("this set", "ours", [row["share"] for row in rows]),
        Series("paper, training", "paper-train", [100 * row["paper_train"] / sums[0] for row in rows]),
        Series("paper, evaluation", "paper-eval", [100 * row["paper_eval"] / sums[1] for row in rows]),
    ]
    names = [str(row["constraints"]) for row in rows]
    shown = ", ".join(f"{row['constraints']}: {row['records']}" for row in rows)
    head = ("Constraints", "Instructions", "Share", "Paper, training", "Paper, evaluation")
    body = [
        (row["constraints"], row["records"], f"{row['share']:.2f}%", row["paper_train"], row["paper_eval"])
        for row in rows
    ]
    return el(
        "figure",
        legend([(one.kind, one.name) for one in series]),
        columns(names, series, f"Share of instructions by number of constraints; this set: {shown}"),
        el("details", el("summary", "The numbers (Table 2)"), simple_table(head, body)),
    )


def simple_table(head: tuple[str, ...], body: list[tuple[Any, ...]]) -> Markup:
    """A table whose first column names the row; numbers get separators."""
    rows = [
        el("tr", el("th", first, scope="row"), *(el("td", _shown(cell)) for cell in rest))
        for first, *rest in body
    ]
    columns_ = el("tr", *(el("th", text, scope="col") for text in head))
    table = el("table", el("thead", columns_), el("tbody", *rows))
    return el("div", table, class_="scroll", tabindex=0, role="region", aria_label=", ".join(head))


def _shown(cell: Any) -> Any:
    return number(cell) if isinstance(cell, int | float) and not isinstance(cell, bool) else cell


def _facts(summary: _Stat) -> Markup:
    total = summary["constraints"]
    body: list[tuple[Any, ...]] = [
        ("This set", summary["records"], total["min"], total["max"], total["mean"]),
        ("Paper, training", 119345, 1, 15, 4.36),
        ("Paper, evaluation", 1042, 1, 15, 4.89),
    ]
    languages = [(LANGUAGES.get(name, name), n) for name, n in summary["languages"].items()]
    languages += [("With an input", summary["input"]["with"]), ("Without", summary["input"]["without"])]
    return el(
        "div",
        el("h3", "Table 1"),
        simple_table(("Set", "Count", "Min", "Max", "Mean"), body),
        el("h3", "Languages and inputs"),
        simple_table(("", "Instructions"), [tuple(row) for row in languages]),
    )


def _lengths(summary: _Stat) -> Markup:
    keys = ("min", "median", "mean", "p95", "max")
    body = [
        (name.capitalize(), *(round(s[key]) for key in keys))
        for name, s in summary["lengths"].items()
        if s["n"]
    ]
    return el(
        "div",
        el("h3", "Lengths in characters"),
        simple_table(("Text", "Min", "Median", "Mean", "95%", "Max"), body),
    )


def _oddities(summary: _Stat) -> Markup:
    return el("div", el("h3", "Oddities"), el("ul", *_oddity_items(summary), class_="oddities"))


def _oddity_items(summary: _Stat) -> Iterator[Markup]:
    for stray in summary["labels_outside"][:8]:
        name = ["label outside the taxonomy: ", el("q", stray["label"])]
        yield _oddity(stray["count"], name, stray["ids"])
    if summary["unlabelled"]:
        yield _oddity(summary["unlabelled"], ["constraints without a label"], [])
    repeated = summary["duplicates"]
    groups = [" = ".join(group[:4]) for group in repeated["groups"]]
    yield _oddity(repeated["extra_records"], ["records that repeat another's prompt"], groups)
    for oddity in summary["oddities"].values():
        yield _oddity(oddity["count"], [oddity["what"]], [row["id"] for row in oddity["listed"]])
    for name, check in summary["checks"].items():
        missed = check["of"] - check["kept"]
        yield _oddity(missed, [f"records that break: {name}"], [])


def _oddity(count: int, name: list[Any], ids: list[str]) -> Markup:
    distinct = list(dict.fromkeys(ids))
    where = ", ".join(distinct[:6]) + (" …" if len(distinct) > 6 else "")
    return el(
        "li",
        el("b", number(count)),
        el("span", *name, el("small", where) if where else None),
        class_="some" if count else "none",
    )
