"""What the judge said, and what IOPO yields."""

from __future__ import annotations

from trace_builder.records import TOP_SCORE
from trace_builder.report.page.charts import Part, Series, columns, legend, stacked
from trace_builder.report.page.html import Content, Markup, el, number, share, table
from trace_builder.report.page.labels import CELLS, TERMS, spaced
from trace_builder.report.stats.dataset_stats import DatasetStats
from trace_builder.report.stats.judge_stats import GroupStats, ScoreStats
from trace_builder.report.stats.run_stats import RunStats

_CERTIFICATES = {"full": "full", "one_sided": "one-sided", "rationality": "rationality only"}


def judge_section(found: RunStats) -> Markup | None:
    """Distribution of the scores, and the share followed by dimension."""
    response = found.judge.response
    kinds = (
        (response, "responses", "ours"),
        (found.judge.worse, "worse responses of DPO", "worse"),
        (found.judge.mismatch, "mismatch cells of IOPO", "mismatch-cells"),
    )
    there = [(scores, name, kind) for scores, name, kind in kinds if scores.responses]
    if not there:
        return None
    names = list(response.scores)
    series = []
    for scores, name, kind in there:
        whole = sum(scores.scores.values()) or 1
        series.append(Series(name, kind, [100 * n / whole for n in scores.scores.values()]))
    body: list[tuple[Content, ...]] = [
        (name.capitalize(), s.responses, s.perfect, *s.scores.values(), s.unscored, s.disputed)
        for s, name, _ in there
    ]
    lead = (
        f"{number(response.perfect)} of {number(response.responses)} judged responses "
        f"({share(response.perfect, response.responses)}) have full marks for every constraint."
    )
    if response.by_code:
        lead += f" {number(response.by_code)} more were turned down by code, and no judge was asked."
    return el(
        "section",
        el("h2", "The judge"),
        el("p", lead, class_="lead small"),
        el("h3", "Scores of single constraints"),
        legend([(one.kind, one.name) for one in series]),
        columns(names, series, f"Share of constraint scores from 0 to {TOP_SCORE}"),
        el(
            "details",
            el("summary", "The numbers"),
            table(("", "Judged", "Full marks", *names, "Unscored", "Disputed"), body),
        ),
        _followed(response, next(iter(found.sets.values()))),
        id="judge",
    )


def _followed(response: ScoreStats, described: DatasetStats) -> Markup | None:
    names = {d.id: d.name for d in described.dimensions}
    rows = sorted(response.dimensions.items(), key=lambda item: (item[1].share, item[0]))
    items = [
        el(
            "li",
            el("span", names.get(key, key)),
            stacked([Part("followed", row.followed, "accepted")], row.judged, f"{row.share}% followed"),
            el("span", f"{row.share:.1f}%", el("small", f" of {number(row.judged)}")),
        )
        for key, row in rows
    ]
    summary = el("summary", "Followed by dimension, the hardest first")
    return el("details", summary, el("ul", *items, class_="bars split"), open=True) if items else None


def iopo_section(found: RunStats) -> Markup | None:
    """Yield by operation, the four cells, and the proven terms."""
    if not found.iopo.operations:
        return None
    both = el("div", _operations(found.iopo), _cells(found.iopo), class_="two")
    return el("section", el("h2", "IOPO"), both, id="iopo")


def _operations(iopo: GroupStats) -> Markup:
    most = max(row.tried for row in iopo.operations)
    items = []
    for row in iopo.operations:
        parts = [Part(_CERTIFICATES[key], n, key) for key, n in row.certificates.items()]
        parts.append(Part("turned down", sum(row.lost.values()), "rejected"))
        reasons = ", ".join(f"{spaced(reason)} {number(n)}" for reason, n in row.lost.items())
        items.append(
            el(
                "li",
                el("span", row.operation),
                stacked(parts, most, f"{row.operation}: {row.full} full of {row.tried}"),
                el("span", f"{row.full_share:.1f}%", el("small", f" full of {number(row.tried)}")),
                el("small", f"lost to: {reasons}", class_="lost") if reasons else None,
            )
        )
    shown = {key for row in iopo.operations for key, n in row.certificates.items() if n}
    return el(
        "div",
        el("h3", "Yield by operation"),
        legend([*(c for c in _CERTIFICATES.items() if c[0] in shown), ("rejected", "turned down")]),
        el("ul", *items, class_="bars"),
        el(
            "p",
            "Adding alone leaves x1 inside x2, so a perfect y2 follows x1 too: "
            "only revising can prove all four terms.",
            class_="note",
        ),
    )


def _cells(iopo: GroupStats) -> Markup:
    boxes = [_cell(cell, iopo.cells[cell], iopo.groups) for cell in CELLS]
    corner = [el("span"), el("span", "y1", class_="axis"), el("span", "y2", class_="axis")]
    rows = [*corner, el("span", "x1", class_="axis"), *boxes[:2], el("span", "x2", class_="axis"), *boxes[2:]]
    terms = [
        el("li", el("span", TERMS[name]), el("b", number(n)), el("small", share(n, iopo.groups)))
        for name, n in iopo.terms.items()
    ]
    return el(
        "div",
        el("h3", "The four cells"),
        el("div", *rows, class_="cells"),
        el("h3", "Terms of the loss that are proven"),
        el("ul", *terms, class_="terms"),
    )


def _cell(cell: str, counts: dict[str, int], groups: int) -> Markup:
    match = cell in ("x1y1", "x2y2")
    key, text = ("full_marks", "full marks") if match else ("fails", "fail")
    shown = ", ".join(f"{spaced(verdict)} {n}" for verdict, n in counts.items()) or "none"
    return el(
        "div",
        el("strong", share(counts.get(key, 0), groups, 0)),
        el("small", text),
        class_="cell match" if match else "cell mismatch",
        data_tip=f"{CELLS[cell]}: {shown}",
    )
