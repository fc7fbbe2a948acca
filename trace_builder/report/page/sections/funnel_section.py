"""The page's first screen for a run: what was got, and what was lost where."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from trace_builder.report.page.charts import Part, legend, stacked
from trace_builder.report.page.html import Markup, el, number, share, tile
from trace_builder.report.page.labels import spaced
from trace_builder.report.stats.run_stats import RunStats, StageRow
from trace_builder.stages.base import Product
from trace_builder.stages.reasons import label
from trace_builder.stages.stage_registry import stage_classes
from trace_builder.support.certificates import WORDS, certified_first

_STATES = ("accepted", "rejected", "failed", "pending")

#: Reasons shown beside a bar; the rest is one sum.
_SHOWN = 4


def funnel_section(found: RunStats) -> Markup:
    """Sentence, products and funnel."""
    return el(
        "section",
        el("p", _sentence(found), class_="lead"),
        el("div", *_tiles(found), class_="tiles"),
        el(
            "div",
            el("h2", "From seeds to products"),
            legend([(state, state) for state in _STATES if any(getattr(row, state) for row in found.funnel)]),
            class_="heading",
        ),
        el("ol", *_funnel(found), class_="funnel"),
        id="overview",
        aria_label="Overview",
    )


def _products(found: RunStats) -> list[Product[Any]]:
    """The products, once each, in the order of the data's way."""
    products = (kind.product for kind in stage_classes().values())
    named = {product.name: product for product in products if product and product.name in found.products}
    return list(named.values())


def _sentence(found: RunStats) -> list[str | Markup]:
    made = [el("strong", _count(p, found)) for p in _products(found)]
    text: list[str | Markup] = [f"{number(found.run.seeds)} seeds became "]
    for place, name in enumerate(made):
        text += ["" if not place else " and " if place == len(made) - 1 else ", ", name]
    text.append(" examples. ")
    unproven = {kind: n for kind, n in _certificates(found).items() if kind != "full" and n}
    if unproven:
        listed = " and ".join(f"{number(n)} {WORDS[kind]}" for kind, n in unproven.items())
        text.append(f"Besides the certified groups there are {listed}. ")
    losses = [(entry.count, row.stage, entry) for row in found.funnel for entry in row.reasons]
    if losses:
        count, stage, entry = max(losses, key=lambda loss: loss[:2])
        text.append(
            f"The largest loss was at {stage}: {number(count)} {entry.status}, {label(entry.reason)}. "
        )
    pending = sum(row.pending for row in found.funnel)
    if pending:
        text.append(f"The run is not finished: {number(pending)} records wait for a stage.")
    return text


def _certificates(found: RunStats) -> Counter[str]:
    """Groups of all operations by certificate."""
    return sum((Counter(row.certificates) for row in found.iopo.operations), Counter[str]())


def _made(product: Product[Any], found: RunStats) -> int:
    """Rows of a product; of groups those that are certified."""
    return _certificates(found)["full"] if product.name == "iopo" else found.products[product.name]


def _count(product: Product[Any], found: RunStats) -> str:
    certified = "certified " if product.name == "iopo" else ""
    return f"{number(_made(product, found))} {certified}{product.label}"


def _tiles(found: RunStats) -> Iterator[Markup]:
    for product in _products(found):
        made = number(_made(product, found))
        yield tile(product.label, made, _note(product.name, found), product.description.en, product.name)


def _note(name: str, found: RunStats) -> str:
    parts = [f"{share(found.products[name], found.run.seeds)} of the seeds"]
    total = found.sets[name].constraints
    if name == "sft" and total.total:
        parts.append(f"{total.mean} constraints on average")
    if name == "dpo":
        parts += [f"{number(n)} {origin}" for origin, n in found.pairs.origins.items()]
    if name == "iopo":
        parts = [certified_first(_certificates(found))]
    return " · ".join(parts)


def _funnel(found: RunStats) -> Iterator[Markup]:
    seeds = found.run.seeds
    yield el(
        "li",
        el("div", el("strong", "seeds"), el("span", "plain instructions", class_="what"), class_="stage"),
        el("div", stacked([Part("seeds", seeds, "seeds")], seeds, f"{seeds} seeds"), class_="flow"),
        el("div", el("strong", number(seeds)), class_="kept"),
    )
    for row in found.funnel:
        yield _stage(row, seeds)


def _stage(row: StageRow, seeds: int) -> Markup:
    kind = stage_classes().get(row.stage)
    counted = [(state, getattr(row, state)) for state in _STATES]
    shown = ", ".join(f"{number(n)} {state}" for state, n in counted if n) or "nothing done yet"
    bar = stacked(
        [Part(state, n, state) for state, n in counted],
        seeds,
        f"{row.stage}: {number(row.entered)} in, {shown}",
    )
    what = el("span", kind.label.en if kind else "a stage that is not installed here", class_="what")
    result: list[Markup | str] = [el("strong", number(row.accepted)), f" of {number(row.entered)} kept"]
    if kind and kind.product:
        result.append(el("span", f"→ {kind.product.label}", class_="makes"))
    return el(
        "li",
        el("div", el("strong", row.stage), what, class_="stage"),
        el("div", bar, el("div", *_reasons(row), class_="reasons"), class_="flow"),
        el("div", *result, class_="kept"),
    )


def _reasons(row: StageRow) -> Iterator[Markup]:
    for entry in row.reasons[:_SHOWN]:
        wanted = {"stage": row.stage, "status": entry.status, "reason": entry.reason}
        yield el(
            "button",
            el("b", number(entry.count)),
            f" {spaced(entry.reason)}",
            type="button",
            class_=f"reason {entry.status}",
            data_filter=json.dumps(wanted),
            data_tip=f"{label(entry.reason)}. Click to see these records.",
        )
    rest = row.reasons[_SHOWN:]
    if rest:
        tip = ", ".join(f"{entry.reason} {entry.count}" for entry in rest)
        text = f"{number(sum(entry.count for entry in rest))} for {len(rest)} other reasons"
        yield el("span", text, class_="reason more", data_tip=tip)
