"""The page's first screen for a release: which rows it has, and what was left out."""

from __future__ import annotations

from collections.abc import Iterator

from trace_builder.report.page.charts import Series, columns, legend
from trace_builder.report.page.html import Content, Markup, el, number, share, table, tile
from trace_builder.report.page.labels import spaced
from trace_builder.report.stats.release_stats import Release, SplitFigures
from trace_builder.stages.stage_registry import stage_classes
from trace_builder.support import paper

#: The splits, and the colours of their columns.
_SPLITS = {"train": "training", "validation": "validation", "evaluation": "evaluation"}
_COLOURS = {"sft": "ours", "dpo": "worse", "iopo": "mismatch-cells"}
_KINDS = {"train": "ours", "validation": "worse", "evaluation": "mismatch-cells"}


def release_section(release: Release) -> Markup:
    """Splits, rows by format, and removals."""
    splits = {key: release.figures[key] for key in _SPLITS if key in release.figures}
    formats = release.format_rows
    rows = [(name, *(n.get(key) for key in ("train", "validation", "test"))) for name, n in formats.items()]
    removed = [(spaced(kind), n) for kind, n in release.removed.items()]
    left_out = el("div", el("h3", "Left out"), table(("Why", "Records"), removed)) if removed else None
    return el(
        "section",
        el("p", *_sentence(release), class_="lead"),
        el("div", *(_tile(figures, _SPLITS[key]) for key, figures in splits.items()), class_="tiles"),
        el(
            "div",
            el("div", el("h3", "Rows"), table(("Format", "Train", "Validation", "Test"), rows)),
            el("div", left_out, _pairs(splits)),
            class_="two tables",
        ),
        el("h3", "Constraints an instruction"),
        _counts(splits),
        *_products(splits),
        id="overview",
    )


def _sentence(release: Release) -> list[str | Markup]:
    whole = sum(figures.instructions for figures in release.figures.values())
    removed = ", ".join(f"{number(n)} {spaced(kind)}" for kind, n in release.removed.items() if n)
    formats = sum(not name.startswith("parquet/") for name in release.format_rows.keys() - {"evaluation"})
    return [
        el("strong", f"{number(whole)} instructions"),
        f" in {formats} training {'format' if formats == 1 else 'formats'}. ",
        f"Left out: {removed}." if removed else "Nothing was left out.",
        "" if release.run.finished else " The run behind it was not finished.",
    ]


def _tile(figures: SplitFigures, name: str) -> Markup:
    mean = figures.constraints / figures.instructions if figures.instructions else 0
    languages = " · ".join(f"{number(n)} {lang}" for lang, n in figures.languages.items())
    what = f"instructions, {mean:.2f} constraints on average"
    return tile(name.capitalize(), number(figures.instructions), languages, what)


def _pairs(splits: dict[str, SplitFigures]) -> Markup:
    body: list[tuple[Content, ...]] = []
    for key, found in splits.items():
        name = _SPLITS[key]
        body += [(f"{name}: pairs, {origin}", n) for origin, n in found.pairs.items()]
        body += [(f"{name}: groups, {operation}", n) for operation, n in found.groups.items()]
        if found.input_pairs:
            body.append((f"{name}: input preferences", found.input_pairs))
        if found.length:
            longer = f"{100 * found.length['chosen_longer']:.1f}%"
            body.append((f"{name}: pairs whose chosen response is the longer one", longer))
    return el("div", el("h3", "Pairs and groups"), table(("", "Count"), body))


def _products(splits: dict[str, SplitFigures]) -> Iterator[Markup]:
    """How the training rows of each product are spread over constraint counts and dimensions."""
    found = (
        {name: one for name, one in splits["train"].products.items() if one.rows} if "train" in splits else {}
    )
    if not found:
        return
    names = [str(n) for n in range(1, max(int(n) for one in found.values() for n in one.by_count) + 1)]
    series = [
        Series(
            _label(name),
            _COLOURS.get(name, "paper-eval"),
            [100 * one.by_count.get(n, 0) / one.rows for n in names],
        )
        for name, one in found.items()
    ]
    yield el("h3", "Constraints a training row, by product")
    yield el(
        "figure",
        legend([(one.kind, one.name) for one in series]),
        columns(names, series, "Share of training rows by number of constraints, by product"),
    )
    every = sorted({dimension for one in found.values() for dimension in one.dimensions})
    sums = {name: sum(one.dimensions.values()) for name, one in found.items()}
    body = [
        (spaced(d), *(share(one.dimensions.get(d, 0), sums[name]) for name, one in found.items()))
        for d in every
    ]
    yield el("h3", "Dimensions of training rows, by product")
    yield table(("Dimension", *map(_label, found)), body)


def _label(product: str) -> str:
    kinds = (kind.product for kind in stage_classes().values())
    return next((kind.label for kind in kinds if kind and kind.name == product), product)


def _counts(splits: dict[str, SplitFigures]) -> Markup:
    highest = max([len(paper.TRAIN_COUNTS), *(int(n) for one in splits.values() for n in one.by_count)])
    names = [str(n) for n in range(1, highest + 1)]
    series = [
        Series(_SPLITS[key], _KINDS[key], [100 * f.by_count.get(n, 0) / f.instructions for n in names])
        for key, f in splits.items()
        if f.instructions
    ]
    whole = sum(paper.TRAIN_COUNTS)
    theirs = [100 * n / whole for n in paper.TRAIN_COUNTS] + [0.0] * (highest - len(paper.TRAIN_COUNTS))
    series.append(Series("paper, training", "paper-train", theirs))
    return el(
        "figure",
        legend([(one.kind, one.name) for one in series]),
        columns(names, series, "Share of instructions by number of constraints, by split"),
    )
