"""The page's first screen for a release: which rows it has, and what was left out."""

from __future__ import annotations

from typing import Any

from trace_builder import paper
from trace_builder.report.page.charts import Series, columns, legend
from trace_builder.report.page.html import Markup, el, number
from trace_builder.report.page.sections.dataset_section import simple_table
from trace_builder.report.stats.release_stats import format_rows

_Stat = dict[str, Any]
_SPLITS = (("train", "training"), ("validation", "validation"), ("evaluation", "evaluation"))


def release_overview(mark: _Stat) -> Markup:
    """Splits, rows by format, and removals."""
    figures = mark["figures"]
    return el(
        "section",
        el("p", *_sentence(mark), class_="lead"),
        el("div", *(_tile(figures[key], name) for key, name in _SPLITS if key in figures), class_="tiles"),
        el("div", _formats(mark), el("div", _removed(mark), _pairs(figures)), class_="two tables"),
        el("h3", "Constraints an instruction"),
        _counts(figures),
        id="overview",
    )


def _sentence(mark: _Stat) -> list[str | Markup]:
    figures = mark["figures"]
    whole = sum(one["instructions"] for one in figures.values())
    removed = ", ".join(
        f"{number(n)} {kind.replace('_', ' ')}" for kind, n in mark.get("removed", {}).items() if n
    )
    formats = sum(not name.startswith("parquet/") for name in format_rows(mark).keys() - {"evaluation"})
    text: list[str | Markup] = [
        el("strong", f"{number(whole)} instructions"),
        f" in {formats} training {'format' if formats == 1 else 'formats'}. ",
    ]
    text.append(f"Left out: {removed}." if removed else "Nothing was left out.")
    if not mark.get("run", {}).get("finished", True):
        text.append(" The run behind it was not finished.")
    return text


def _tile(figures: _Stat, name: str) -> Markup:
    mean = figures["constraints"] / figures["instructions"] if figures["instructions"] else 0
    languages = " · ".join(f"{number(n)} {lang}" for lang, n in figures["languages"].items())
    return el(
        "div",
        el("h3", name.capitalize()),
        el("p", number(figures["instructions"]), class_="figure"),
        el("p", f"instructions, {mean:.2f} constraints on average", class_="what"),
        el("p", languages, class_="note"),
        class_="tile",
    )


def _formats(mark: _Stat) -> Markup:
    body = [
        (name, counts.get("train"), counts.get("validation"), counts.get("test"))
        for name, counts in format_rows(mark).items()
    ]
    return el("div", el("h3", "Rows"), simple_table(("Format", "Train", "Validation", "Test"), body))


def _removed(mark: _Stat) -> Markup | None:
    removed = mark.get("removed")
    if not removed:
        return None
    body = [(kind.replace("_", " "), n) for kind, n in removed.items()]
    return el("div", el("h3", "Left out"), simple_table(("Why", "Records"), body))


def _pairs(figures: _Stat) -> Markup:
    body: list[tuple[Any, ...]] = []
    for split, name in _SPLITS:
        found = figures.get(split) or {}
        for kind in ("pairs", "groups"):
            for origin, n in (found.get(kind) or {}).items():
                body.append((f"{name}: {kind}, {origin}", n))
        if found.get("input_pairs"):
            body.append((f"{name}: input preferences", found["input_pairs"]))
    return el("div", el("h3", "Pairs and groups"), simple_table(("", "Count"), body))


def _counts(figures: _Stat) -> Markup:
    highest = max([15, *(int(n) for one in figures.values() for n in one["by_count"])])
    names = [str(n) for n in range(1, highest + 1)]
    kinds = {"train": "ours", "validation": "worse", "evaluation": "mismatch-cells"}
    series = []
    for split, name in _SPLITS:
        found = figures.get(split)
        if found and found["instructions"]:
            values = [100 * found["by_count"].get(n, 0) / found["instructions"] for n in names]
            series.append(Series(name, kinds[split], values))
    whole = sum(paper.TRAIN_COUNTS)
    theirs = [100 * share / whole for share in paper.TRAIN_COUNTS]
    series.append(Series("paper, training", "paper-train", theirs + [0.0] * (highest - len(theirs))))
    return el(
        "figure",
        legend([(one.kind, one.name) for one in series]),
        columns(names, series, "Share of instructions by number of constraints, by split"),
    )
