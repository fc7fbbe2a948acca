"""What the calls of a run cost: tokens, retries, and how fast they came."""

from __future__ import annotations

from collections.abc import Iterator

from trace_builder.report.page.charts import Part, Point, legend, line, stacked
from trace_builder.report.page.html import Markup, compact, el, number, share, table, tile
from trace_builder.report.stats.call_stats import StageCalls, Timeline
from trace_builder.report.stats.run_stats import CallStats, RunStats

_KINDS = {
    "cached": "cached prompt tokens",
    "prompt": "other prompt tokens",
    "completion": "completion tokens",
}


def calls_section(found: RunStats) -> Markup | None:
    """Tokens, cached share, retries, and throughput over time."""
    calls = found.calls
    if not calls.total.calls:
        return None
    numbers = el("details", el("summary", "The numbers"), _stage_table(calls))
    return el(
        "section",
        el("h2", "Calls and pace"),
        el("div", *_tiles(calls, found.products.get("sft", 0)), class_="tiles slim"),
        _timeline(calls.timeline),
        el("h3", "By stage"),
        legend(list(_KINDS.items())),
        el("ul", *_stage_tokens(calls), class_="bars"),
        numbers,
        id="calls",
    )


def _tokens(calls: StageCalls) -> int:
    return calls.prompt + calls.completion


def _tiles(calls: CallStats, made: int) -> Iterator[Markup]:
    total, seconds, cost = calls.total, calls.timeline.seconds, calls.cost
    per = f"{compact(_tokens(total) / made)} tokens an SFT example" if made else "no example yet"
    yield tile("Calls", number(total.calls), f"{number(total.asked_again)} asked again for their form")
    yield tile("Tokens", compact(_tokens(total)), per)
    yield tile("Cached", share(total.cached, total.prompt), "of the prompt tokens")
    yield tile("Retries", number(total.retries), f"{share(total.retries, total.calls)} of the calls")
    if seconds:
        yield tile("Pace", f"{total.calls / seconds:.1f}/s", f"over {_duration(seconds)} of running")
    if cost.money is not None:
        each = f"{cost.money / made:.4f} an SFT example" if made else "no example yet"
        yield tile("Cost", f"{cost.money:,.2f} {cost.currency}", each)
    if cost.gpu_hours is not None:
        yield tile("GPU-hours", f"{cost.gpu_hours:,.2f}", "while the run was walking")


def _duration(seconds: int) -> str:
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {left} s" if minutes else f"{left} s"


def _timeline(timeline: Timeline) -> Markup | None:
    if not timeline.points:
        return None
    end = _duration(timeline.seconds)
    foot = end + (f", without {timeline.pauses} pauses" if timeline.pauses else "")
    rate = [Point(p.at, p.calls) for p in timeline.points]
    made = [Point(p.at, p.tokens) for p in timeline.points]
    drawn = (("Calls a second", rate, "calls/s"), ("Completion tokens a second", made, "tokens/s"))
    figures = [
        el("figure", el("h3", title), line(points, unit, foot, f"{title} over {end}"))
        for title, points, unit in drawn
    ]
    return el("div", *figures, class_="two")


def _stage_tokens(calls: CallStats) -> Iterator[Markup]:
    stages = {name: s for name, s in calls.stages.items() if s.calls}
    most = max(map(_tokens, stages.values()), default=0)
    for name, s in stages.items():
        counts = {"cached": s.cached, "prompt": s.prompt - s.cached, "completion": s.completion}
        yield el(
            "li",
            el("span", name),
            stacked(
                [Part(_KINDS[kind], n, kind) for kind, n in counts.items()],
                most,
                f"{name}: {number(_tokens(s))} tokens",
            ),
            el("span", compact(_tokens(s)), el("small", f" {s.cached_share:.0f}% cached")),
        )


def _stage_table(calls: CallStats) -> Markup:
    head = ("Stage", "Calls", "Prompt", "Cached", "Completion", "Retries", "Asked again", "Median", "95%")
    return table(
        head,
        [
            (name, s.calls, s.prompt, s.cached, s.completion, s.retries, s.asked_again, *times)
            for name, s in [*calls.stages.items(), ("total", calls.total)]
            for times in ([f"{(ms or 0) / 1000:.2f} s" for ms in (s.latency_ms.median, s.latency_ms.p95)],)
        ],
    )
