"""What the judge said, what IOPO yields, and what the calls cost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from trace_builder.report.page.charts import Part, Point, Series, columns, legend, line, stacked
from trace_builder.report.page.html import Markup, compact, el, number, share
from trace_builder.report.page.labels import CELLS, TERMS
from trace_builder.report.page.sections.dataset_section import simple_table

_Stat = dict[str, Any]
_CERTIFICATES = (("full", "full"), ("one_sided", "one-sided"), ("rationality", "rationality only"))


def judge_section(found: _Stat) -> Markup | None:
    """Distribution of the scores, and the share followed by dimension."""
    judged = found["judge"]
    kinds = (
        ("response", "responses", "ours"),
        ("worse", "worse responses of DPO", "worse"),
        ("mismatch", "mismatch cells of IOPO", "mismatch-cells"),
    )
    there = [(judged[key], name, kind) for key, name, kind in kinds if judged[key]["responses"]]
    if not there:
        return None
    scores = [str(n) for n in range(11)]
    series = []
    for summary, name, kind in there:
        whole = sum(summary["scores"].values()) or 1
        series.append(Series(name, kind, [100 * summary["scores"][s] / whole for s in scores]))
    response = judged["response"]
    body = [
        (
            name.capitalize(),
            s["responses"],
            s["perfect"],
            *(s["scores"][n] for n in scores),
            s["unscored"],
            s["by_code"],
        )
        for s, name, _ in there
    ]
    head = ("", "Judged", "Full marks", *scores, "Unscored", "By code")
    lead = (
        f"{number(response['perfect'])} of {number(response['responses'])} judged responses "
        f"({share(response['perfect'], response['responses'])}) have 10 for every constraint."
    )
    return el(
        "section",
        el("h2", "The judge"),
        el("p", lead, class_="lead small"),
        el("h3", "Scores of single constraints"),
        legend([(one.kind, one.name) for one in series]),
        columns(scores, series, "Share of constraint scores from 0 to 10"),
        el("details", el("summary", "The numbers"), simple_table(head, body)),
        _followed(response, found["sets"]["sft"]),
        id="judge",
    )


def _followed(response: _Stat, described: _Stat) -> Markup | None:
    names = {d["id"]: d["name"] for d in described["dimensions"]}
    rows = sorted(response["dimensions"].items(), key=lambda item: (item[1]["share"], item[0]))
    if not rows:
        return None
    items = [
        el(
            "li",
            el("span", names.get(key, key)),
            stacked(
                [Part("followed", row["followed"], "accepted")], row["judged"], f"{row['share']}% followed"
            ),
            el("span", f"{row['share']:.1f}%", el("small", f" of {number(row['judged'])}")),
        )
        for key, row in rows
    ]
    return el(
        "details",
        el("summary", "Followed by dimension, the hardest first"),
        el("ul", *items, class_="bars split"),
        open=True,
    )


def iopo_section(found: _Stat) -> Markup | None:
    """Yield by operation, the four cells, and the proven terms."""
    iopo = found["iopo"]
    if not iopo["operations"]:
        return None
    return el(
        "section",
        el("h2", "IOPO"),
        el("div", _operations(iopo), _cells(iopo), class_="two"),
        id="iopo",
    )


def _operations(iopo: _Stat) -> Markup:
    most = max(row["tried"] for row in iopo["operations"])
    items = []
    for row in iopo["operations"]:
        lost = sum(row["lost"].values())
        parts = [Part(name, row[key], key) for key, name in _CERTIFICATES]
        parts.append(Part("turned down", lost, "rejected"))
        reasons = ", ".join(f"{reason.replace('_', ' ')} {number(n)}" for reason, n in row["lost"].items())
        items.append(
            el(
                "li",
                el("span", row["operation"]),
                stacked(parts, most, f"{row['operation']}: {row['full']} full of {row['tried']}"),
                el("span", f"{row['full_yield']:.1f}%", el("small", f" full of {number(row['tried'])}")),
                el("small", f"lost to: {reasons}", class_="lost") if reasons else None,
            )
        )
    shown = [(key, name) for key, name in _CERTIFICATES if any(row[key] for row in iopo["operations"])]
    return el(
        "div",
        el("h3", "Yield by operation"),
        legend([*shown, ("rejected", "turned down")]),
        el("ul", *items, class_="bars"),
        el(
            "p",
            "Adding alone leaves x1 inside x2, so a perfect y2 follows x1 too: "
            "only revising can prove all four terms.",
            class_="note",
        ),
    )


def _cells(iopo: _Stat) -> Markup:
    boxes = [_cell(cell, iopo["cells"][cell], iopo["groups"]) for cell in CELLS]
    corner = [el("span"), el("span", "y1", class_="axis"), el("span", "y2", class_="axis")]
    rows = [*corner, el("span", "x1", class_="axis"), *boxes[:2], el("span", "x2", class_="axis"), *boxes[2:]]
    terms = [
        el("li", el("span", TERMS[name]), el("b", number(n)), el("small", share(n, iopo["groups"])))
        for name, n in iopo["terms"].items()
    ]
    return el(
        "div",
        el("h3", "The four cells"),
        el("div", *rows, class_="cells"),
        el("h3", "Terms of the loss that are proven"),
        el("ul", *terms, class_="terms"),
    )


def _cell(cell: str, counts: _Stat, groups: int) -> Markup:
    match = cell in ("x1y1", "x2y2")
    key, text = ("full_marks", "full marks") if match else ("fails", "fail")
    n = counts.get(key, 0)
    tip = f"{CELLS[cell]}: " + (", ".join(f"{k.replace('_', ' ')} {v}" for k, v in counts.items()) or "none")
    return el(
        "div",
        el("strong", share(n, groups, 0)),
        el("small", text),
        class_="cell match" if match else "cell mismatch",
        data_tip=tip,
    )


def cost_section(found: _Stat) -> Markup | None:
    """Tokens, cached share, retries, and throughput over time."""
    calls = found["calls"]
    total = calls["total"]
    if not total["calls"]:
        return None
    return el(
        "section",
        el("h2", "Calls and pace"),
        el("div", *_cost_tiles(calls, found["products"]["sft"]), class_="tiles slim"),
        _timeline(calls["timeline"]),
        el("h3", "By stage"),
        legend(
            [
                ("cached", "cached prompt tokens"),
                ("prompt", "other prompt tokens"),
                ("completion", "completion"),
            ]
        ),
        el("ul", *_stage_tokens(calls), class_="bars"),
        _stage_table(calls),
        id="calls",
    )


def _cost_tiles(calls: _Stat, made: int) -> Iterator[Markup]:
    total, seconds, cost = calls["total"], calls["timeline"]["seconds"], calls["cost"]
    tokens = total["prompt_tokens"] + total["completion_tokens"]
    per = f"{compact(tokens / made)} tokens an SFT example" if made else "no example yet"
    yield _tile("Calls", number(total["calls"]), f"{number(total['asked_again'])} asked again for their form")
    yield _tile("Tokens", compact(tokens), per)
    yield _tile("Cached", share(total["cached_tokens"], total["prompt_tokens"]), "of the prompt tokens")
    yield _tile(
        "Retries", number(total["retries"]), f"{share(total['retries'], total['calls'])} of the calls"
    )
    if seconds:
        yield _tile("Pace", f"{total['calls'] / seconds:.1f}/s", f"over {_duration(seconds)} of running")
    if "money" in cost:
        each = f"{cost['money'] / made:.4f} an SFT example" if made else "no example yet"
        yield _tile("Cost", f"{cost['money']:,.2f} {cost['currency']}", each)
    if "gpu_hours" in cost:
        yield _tile("GPU-hours", f"{cost['gpu_hours']:,.2f}", "while the run was walking")


def _tile(title: str, figure: str, note: str) -> Markup:
    return el(
        "div", el("h3", title), el("p", figure, class_="figure"), el("p", note, class_="note"), class_="tile"
    )


def _duration(seconds: int) -> str:
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {left} s" if minutes else f"{left} s"


def _timeline(timeline: _Stat) -> Markup | None:
    points = timeline["points"]
    if not points:
        return None
    end = _duration(timeline["seconds"])
    pauses = f", without {timeline['pauses']} pauses" if timeline["pauses"] else ""
    rate = [Point(p["at"], p["calls"]) for p in points]
    made = [Point(p["at"], p["tokens"]) for p in points]
    return el(
        "div",
        el(
            "figure",
            el("h3", "Calls a second"),
            line(rate, "calls/s", end + pauses, f"Calls a second over {end}"),
        ),
        el(
            "figure",
            el("h3", "Completion tokens a second"),
            line(made, "tokens/s", end + pauses, f"Completion tokens a second over {end}"),
        ),
        class_="two",
    )


def _stage_tokens(calls: _Stat) -> Iterator[Markup]:
    stages = {name: s for name, s in calls["stages"].items() if s["calls"]}
    most = max((s["prompt_tokens"] + s["completion_tokens"] for s in stages.values()), default=0)
    for name, s in stages.items():
        parts = [
            Part("cached prompt tokens", s["cached_tokens"], "cached"),
            Part("other prompt tokens", s["prompt_tokens"] - s["cached_tokens"], "prompt"),
            Part("completion tokens", s["completion_tokens"], "completion"),
        ]
        whole = s["prompt_tokens"] + s["completion_tokens"]
        yield el(
            "li",
            el("span", name),
            stacked(parts, most, f"{name}: {number(whole)} tokens"),
            el("span", compact(whole), el("small", f" {s['cached_share']:.0f}% cached")),
        )


def _stage_table(calls: _Stat) -> Markup:
    head = ("Stage", "Calls", "Prompt", "Cached", "Completion", "Retries", "Asked again", "Median", "95%")
    rows = [
        (
            name,
            *(
                s[k]
                for k in (
                    "calls",
                    "prompt_tokens",
                    "cached_tokens",
                    "completion_tokens",
                    "retries",
                    "asked_again",
                )
            ),
            *(f"{(s['latency_ms'][k] or 0) / 1000:.2f} s" for k in ("median", "p95")),
        )
        for name, s in [*calls["stages"].items(), ("total", calls["total"])]
    ]
    return el("details", el("summary", "The numbers"), simple_table(head, rows))
