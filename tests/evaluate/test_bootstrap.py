from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trace_builder.evaluate.bootstrap import Sampling, binomial, interval, percentile, ratio, redraw


@pytest.mark.parametrize(
    ("n", "p"), [(1, 0.3), (20, 0.05), (20, 0.5), (50, 0.97), (100, 0.25), (1042, 0.56), (10_000, 0.7)]
)
def test_binomial_draws_follow_the_distribution(n: int, p: float) -> None:
    stats = pytest.importorskip("scipy.stats")
    rng = Random(11)
    draws = Counter(binomial(rng, n, p) for _ in range(20_000))
    low, high = stats.binom.ppf(0.02, n, p), stats.binom.ppf(0.98, n, p)
    inside = [k for k in range(n + 1) if low <= k <= high]
    observed = [draws[k] for k in inside]
    expected = [20_000 * stats.binom.pmf(k, n, p) for k in inside]
    observed.append(20_000 - sum(observed))
    expected.append(20_000 - sum(expected))
    assert stats.chisquare(observed, expected).pvalue > 0.001


@given(st.lists(st.integers(0, 500), max_size=12), st.integers())
def test_redraw_keeps_the_number_of_items(counts: list[int], seed: int) -> None:
    drawn = redraw(Random(seed), counts)
    assert sum(drawn) == sum(counts)
    assert len(drawn) == len(counts)
    assert all(number == 0 for number, count in zip(drawn, counts, strict=True) if count == 0)
    assert min(drawn, default=0) >= 0


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50), st.floats(0, 1))
def test_percentile_agrees_with_numpy(values: list[float], share: float) -> None:
    numpy = pytest.importorskip("numpy")
    assert percentile(sorted(values), share) == pytest.approx(
        numpy.quantile(values, share), rel=1e-9, abs=1e-6
    )


@pytest.mark.parametrize(("followed", "n"), [(30, 200), (460, 842), (7_000, 10_000)])
def test_interval_of_a_share_agrees_with_scipy(followed: int, n: int) -> None:
    stats = pytest.importorskip("scipy.stats")
    numpy = pytest.importorskip("numpy")
    ours = interval({(1, 1): followed, (0, 1): n - followed}, ratio, Sampling(resamples=9999))
    data = numpy.repeat([1.0, 0.0], [followed, n - followed])
    theirs = stats.bootstrap(
        (data,), numpy.mean, n_resamples=9999, method="percentile", batch=100, random_state=1
    ).confidence_interval
    width = theirs.high - theirs.low
    assert ours.low == pytest.approx(theirs.low, abs=0.04 * width)
    assert ours.high == pytest.approx(theirs.high, abs=0.04 * width)


def test_interval_of_a_clustered_share_agrees_with_scipy() -> None:
    stats = pytest.importorskip("scipy.stats")
    numpy = pytest.importorskip("numpy")
    rng = Random(2)
    clusters = []
    for _ in range(400):
        m, p = rng.randint(1, 8), rng.choice((0.5, 0.9, 1.0))
        clusters.append((sum(rng.random() < p for _ in range(m)), m))
    ours = interval(Counter(clusters), ratio, Sampling(resamples=9999))
    above, under = (numpy.array(column, dtype=float) for column in zip(*clusters, strict=True))

    def share(a: object, b: object, axis: int = -1) -> object:
        return numpy.sum(a, axis=axis) / numpy.sum(b, axis=axis)

    theirs = stats.bootstrap(
        (above, under), share, paired=True, n_resamples=9999, method="percentile", random_state=1
    ).confidence_interval
    width = theirs.high - theirs.low
    assert ours.low == pytest.approx(theirs.low, abs=0.04 * width)
    assert ours.high == pytest.approx(theirs.high, abs=0.04 * width)


def test_same_seed_same_interval_whatever_the_order() -> None:
    counts = {(1, 1): 40, (0, 1): 60}
    turned = dict(reversed(counts.items()))
    assert interval(counts, ratio, Sampling(rng_seed=4)) == interval(turned, ratio, Sampling(rng_seed=4))
    assert interval(counts, ratio, Sampling(rng_seed=4)) != interval(counts, ratio, Sampling(rng_seed=5))


def test_a_statistic_that_often_has_no_value_has_no_interval() -> None:
    def spread(counts: Mapping[int, int]) -> float | None:
        return float(counts[1]) if counts[0] and counts[1] else None

    rare = interval({0: 99, 1: 1}, spread, Sampling(resamples=500))
    common = interval({0: 96, 1: 4}, spread, Sampling(resamples=500))
    assert (rare.value, rare.low, rare.high) == (1.0, None, None)  # 0.99 ** 100: more than a third without 1
    assert common.low is not None  # 0.96 ** 100: 1.7%
    assert common.low >= 1


def test_edges() -> None:
    sampling = Sampling(resamples=100)
    assert interval({(1, 1): 12}, ratio, sampling).low == 1.0
    assert interval({}, ratio, sampling).value is None
    alone = interval({(1, 1): 1}, ratio, sampling)
    assert (alone.value, alone.low, alone.high) == (1.0, 1.0, 1.0)
    assert interval({(1, 1): 5}, ratio, Sampling(resamples=0)).low is None
    assert math.isclose(ratio({(1, 2): 3, (2, 2): 1}) or 0, 5 / 8)
