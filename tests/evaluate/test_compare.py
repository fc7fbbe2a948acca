from __future__ import annotations

import random

import pytest

from trace_builder.evaluate.bootstrap import Sampling
from trace_builder.evaluate.compare import mcnemar_exact, paired


@pytest.mark.parametrize(
    ("only_a", "only_b"), [(0, 0), (1, 0), (5, 5), (3, 12), (10, 25), (80, 131), (400, 700)]
)
def test_mcnemar_agrees_with_statsmodels(only_a: int, only_b: int) -> None:
    tables = pytest.importorskip("statsmodels.stats.contingency_tables")
    theirs = tables.mcnemar([[50, only_a], [only_b, 40]], exact=True).pvalue
    assert mcnemar_exact(only_a, only_b) == pytest.approx(theirs, rel=1e-9)


@pytest.mark.parametrize(("only_a", "only_b"), [(2, 9), (30, 51), (6, 7)])
def test_mcnemar_agrees_with_scipys_binomial_test(only_a: int, only_b: int) -> None:
    stats = pytest.importorskip("scipy.stats")
    theirs = stats.binomtest(only_a, only_a + only_b, 0.5).pvalue
    assert mcnemar_exact(only_a, only_b) == pytest.approx(theirs, rel=1e-9)


def test_difference_and_cells() -> None:
    pairs = [(True, True)] * 4 + [(True, False)] + [(False, True)] * 3 + [(False, False)] * 2
    found = paired(pairs, Sampling(resamples=200))
    assert (found.both, found.only_a, found.only_b, found.neither, found.n) == (4, 1, 3, 2, 10)
    assert found.difference.percent == pytest.approx(20)
    assert found.p_value == pytest.approx(0.625)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_paired_interval_agrees_with_scipy(seed: int) -> None:
    stats = pytest.importorskip("scipy.stats")
    numpy = pytest.importorskip("numpy")
    rng = random.Random(seed)
    pairs = []
    for _ in range(500):
        easy = rng.random() < 0.5
        pairs.append((rng.random() < (0.8 if easy else 0.3), rng.random() < (0.85 if easy else 0.4)))
    ours = paired(pairs, Sampling(resamples=9999)).difference
    gaps = numpy.array([float(b) - float(a) for a, b in pairs])
    theirs = stats.bootstrap(
        (gaps,), numpy.mean, n_resamples=9999, method="percentile", random_state=7
    ).confidence_interval
    width = 100 * (theirs.high - theirs.low)
    assert ours.low == pytest.approx(100 * theirs.low, abs=0.04 * width)
    assert ours.high == pytest.approx(100 * theirs.high, abs=0.04 * width)


def test_no_items() -> None:
    found = paired([], Sampling(resamples=10))
    assert (found.n, found.difference.percent, found.p_value) == (0, None, 1.0)
