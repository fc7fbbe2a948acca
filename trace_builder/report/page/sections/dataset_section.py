"""What a set of instructions looks like: types and dimensions, constraint counts, labels, lengths."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from trace_builder.report.page.charts import Series, Slice, columns, legend, rings
from trace_builder.report.page.html import Content, Markup, el, number, table
from trace_builder.report.page.labels import LANGUAGES
from trace_builder.report.stats.dataset_stats import DatasetStats, TypeRow
from trace_builder.support import paper

#: Colours of the types, as far as the page's palette goes; further types start over.
_PALETTE = 8


def datasets_section(sets: Mapping[str, DatasetStats]) -> Markup | None:
    """The sets by their titles, as tabs; one set needs none."""
    there = {name: found for name, found in sets.items() if found.records}
    if not there:
        return None
    several = len(there) > 1
    panels, tabs = [], []
    for place, (title, found) in enumerate(there.items()):
        key = "".join(c if c.isascii() and c.isalnum() else "-" for c in title)
        panels.append(
            el(
                "div",
                _dataset(key, found, title),
                id=f"panel-{key}",
                role="tabpanel" if several else None,
                aria_labelledby=f"tab-{key}" if several else None,
                hidden=bool(place),
            )
        )
        tabs.append(
            el(
                "button",
                title,
                type="button",
                role="tab",
                id=f"tab-{key}",
                aria_controls=f"panel-{key}",
                aria_selected="false" if place else "true",
                tabindex=-1 if place else 0,
            )
        )
    bar = el("div", *tabs, class_="tabs", role="tablist", aria_label="Sets") if several else None
    return el("section", el("h2", "What was made" if bar else "What it holds"), bar, *panels, id="sets")


def _dataset(key: str, found: DatasetStats, title: str) -> Markup:
    facts = f"{number(found.records)} instructions, {number(found.constraints.total)} constraints"
    return el(
        "div",
        el("p", facts, class_="lead small"),
        el(
            "div",
            el("div", _dimensions(found), _facts(found)),
            _dimension_table(found),
            class_="two rings-and-table",
        ),
        el("h3", "Constraints an instruction"),
        _counts(found),
        _coverage(found),
        el("div", _oddities(found), _lengths(found), class_="two"),
        id=f"set-{key}",
        class_="set",
        data_set=key,
        aria_label=title,
    )


def _colours(types: Sequence[TypeRow]) -> dict[str, str]:
    """A CSS colour for each type, in the taxonomy's order."""
    return {t.id: f"var(--type-{n % _PALETTE})" for n, t in enumerate(types)}


def _shade(color: str, place: int, of: int) -> str:
    """Neighbouring dimensions of one type are told apart by how much of its colour they have."""
    amount = 100 - round(55 * place / max(of - 1, 1)) if of > 1 else 80
    return f"color-mix(in oklab, {color} {amount}%, var(--surface))"


def _dimensions(found: DatasetStats) -> Markup:
    color = _colours(found.types)
    inner = [Slice(t.id, t.name, t.count, color[t.id]) for t in found.types]
    outer = []
    for group in found.types:
        members = [d for d in found.dimensions if d.type == group.id]
        for place, d in enumerate(members):
            shade = _shade(color[group.id], place, len(members))
            outer.append(Slice(d.id, d.name, d.count, shade, json.dumps({"dimension": d.id})))
    total = found.constraints.total
    rest = total - sum(t.count for t in found.types)
    if rest:
        without = Slice("outside", "no label of the taxonomy", rest, "var(--pending)")
        inner, outer = [*inner, without], [*outer, without]
    shown = ", ".join(f"{t.name} {t.share:.2f}%" for t in found.types)
    return el(
        "figure",
        rings(inner, outer, number(total), "constraints", f"Constraints by type: {shown}"),
        el("figcaption", "Inside: types. Outside: dimensions. Drawn as Figure 3 of the paper."),
    )


def _dimension_table(found: DatasetStats) -> Markup:
    color = _colours(found.types)
    body: list[Markup] = []
    for group in found.types:
        swatch = el("i", class_="swatch", style=f"background:{color[group.id]}")
        cells = [
            el("th", swatch, group.name, scope="row"),
            el("td", number(group.count)),
            el("td", f"{group.share:.2f}%"),
            el("td", "–" if group.paper is None else f"{group.paper:.1f}%"),
        ]
        body.append(el("tr", *cells, class_="group", data_key=group.id))
        for row in (d for d in found.dimensions if d.type == group.id):
            cells = [
                el("th", row.name, el("span", row.name_zh, class_="zh", lang="zh"), scope="row"),
                el("td", number(row.count)),
                el("td", f"{row.share:.2f}%"),
                el("td"),
            ]
            body.append(el("tr", *cells, data_key=row.id, class_=None if row.count else "none"))
    names = ("Type and dimension", "Count", "Share", "Paper")
    head = el("tr", *(el("th", text, scope="col") for text in names))
    made = el("table", el("thead", head), el("tbody", *body), class_="dimensions")
    return el("div", made, class_="scroll", tabindex=0, role="region", aria_label="Types and dimensions")


def _counts(found: DatasetStats) -> Markup:
    rows = found.counts
    sums = (sum(paper.TRAIN_COUNTS), sum(paper.EVAL_COUNTS))
    series = [
        Series("this set", "ours", [row.share for row in rows]),
        Series("paper, training", "paper-train", [100 * row.paper_train / sums[0] for row in rows]),
        Series("paper, evaluation", "paper-eval", [100 * row.paper_eval / sums[1] for row in rows]),
    ]
    shown = ", ".join(f"{row.constraints}: {row.records}" for row in rows)
    label = f"Share of instructions by number of constraints; this set: {shown}"
    head = ("Constraints", "Instructions", "Share", "Paper, training", "Paper, evaluation")
    body = [(r.constraints, r.records, f"{r.share:.2f}%", r.paper_train, r.paper_eval) for r in rows]
    return el(
        "figure",
        legend([(one.kind, one.name) for one in series]),
        columns([str(row.constraints) for row in rows], series, label),
        el("details", el("summary", "The numbers (Table 2)"), table(head, body)),
    )


def _facts(found: DatasetStats) -> Markup:
    total = found.constraints
    sets = [("this set", found.records, total.min, total.max, total.mean), *paper.TABLE_1]
    languages = [(LANGUAGES.get(name, name), n) for name, n in found.languages.items()]
    inputs = [("With an input", found.with_input), ("Without", found.records - found.with_input)]
    return el(
        "div",
        el("h3", "Table 1"),
        table(
            ("Set", "Count", "Min", "Max", "Mean"), [(name.capitalize(), *figures) for name, *figures in sets]
        ),
        el("h3", "Languages and inputs"),
        table(("", "Instructions"), [*languages, *inputs]),
    )


def _coverage(found: DatasetStats) -> Markup:
    """What of the constraints code can verify."""
    covered = found.coverage
    total = covered.total
    lead = (
        f"{number(total.bound)} of {number(total.constraints)} constraints ({total.share:.1f}%) are bound to "
        f"a check by code, {number(total.whole)} of them as a whole"
    )
    by_model = f", {number(covered.by_model)} by the model" if covered.by_model else ""
    names = {**LANGUAGES, **{d.id: d.name for d in found.dimensions}, "-": "no label of the taxonomy"}
    rows = {**covered.by_language, **covered.by_dimension}
    body = [
        (names.get(key, key), row.constraints, row.bound, row.whole, f"{row.share:.1f}%")
        for key, row in rows.items()
    ]
    return el(
        "div",
        el("h3", "Verified by code"),
        el("p", f"{lead}{by_model}.", class_="small"),
        el(
            "details",
            el("summary", "By language, dimension and kind"),
            el(
                "div",
                table(("Language or dimension", "Constraints", "Bound", "As a whole", "Share"), body),
                table(("Kind of check", "Constraints"), covered.kinds.items()),
                class_="two",
            ),
        ),
        class_="coverage",
    )


def _lengths(found: DatasetStats) -> Markup:
    body = [
        (name.capitalize(), s.min, s.median, round(s.mean or 0), s.p95, s.max)
        for name, s in found.lengths.items()
        if s.n
    ]
    head = ("Text", "Min", "Median", "Mean", "95%", "Max")
    return el("div", el("h3", "Lengths in characters"), table(head, body))


def _oddities(found: DatasetStats) -> Markup:
    return el("div", el("h3", "Oddities"), el("ul", *_oddity_items(found), class_="oddities"))


def _oddity_items(found: DatasetStats) -> Iterator[Markup]:
    for stray in found.labels_outside[:8]:
        yield _oddity(stray.count, ["label outside the taxonomy: ", el("q", stray.label)], stray.ids)
    if found.unlabelled:
        yield _oddity(found.unlabelled, "constraints without a label")
    groups = [" = ".join(group[:4]) for group in found.duplicates.groups]
    yield _oddity(found.duplicates.extra_records, "records that repeat another's prompt", groups)
    for oddity in found.oddities.values():
        yield _oddity(oddity.count, oddity.what, oddity.ids)
    for name, check in found.checks.items():
        yield _oddity(check.of - check.kept, f"records that break: {name}")


def _oddity(count: int, name: Content, ids: Sequence[str] = ()) -> Markup:
    distinct = list(dict.fromkeys(ids))
    where = ", ".join(distinct[:6]) + (" …" if len(distinct) > 6 else "")
    return el(
        "li",
        el("b", number(count)),
        el("span", name, el("small", where) if where else None),
        class_="some" if count else "none",
    )
