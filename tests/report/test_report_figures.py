from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trace_builder.report.stats.call_stats import IDLE, CallDetails, Pace
from trace_builder.report.stats.histogram import Histogram, percent
from trace_builder.storage.calls import Call, CallTotals


@given(st.lists(st.integers(-50, 50), min_size=1), st.floats(0.01, 1))
def test_percentiles_are_those_of_the_sorted_values(values: list[int], share: float) -> None:
    histogram = Histogram()
    for value in values:
        histogram.add(value)
    rank = max(math.ceil(share * len(values) - 1e-9), 1)
    wanted = {sorted(values)[rank - 1], sorted(values)[min(rank, len(values) - 1)]}
    assert histogram.percentile(share) in wanted
    summary = histogram.summary()
    assert (summary.min, summary.max, summary.n) == (min(values), max(values), len(values))
    assert summary.mean == pytest.approx(sum(values) / len(values), abs=0.001)


def test_no_whole_no_share() -> None:
    assert percent(1, 0) == 0.0
    assert Histogram().summary().mean is None


@given(st.lists(st.integers(1, 3_000_000), min_size=1, max_size=300))
def test_no_call_is_lost_from_the_timeline(times: list[int]) -> None:
    pace = Pace()
    for at in times:
        pace.add(at, 3)
    found = pace.timeline()
    points = found.points
    step = points[1].at if len(points) > 1 else found.seconds
    lengths = [min(step, found.seconds - point.at) for point in points]
    counted = sum(p.calls * n for p, n in zip(points, lengths, strict=True))
    assert counted == pytest.approx(len(times), rel=0.01, abs=0.0006 * found.seconds)
    assert len(points) <= 97


def test_a_pause_is_no_running_time() -> None:
    pace = Pace()
    for start in (1_000, 1_000 + 10 * IDLE):
        for second in range(60):
            pace.add(start + second, 3)
    found = pace.timeline()
    assert (found.pauses, found.seconds) == (1, 120)
    assert all(point.calls == 1 for point in found.points)


def test_a_long_run_keeps_a_bounded_number_of_slots() -> None:
    pace = Pace()
    for second in range(0, 400_000, 7):
        pace.add(1_000_000 + second, 3)
    assert len(pace.slots) <= 4000
    assert sum(calls for calls, _ in pace.slots.values()) == len(range(0, 400_000, 7))


def test_details_of_several_stages_join_and_a_call_without_a_time_counts() -> None:
    one, whole, pace = CallDetails(), CallDetails(), Pace()
    call = Call(id="a", key="0", stage="s", prompt="p", model="m", finish_reason="length", text="", attempt=2)
    for _ in range(2):
        one.add(call)
        whole.join(one)
        pace.add(call.at, call.usage.completion)
    found = whole.stats(CallTotals(calls=3))
    assert (found.calls, found.asked_again, found.finish_reasons) == (3, 3, {"length": 3})
    assert found.latency_ms.n == 3
    assert not pace.timeline().points
