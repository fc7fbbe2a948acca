from __future__ import annotations

import random
from collections import Counter

import pytest

from trace_builder.evaluate.agreement import (
    Pattern,
    agreement,
    cohen_kappa,
    fleiss_kappa,
    krippendorff_alpha,
    percent_agreement,
)
from trace_builder.evaluate.bootstrap import Sampling

QUICK = Sampling(resamples=200, rng_seed=1)

#: Krippendorff (2011), "Computing Krippendorff's alpha-reliability": four observers, twelve units, a rating
#: missing here and there; nominal alpha 0.743.
FOUR_OBSERVERS = (
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)

#: Fleiss (1971) style example: 14 raters, 10 units, 5 categories; kappa 0.210.
FOURTEEN_RATERS = (
    (0, 0, 0, 0, 14), (0, 2, 6, 4, 2), (0, 0, 3, 5, 6), (0, 3, 9, 2, 0), (2, 2, 8, 1, 1),
    (7, 7, 0, 0, 0), (3, 2, 6, 3, 0), (2, 5, 3, 2, 2), (6, 5, 2, 1, 0), (0, 2, 2, 3, 7),
)  # fmt: skip


def four_observers() -> list[Pattern]:
    rows = [[None if cell == "." else cell for cell in row.split()] for row in FOUR_OBSERVERS]
    return list(zip(*rows, strict=True))


def fourteen_raters() -> list[Pattern]:
    return [tuple(c for c, times in enumerate(unit) for _ in range(times)) for unit in FOURTEEN_RATERS]


def two_annotators(units: int = 100, seed: int = 3) -> list[tuple[str, str]]:
    rng = random.Random(seed)
    truth = [rng.choice(("ok", "ok", "ok", "redundant", "mismatch")) for _ in range(units)]

    def see(value: str) -> str:
        return value if rng.random() < 0.85 else rng.choice(("ok", "redundant", "mismatch"))

    return [(see(value), see(value)) for value in truth]


def test_krippendorffs_example() -> None:
    assert krippendorff_alpha(Counter(four_observers())) == pytest.approx(0.743, abs=0.0005)


def test_fleiss_example() -> None:
    assert fleiss_kappa(Counter(fourteen_raters())) == pytest.approx(0.210, abs=0.0005)


def test_alpha_of_binary_two_observers_by_hand() -> None:
    # Ten units, both observers; disagreement on four of them. n = 20, n0 = 14, n1 = 6, o01 = 4:
    # alpha = 1 - 19 * 4 / (14 * 6) = 0.0952
    units = [(0, 0)] * 5 + [(1, 1)] + [(0, 1)] * 2 + [(1, 0)] * 2
    assert krippendorff_alpha(Counter(units)) == pytest.approx(0.0952, abs=0.0005)


def test_two_annotators_agree_with_the_reference_libraries() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    rater = pytest.importorskip("statsmodels.stats.inter_rater")
    units = two_annotators()
    found = agreement(units, QUICK)
    first, second = zip(*units, strict=True)
    assert found.kappa.kind == "cohen"
    assert found.kappa.value == pytest.approx(metrics.cohen_kappa_score(first, second), abs=1e-12)
    assert found.percent.value == pytest.approx(metrics.accuracy_score(first, second), abs=1e-12)
    table = [[unit.count(value) for value in ("ok", "redundant", "mismatch")] for unit in units]
    assert fleiss_kappa(Counter(units)) == pytest.approx(rater.fleiss_kappa(table), abs=1e-12)
    # For two raters without gaps alpha is Fleiss' kappa with its small-sample correction.
    n = 2 * len(units)
    corrected = 1 - (1 - rater.fleiss_kappa(table)) * (n - 1) / n
    assert found.alpha.value == pytest.approx(corrected, abs=1e-12)


def test_fleiss_agrees_with_statsmodels_on_three_raters() -> None:
    rater = pytest.importorskip("statsmodels.stats.inter_rater")
    rng = random.Random(5)
    units = [tuple(rng.choice("aab") for _ in range(3)) for _ in range(60)]
    table = [[unit.count("a"), unit.count("b")] for unit in units]
    assert fleiss_kappa(Counter(units)) == pytest.approx(rater.fleiss_kappa(table), abs=1e-12)
    assert agreement(units, QUICK).kappa.kind == "fleiss"


def test_percent_agreement_counts_pairs() -> None:
    assert percent_agreement(Counter([("a", "a", "b"), ("a", "a", "a")])) == pytest.approx((1 / 3 + 1) / 2)


def test_missing_ratings_and_lonely_units_are_left_out() -> None:
    units: list[Pattern] = [("a", None, None), ("a", "a", None), ("b", "b", "b"), (None, None, None)]
    found = agreement(units, QUICK)
    assert (found.units, found.percent.value, found.alpha.value) == (2, 1.0, 1.0)
    assert found.kappa.value is None  # Fleiss needs as many ratings everywhere


def test_no_variation_has_no_kappa_and_no_alpha() -> None:
    found = agreement([("ok", "ok")] * 20, QUICK)
    assert found.percent.value == 1.0
    assert found.kappa.value is None
    assert found.alpha.value is None


def test_nothing_rated_twice() -> None:
    found = agreement([], QUICK)
    assert (found.units, found.percent.value, found.kappa.value, found.alpha.value) == (0, None, None, None)


def test_intervals_hold_the_value_and_repeat() -> None:
    units = two_annotators()
    found = agreement(units, QUICK)
    assert found == agreement(list(reversed(units)), QUICK)
    for value in (found.percent, found.kappa, found.alpha):
        assert value.low is not None
        assert value.high is not None
        assert value.value is not None
        assert value.low < value.value < value.high
    assert cohen_kappa(Counter(units)) == found.kappa.value
