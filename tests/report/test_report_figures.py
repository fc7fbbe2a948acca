from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trace_builder.report.stats.call_stats import IDLE, Timeline, Usage
from trace_builder.report.stats.histogram import Spread, percent


@given(st.lists(st.integers(-50, 50), min_size=1), st.floats(0.01, 1))
def test_percentiles_are_those_of_the_sorted_values(values: list[int], share: float) -> None:
    spread = Spread()
    for value in values:
        spread.add(value)
    rank = max(math.ceil(share * len(values) - 1e-9), 1)
    assert spread.percentile(share) in {sorted(values)[rank - 1], sorted(values)[min(rank, len(values) - 1)]}
    summary = spread.summary()
    assert (summary["min"], summary["max"], summary["n"]) == (min(values), max(values), len(values))
    assert summary["mean"] == pytest.approx(sum(values) / len(values), abs=0.001)


def test_no_whole_no_share() -> None:
    assert percent(1, 0) == 0.0
    assert Spread().summary()["mean"] is None


def _call(at: float, tokens: int = 3) -> dict[str, Any]:
    return {"at": at, "usage": {"completion": tokens}}


@given(st.lists(st.integers(1, 3_000_000), min_size=1, max_size=300))
def test_no_call_is_lost_from_the_timeline(times: list[int]) -> None:
    timeline = Timeline()
    for at in times:
        timeline.add(_call(at))
    found = timeline.summary()
    points = found["points"]
    step = points[1]["at"] if len(points) > 1 else found["seconds"]
    lengths = [min(step, found["seconds"] - point["at"]) for point in points]
    counted = sum(p["calls"] * n for p, n in zip(points, lengths, strict=True))
    assert counted == pytest.approx(len(times), rel=0.01, abs=0.0006 * found["seconds"])
    assert len(points) <= 97


def test_a_pause_is_no_running_time() -> None:
    timeline = Timeline()
    for start in (1_000, 1_000 + 10 * IDLE):
        for second in range(60):
            timeline.add(_call(start + second))
    found = timeline.summary()
    assert found["pauses"] == 1
    assert found["seconds"] == 120
    assert all(point["calls"] == 1 for point in found["points"])


def test_a_long_run_keeps_a_bounded_number_of_slots() -> None:
    timeline = Timeline()
    for second in range(0, 400_000, 7):
        timeline.add(_call(1_000_000 + second))
    assert len(timeline.slots) <= 4000
    assert sum(calls for calls, _ in timeline.slots.values()) == len(range(0, 400_000, 7))


def test_rows_without_figures_count_as_calls() -> None:
    usage = Usage()
    usage.add({})
    usage.add({"usage": None, "latency": None, "retries": None, "attempt": 2, "wasted": 5})
    found = usage.summary()
    assert (found["calls"], found["asked_again"], found["wasted_tokens"]) == (2, 1, 5)
