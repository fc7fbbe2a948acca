from __future__ import annotations

import math
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trace_builder.errors import InputError
from trace_builder.rehearsal.server.faults import unit
from trace_builder.rehearsal.server.latency import parse_latency

UNITS = [(n + 0.5) / 1000 for n in range(1000)]


def test_a_plain_number_is_a_fixed_time() -> None:
    latency = parse_latency("0.2")
    assert {latency.seconds(u) for u in UNITS} == {0.2}
    assert latency.mean == 0.2


def test_uniform_spreads_evenly_between_its_bounds() -> None:
    latency = parse_latency("uniform:1,3")
    values = [latency.seconds(u) for u in UNITS]
    assert min(values) >= 1
    assert max(values) <= 3
    assert sum(values) / len(values) == pytest.approx(latency.mean) == 2


def test_lognormal_has_its_median_and_mean() -> None:
    latency = parse_latency("lognormal:1,0.8")
    values = [latency.seconds(u) for u in UNITS]
    assert median(values) == pytest.approx(1, rel=0.01)
    assert latency.mean == pytest.approx(math.exp(0.32))
    assert sum(values) / len(values) == pytest.approx(latency.mean, rel=0.02)
    spread = [math.log(value) ** 2 for value in values]
    assert math.sqrt(sum(spread) / len(spread)) == pytest.approx(0.8, rel=0.02)


def test_zero_median_takes_no_time() -> None:
    assert parse_latency("lognormal:0,1").seconds(0.9) == 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "-1",
        "nan",
        "inf",
        "1,2",
        "uniform:1",
        "uniform:3,1",
        "lognormal:1",
        "normal:1,2",
        "uniform:a,b",
    ],
)
def test_what_is_not_a_latency_is_named(text: str) -> None:
    with pytest.raises(InputError, match="latency") as caught:
        parse_latency(text)
    assert repr(text) in str(caught.value)


@given(st.integers(), st.binary(), st.sampled_from(["0.3", "uniform:0.1,0.5", "lognormal:1,2"]))
def test_the_same_request_takes_the_same_finite_time(seed: int, request: bytes, text: str) -> None:
    first, second = (parse_latency(text).seconds(unit(seed, "latency", request)) for _ in range(2))
    assert first == second
    assert 0 <= first < math.inf
