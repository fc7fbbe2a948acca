"""The page's sections for evaluations: the headline figures, by constraint count, dimension and language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from trace_builder.evaluate.results import RESULTS, Figure, Headline, Results, Share
from trace_builder.records import TOP_SCORE
from trace_builder.report.page.charts import Interval, Part, Series, columns, intervals, legend, stacked
from trace_builder.report.page.html import Markup, el, number, table, tile
from trace_builder.report.page.labels import LANGUAGES, spaced
from trace_builder.support import paper
from trace_builder.taxonomy import Taxonomy

#: Colours for models, in order; further models start over.
COLOURS = 4

#: What became of an instruction, and the colour it shares with a run's states.
_KINDS = {
    "followed": "accepted",
    "not_followed": "rejected",
    "disputed": "rejected",
    "unscored": "failed",
    "unanswered": "pending",
}

_OUTSIDE = "outside the taxonomy"


@dataclass(frozen=True)
class Model:
    """One evaluation: its results, its place among those shown, and how it is called on the page."""

    results: Results
    place: int
    name: str

    @property
    def kind(self) -> str:
        return f"model-{self.place % COLOURS}"

    def row(self, name: str, figure: Figure) -> Interval | None:
        """A figure as a point with its interval; None where it is over nothing."""
        if figure.percent is None:
            return None
        tip = f"{self.name}: {number(figure.followed)} of {number(figure.n)}"
        if figure.low is not None:
            tip += f", 95% interval {figure.low:.1f} to {figure.high:.1f}"
        return Interval(name, figure.percent, figure.low, figure.high, self.kind, tip)


Rows = Callable[[Model], Iterable[tuple[str, Figure]]]


def headline(models: Sequence[Model]) -> Markup:
    """Sentence, figures with intervals, and what became of the instructions."""
    first = models[0]
    alone = ", ".join(f"{title} {_percent(f.scored_only)}" for title, _, f in _measures(first.results.scores))
    return el(
        "section",
        el("p", _sentence(first), class_="lead"),
        el("div", *_tiles(first), class_="tiles"),
        _side_by_side(models) if len(models) > 1 else None,
        el("h3", "What became of the instructions"),
        legend([(_KINDS[result], spaced(result)) for result in RESULTS]),
        el("ul", *(_outcomes(model) for model in models), class_="bars"),
        el(
            "p",
            "What was not scored or not answered counts as not followed; "
            f"over what was scored alone: {alone}.",
            class_="note",
        ),
        el("details", el("summary", "Beside the paper’s models"), _paper_table(models)),
        id="overview",
    )


def _measures(scores: Headline) -> tuple[tuple[str, str, Figure], ...]:
    return (
        ("IF-S", "instructions with one constraint", scores.if_s),
        ("IF-M", "instructions with several", scores.if_m),
        ("IF", "all instructions", scores.if_all),
        ("CSR", "single constraints", scores.csr),
    )


def _sentence(model: Model) -> list[str | Markup]:
    scores = model.results.scores
    kinds = ((scores.if_m, "several constraints"), (scores.if_s, "one constraint"))
    text: list[str | Markup] = []
    for figure, what in kinds:
        if figure.n:
            start = " and " if text else " follows "
            of = f" of the {number(figure.n)} instructions with {what}"
            text += [start, el("strong", _percent(figure)), of]
    judge = model.results.models.judge.name
    return [el("strong", model.name), *text, f": every constraint has full marks from {judge} (Eq. 3)."]


def _percent(figure: Share) -> str:
    return "–" if figure.percent is None else f"{figure.percent:.1f}%"


def _tiles(model: Model) -> Iterator[Markup]:
    task = model.results.task
    does = (("Task", "answers that do what the description asks", task),) if task is not None else ()
    for title, what, figure in (*_measures(model.results.scores), *does):
        note = f"{number(figure.followed)} of {number(figure.n)}"
        note += f" · 95%: {figure.low:.1f} to {figure.high:.1f}" if figure.low is not None else ""
        yield tile(title, _percent(figure), note, what)


def _side_by_side(models: Sequence[Model]) -> Markup:
    blocks = []
    for place, (title, what, _) in enumerate(_measures(models[0].results.scores)):
        figures = [(model, _measures(model.results.scores)[place][2]) for model in models]
        rows = [row for model, figure in figures if (row := model.row(model.name, figure))]
        if rows:
            label = ", ".join(f"{row.name} {row.value:.1f}%" for row in rows)
            blocks.append(el("div", el("h3", f"{title}: {what}"), intervals(rows, f"{title}: {label}")))
    return el("div", *blocks, class_="two")


def _outcomes(model: Model) -> Markup:
    found = model.results.results
    whole = sum(found.values())
    counts = [(result, found.get(result, 0)) for result in RESULTS]
    label = ", ".join(f"{spaced(result)} {n}" for result, n in counts)
    return el(
        "li",
        el("span", model.name),
        stacked([Part(spaced(r), n, _KINDS[r]) for r, n in counts], whole, f"{model.name}: {label}"),
        el("span", number(found.get("followed", 0)), el("small", f" of {number(whole)} followed")),
    )


def _paper_table(models: Sequence[Model]) -> Markup:
    scores = [(model.name, model.results.scores) for model in models]
    ours = [(name, _percent(found.if_s), _percent(found.if_m)) for name, found in scores]
    theirs = [(name, f"{single:.1f}%", f"{several:.1f}%") for name, single, several in paper.SCORES]
    return table(("Model", "IF-S", "IF-M"), [*ours, *theirs])


def by_count(models: Sequence[Model]) -> Markup:
    """Shares by the number of constraints, with intervals."""

    def rows(model: Model) -> Iterator[tuple[str, Figure]]:
        for row in model.results.scores.by_count:
            name = f"{row.count} constraint{'' if row.count == 1 else 's'}"
            yield f"{name} ({number(row.if_all.n)})", row.if_all

    return el("section", el("h2", "By number of constraints"), _grid(models, rows), id="counts")


def by_dimension(models: Sequence[Model], taxonomy: Taxonomy) -> Markup:
    """Shares of constraints followed, by type and by dimension, with intervals."""
    types = {t.id: t.name.en for t in taxonomy.types}
    names = {d.id: d.name.en for d in taxonomy.dimensions}

    def type_rows(model: Model) -> Iterator[tuple[str, Figure]]:
        for row in model.results.scores.by_type:
            yield types.get(row.type or "", row.type or _OUTSIDE), row.csr

    def dimension_rows(model: Model) -> Iterator[tuple[str, Figure]]:
        for row in model.results.scores.by_dimension:
            name = names.get(row.dimension or "", row.dimension or _OUTSIDE)
            yield f"{name} ({number(row.csr.n)})", row.csr

    return el(
        "section",
        el("h2", "By type and dimension"),
        el("p", "Share of the constraints followed, with 95% intervals.", class_="lead small"),
        _grid(models, type_rows),
        el("h3", "Dimensions"),
        _grid(models, dimension_rows),
        id="dimensions",
    )


def by_language(models: Sequence[Model]) -> Markup | None:
    """IF and CSR by language, where there is more than one."""
    if all(len(model.results.scores.by_language) < 2 for model in models):
        return None

    def rows(model: Model) -> Iterator[tuple[str, Figure]]:
        for row in model.results.scores.by_language:
            name = LANGUAGES.get(row.language, row.language)
            yield f"{name}, instructions ({number(row.if_all.n)})", row.if_all
            yield f"{name}, constraints ({number(row.csr.n)})", row.csr

    return el("section", el("h2", "By language"), _grid(models, rows), id="languages")


def _grid(models: Sequence[Model], rows: Rows) -> Markup:
    """Every row once for each model, models beside one another within a row."""
    drawn: dict[str, list[Interval]] = {}
    for model in models:
        for name, figure in rows(model):
            found = model.row(name if name not in drawn else "", figure)
            if found:
                drawn.setdefault(name, []).append(found)
    flat = [row for group in drawn.values() for row in group]
    label = ", ".join(f"{name} {group[0].value:.1f}%" for name, group in drawn.items())
    return el("div", _key(models), intervals(flat, label))


def _key(models: Sequence[Model]) -> Markup | None:
    return legend([(model.kind, model.name) for model in models]) if len(models) > 1 else None


def judging(models: Sequence[Model]) -> Markup:
    """The scores the judge gave, the authors' reading beside Eq. 3's, and agreement between votes."""
    names = list(models[0].results.score_counts)
    series = []
    for model in models:
        counts = model.results.score_counts
        whole = sum(counts.values()) or 1
        series.append(Series(model.name, model.kind, [100 * counts.get(name, 0) / whole for name in names]))
    return el(
        "section",
        el("h2", "The judge"),
        _key(models),
        columns(names, series, f"Share of constraint scores from 0 to {TOP_SCORE}"),
        *(_authors(model) for model in models),
        *(_votes(model) for model in models),
        id="judge",
    )


def _authors(model: Model) -> Markup | None:
    theirs, ours = model.results.authors_reading, model.results.scores
    if theirs is None:
        return None
    pairs = (
        ("IF-S", ours.if_s, theirs.if_s),
        ("IF-M", ours.if_m, theirs.if_m),
        ("IF", ours.if_all, theirs.if_all),
    )
    rows = [(title, _percent(one), _percent(other)) for title, one, other in pairs]
    note = (
        f"{number(theirs.only_authors)} instructions pass by the judge’s overall number alone, "
        f"{number(theirs.only_eq3)} by Eq. 3 alone."
    )
    return el(
        "div",
        el("h3", f"{model.name}: Eq. 3 beside the released scorer’s reading"),
        table(("", "Eq. 3", "Overall number is full"), rows),
        el("p", note, class_="note"),
    )


def _votes(model: Model) -> Markup | None:
    votes = model.results.votes
    if votes is None:
        return None
    rows = [(f"Vote {n}", _percent(one)) for n, one in enumerate(votes.if_of_each, start=1)]
    heading = el("h3", f"{model.name}: IF of each of {votes.votes} votes")
    return el("div", heading, table(("", "IF"), rows))
