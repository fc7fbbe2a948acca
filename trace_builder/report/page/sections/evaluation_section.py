"""The page's sections for evaluations: the headline figures, by constraint count, dimension and language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from trace_builder.report.page.charts import Interval, Part, Series, columns, intervals, legend, stacked
from trace_builder.report.page.html import Markup, el, number
from trace_builder.report.page.labels import LANGUAGES, PAPER_SCORES
from trace_builder.report.page.sections.dataset_section import simple_table
from trace_builder.taxonomy import Taxonomy

_Stat = dict[str, Any]

#: Colours for models, in order; further models start over.
COLOURS = 4

MEASURES = (
    ("if_s", "IF-S", "instructions with one constraint"),
    ("if_m", "IF-M", "instructions with several"),
    ("if", "IF", "all instructions"),
    ("csr", "CSR", "single constraints"),
)
_OUTCOMES = (
    ("followed", "followed", "accepted"),
    ("not_followed", "not followed", "rejected"),
    ("unscored", "not scored", "failed"),
    ("unanswered", "not answered", "pending"),
)


class Model:
    """One evaluation: its results and how it is called on the page."""

    def __init__(self, results: _Stat, place: int, name: str) -> None:
        self.results = results
        self.kind = f"model-{place % COLOURS}"
        self.name = name
        self.scores: _Stat = results["scores"]

    def row(self, name: str, figure: _Stat) -> Interval | None:
        """A figure as a point with its interval; None where it is over nothing."""
        if not figure["n"] or figure["percent"] is None:
            return None
        tip = f"{self.name}: {number(figure['followed'])} of {number(figure['n'])}"
        if figure["low"] is not None:
            tip += f", 95% interval {figure['low']:.1f} to {figure['high']:.1f}"
        return Interval(name, figure["percent"], figure["low"], figure["high"], self.kind, tip)


def headline(models: Sequence[Model]) -> Markup:
    """Sentence, figures with intervals, and what became of the instructions."""
    first = models[0]
    return el(
        "section",
        el("p", _sentence(first), class_="lead"),
        el("div", *_tiles(first), class_="tiles"),
        _side_by_side(models) if len(models) > 1 else None,
        el("h3", "What became of the instructions"),
        legend([(kind, name) for _, name, kind in _OUTCOMES]),
        el("ul", *(_outcomes(model) for model in models), class_="bars"),
        el(
            "p",
            "What was not scored or not answered counts as not followed; over what was scored alone: ",
            _scored_only(first),
            class_="note",
        ),
        el("details", el("summary", "Beside the paper’s models"), _paper_table(models)),
        id="overview",
    )


def _sentence(model: Model) -> list[str | Markup]:
    judge = model.results["models"]["judge"]["name"]
    kinds = (("if_m", "several constraints"), ("if_s", "one constraint"))
    text: list[str | Markup] = []
    for figure, what in ((model.scores[key], what) for key, what in kinds if model.scores[key]["n"]):
        start = " and " if text else " follows "
        text += [
            start,
            el("strong", _percent(figure)),
            f" of the {number(figure['n'])} instructions with {what}",
        ]
    return [el("strong", model.name), *text, f": every constraint has a 10 from {judge} (Eq. 3)."]


def _percent(figure: _Stat) -> str:
    return "–" if figure["percent"] is None else f"{figure['percent']:.1f}%"


def _tiles(model: Model) -> Iterator[Markup]:
    for key, title, what in MEASURES:
        figure = model.scores[key]
        low, high = figure["low"], figure["high"]
        note = f"{number(figure['followed'])} of {number(figure['n'])}"
        note += f" · 95%: {low:.1f} to {high:.1f}" if low is not None else ""
        yield el(
            "div",
            el("h3", title),
            el("p", _percent(figure), class_="figure"),
            el("p", what, class_="what"),
            el("p", note, class_="note"),
            class_="tile",
        )


def _side_by_side(models: Sequence[Model]) -> Markup:
    blocks = []
    for key, title, what in MEASURES:
        rows = [row for model in models if (row := model.row(model.name, model.scores[key]))]
        if not rows:
            continue
        label = ", ".join(f"{row.name} {row.value:.1f}%" for row in rows)
        blocks.append(el("div", el("h3", f"{title}: {what}"), intervals(rows, f"{title}: {label}")))
    return el("div", *blocks, class_="two")


def _outcomes(model: Model) -> Markup:
    found = model.results["results"]
    whole = sum(found.values())
    parts = [Part(name, found.get(key, 0), kind) for key, name, kind in _OUTCOMES]
    label = ", ".join(f"{name} {found.get(key, 0)}" for key, name, _ in _OUTCOMES)
    return el(
        "li",
        el("span", model.name),
        stacked(parts, whole, f"{model.name}: {label}"),
        el("span", number(found.get("followed", 0)), el("small", f" of {number(whole)} followed")),
    )


def _scored_only(model: Model) -> str:
    shown = [f"{title} {_percent(model.scores[key]['scored_only'])}" for key, title, _ in MEASURES]
    return ", ".join(shown) + "."


def _paper_table(models: Sequence[Model]) -> Markup:
    ours = [(model.name, _percent(model.scores["if_s"]), _percent(model.scores["if_m"])) for model in models]
    theirs = [(name, f"{single:.1f}%", f"{several:.1f}%") for name, single, several in PAPER_SCORES]
    return simple_table(("Model", "IF-S", "IF-M"), [*ours, *theirs])


def by_count(models: Sequence[Model]) -> Markup:
    """Shares by the number of constraints, with intervals."""
    return el("section", el("h2", "By number of constraints"), _grid(models, _count_rows), id="counts")


def by_dimension(models: Sequence[Model], taxonomy: Taxonomy) -> Markup:
    """Shares of constraints followed, by type and by dimension, with intervals."""
    types = {t.id: t.name.en for t in taxonomy.types}
    names = {d.id: d.name.en for d in taxonomy.dimensions}

    def type_rows(model: Model) -> Iterator[tuple[str, _Stat]]:
        for row in model.scores["by_type"]:
            yield types.get(row["type"], row["type"] or "outside the taxonomy"), row["csr"]

    def dimension_rows(model: Model) -> Iterator[tuple[str, _Stat]]:
        for row in model.scores["by_dimension"]:
            name = names.get(row["dimension"], row["dimension"] or "outside the taxonomy")
            yield f"{name} ({number(row['csr']['n'])})", row["csr"]

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
    if all(len(model.scores["by_language"]) < 2 for model in models):
        return None

    def rows(model: Model) -> Iterator[tuple[str, _Stat]]:
        for row in model.scores["by_language"]:
            name = LANGUAGES.get(row["language"], row["language"])
            yield f"{name}, instructions ({number(row['if']['n'])})", row["if"]
            yield f"{name}, constraints ({number(row['csr']['n'])})", row["csr"]

    return el("section", el("h2", "By language"), _grid(models, rows), id="languages")


def _count_rows(model: Model) -> Iterator[tuple[str, _Stat]]:
    for row in model.scores["by_count"]:
        name = "1 constraint" if row["count"] == 1 else f"{row['count']} constraints"
        yield f"{name} ({number(row['if']['n'])})", row["if"]


def _grid(models: Sequence[Model], rows: Any) -> Markup:
    """Every row once for each model, models beside one another within a row."""
    drawn: dict[str, list[Interval]] = {}
    for model in models:
        for name, figure in rows(model):
            found = model.row(name if name not in drawn else "", figure)
            if found:
                drawn.setdefault(name, []).append(found)
    flat = [row for group in drawn.values() for row in group]
    label = ", ".join(f"{name} {group[0].value:.1f}%" for name, group in drawn.items())
    key = legend([(model.kind, model.name) for model in models]) if len(models) > 1 else None
    return el("div", key, intervals(flat, label))


def judging(models: Sequence[Model]) -> Markup:
    """The scores the judge gave, the authors' reading beside Eq. 3's, and agreement between votes."""
    names = [*(str(n) for n in range(11)), "unscored"]
    series = []
    for model in models:
        counts = model.results["score_counts"]
        whole = sum(counts.values()) or 1
        values = [100 * counts.get(name, 0) / whole for name in names]
        series.append(Series(model.name, model.kind, values))
    return el(
        "section",
        el("h2", "The judge"),
        legend([(model.kind, model.name) for model in models]) if len(models) > 1 else None,
        columns(names, series, "Share of constraint scores from 0 to 10"),
        *(_authors(model) for model in models),
        *(_votes(model) for model in models),
        id="judge",
    )


def _authors(model: Model) -> Markup | None:
    found = model.results.get("authors_reading")
    if not found:
        return None
    rows = [
        (title, _percent(model.scores[key]), _percent(found[key]))
        for key, title, _ in MEASURES
        if key in found
    ]
    note = (
        f"{number(found['only_authors'])} instructions pass by the judge’s overall number alone, "
        f"{number(found['only_eq3'])} by Eq. 3 alone."
    )
    return el(
        "div",
        el("h3", f"{model.name}: Eq. 3 beside the released scorer’s reading"),
        simple_table(("", "Eq. 3", "Overall number is 10"), rows),
        el("p", note, class_="note"),
    )


def _votes(model: Model) -> Markup | None:
    votes = model.results.get("votes")
    if not votes:
        return None
    rows = [(f"Vote {n}", _percent(one)) for n, one in enumerate(votes["if_of_each"], start=1)]
    return el(
        "div",
        el("h3", f"{model.name}: IF of each of {votes['votes']} votes"),
        simple_table(("", "IF"), rows),
    )
