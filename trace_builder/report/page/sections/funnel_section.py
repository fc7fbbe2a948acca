"""The page's first screen for a run: what was got, and what was lost where."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from trace_builder.report.page.charts import Part, legend, stacked
from trace_builder.report.page.html import Markup, el, number, share
from trace_builder.report.page.labels import PRODUCTS, REASONS, STAGES

_Stat = dict[str, Any]
_STATES = ("accepted", "rejected", "failed", "pending")

#: Reasons shown beside a bar; the rest is one sum.
_SHOWN = 4


def overview(found: _Stat) -> Markup:
    """Sentence, products and funnel."""
    return el(
        "section",
        el("p", _sentence(found), class_="lead"),
        el("div", *_tiles(found), class_="tiles"),
        el(
            "div",
            el("h2", "From seeds to products"),
            legend([(state, state) for state in _STATES if any(row[state] for row in found["funnel"])]),
            class_="heading",
        ),
        el("ol", *_funnel(found), class_="funnel"),
        id="overview",
        aria_label="Overview",
    )


def _sentence(found: _Stat) -> list[str | Markup]:
    seeds = found["manifest"]["seeds"]
    losses = [
        (entry["count"], row["stage"], entry["reason"], entry["status"])
        for row in found["funnel"]
        for entry in row["reasons"]
    ]
    pending = sum(row["pending"] for row in found["funnel"])
    text: list[str | Markup] = [f"{number(seeds)} seeds became "]
    made = found["products"]
    names = [el("strong", f"{number(made[name])} {PRODUCTS[name][0]}") for name in PRODUCTS]
    text += [names[0], ", ", names[1], " and ", names[2], " examples. "]
    if losses:
        count, stage, reason, status = max(losses)
        text.append(f"The largest loss was at {stage}: {number(count)} {status}, ")
        text.append(f"{REASONS.get(reason, reason)}. ")
    if pending:
        text.append(f"The run is not finished: {number(pending)} records wait for a stage.")
    return text


def _tiles(found: _Stat) -> Iterator[Markup]:
    seeds = found["manifest"]["seeds"]
    for name, (title, what) in PRODUCTS.items():
        made = found["products"][name]
        yield el(
            "div",
            el("h3", title),
            el("p", number(made), class_="figure"),
            el("p", what, class_="what"),
            el("p", _note(name, found, made, seeds), class_="note"),
            class_=f"tile {name}",
        )


def _note(name: str, found: _Stat, made: int, seeds: int) -> str:
    of_seeds = f"{share(made, seeds)} of the seeds"
    if name == "sft":
        total = found["sets"]["sft"]["constraints"]
        return f"{of_seeds} · {total['mean']} constraints on average" if total["total"] else of_seeds
    if name == "dpo":
        origins = found["pairs"]["origins"]
        return " · ".join([of_seeds, *(f"{number(n)} {origin}" for origin, n in origins.items())])
    kinds = {
        k: sum(row[k] for row in found["iopo"]["operations"]) for k in ("full", "one_sided", "rationality")
    }
    shown = [f"{number(n)} {kind.replace('_', '-')}" for kind, n in kinds.items() if n]
    return " · ".join([of_seeds, *shown])


def _funnel(found: _Stat) -> Iterator[Markup]:
    seeds = found["manifest"]["seeds"]
    yield el(
        "li",
        el("div", el("strong", "seeds"), el("span", "plain instructions", class_="what"), class_="stage"),
        el("div", stacked([Part("seeds", seeds, "seeds")], seeds, f"{seeds} seeds"), class_="flow"),
        el("div", el("strong", number(seeds)), class_="kept"),
    )
    makes = {"respond": "sft", "dpo": "dpo", "iopo": "iopo"}
    for row in found["funnel"]:
        if row["stage"] in STAGES or row["in"]:
            yield _stage(row, seeds, makes.get(row["stage"]))


def _stage(row: _Stat, seeds: int, product: str | None) -> Markup:
    counted = ", ".join(f"{number(row[state])} {state}" for state in _STATES if row[state])
    label = f"{row['stage']}: {number(row['in'])} in, {counted or 'nothing done yet'}"
    bar = stacked([Part(state, row[state], state) for state in _STATES], seeds, label)
    name = el(
        "div",
        el("strong", row["stage"]),
        el("span", STAGES.get(row["stage"], ""), class_="what"),
        class_="stage",
    )
    result: list[Markup | str] = [el("strong", number(row["accepted"])), f" of {number(row['in'])} kept"]
    if product:
        result.append(el("span", f"→ {PRODUCTS[product][0]}", class_=f"makes {product}"))
    return el(
        "li",
        name,
        el("div", bar, el("div", *_reasons(row), class_="reasons"), class_="flow"),
        el("div", *result, class_="kept"),
        class_=f"after-{row['after']}" if row["after"] else None,
    )


def _reasons(row: _Stat) -> Iterator[Markup]:
    entries = row["reasons"]
    for entry in entries[:_SHOWN]:
        wanted = {"stage": row["stage"], "status": entry["status"], "reason": entry["reason"]}
        yield el(
            "button",
            el("b", number(entry["count"])),
            f" {entry['reason'].replace('_', ' ')}",
            type="button",
            class_=f"reason {entry['status']}",
            data_filter=json.dumps(wanted),
            data_tip=f"{REASONS.get(entry['reason'], entry['reason'])}. Click to see these records.",
        )
    rest = entries[_SHOWN:]
    if rest:
        tip = ", ".join(f"{entry['reason']} {entry['count']}" for entry in rest)
        text = f"{number(sum(e['count'] for e in rest))} for {len(rest)} other reasons"
        yield el("span", text, class_="reason more", data_tip=tip)
