"""How far several people, or several votes of a judge, agree: percent, kappa, and Krippendorff's alpha.

Everything is computed from counts of rating patterns: a pattern is what each rater gave one unit, None where
a rater gave nothing. So an interval by resampling units costs no more than there are patterns.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from trace_builder.evaluate.bootstrap import Interval, Sampling, interval, share_interval, widened

Pattern = tuple[Hashable | None, ...]
Patterns = Mapping[Pattern, int]


@dataclass(frozen=True)
class Kappa(Interval):
    """Cohen's for two raters, Fleiss' for more; without a value where ratings are missing."""

    kind: Literal["cohen", "fleiss"] = "cohen"


@dataclass(frozen=True)
class Agreement:
    """``percent`` is the share of agreeing pairs of ratings, 0 to 1; ``unanimous`` the share of units on
    which all agree."""

    raters: int
    units: int
    percent: Interval
    unanimous: Interval
    kappa: Kappa
    alpha: Interval


def agreement(units: Iterable[Pattern], sampling: Sampling, *name: str) -> Agreement:
    """All measures over ``units``, each a pattern of the same raters. Units with fewer than two ratings say
    nothing about agreement and are left out."""
    patterns = Counter(unit for unit in units if _given(unit) > 1)
    raters = len(next(iter(patterns), ()))
    two = raters == 2
    kappa = interval(patterns, cohen_kappa if two else fleiss_kappa, sampling, "kappa", *name)
    units_ = sum(patterns.values())
    percent = interval(patterns, percent_agreement, sampling, "percent", *name)
    alike = Counter((int(len({r for r in p if r is not None}) == 1), 1) for p in patterns.elements())
    return Agreement(
        raters=raters,
        units=units_,
        percent=widened(percent, units_, sampling.level),
        unanimous=share_interval(alike, sampling),
        kappa=Kappa(kappa.value, kappa.low, kappa.high, "cohen" if two else "fleiss"),
        alpha=interval(patterns, krippendorff_alpha, sampling, "alpha", *name),
    )


def percent_agreement(patterns: Patterns) -> float | None:
    """The share of pairs of ratings of a unit that are equal, averaged over units."""
    total = n = 0.0
    for pattern, count in patterns.items():
        given = [rating for rating in pattern if rating is not None]
        pairs = list(combinations(given, 2))
        if pairs:
            total += count * sum(a == b for a, b in pairs) / len(pairs)
            n += count
    return total / n if n else None


def unanimous(patterns: Patterns) -> float | None:
    """The share of units to which every rater who rated them gave the same."""
    n = sum(count for pattern, count in patterns.items() if _given(pattern) > 1)
    same = sum(
        count
        for pattern, count in patterns.items()
        if _given(pattern) > 1 and len(set(pattern) - {None}) == 1
    )
    return same / n if n else None


def cohen_kappa(patterns: Patterns) -> float | None:
    """Cohen's kappa of two raters, over the units both rated; None where chance alone would agree always."""
    rated = {p: count for p, count in patterns.items() if count and None not in p}
    n = sum(rated.values())
    if not n:
        return None
    first: Counter[Hashable] = Counter()
    second: Counter[Hashable] = Counter()
    for (a, b), count in rated.items():
        first[a] += count
        second[b] += count
    expected = sum(first[value] * second[value] for value in first) / (n * n)
    observed = sum(count for (a, b), count in rated.items() if a == b) / n
    return None if expected >= 1.0 else (observed - expected) / (1.0 - expected)


def fleiss_kappa(patterns: Patterns) -> float | None:
    """Fleiss' kappa; needs as many ratings of every unit, else None."""
    rated = {p: count for p, count in patterns.items() if count}
    sizes = {_given(pattern) for pattern in rated}
    if len(sizes) != 1 or (m := sizes.pop()) < 2:
        return None
    n = sum(rated.values())
    totals: Counter[Hashable] = Counter()
    observed = 0.0
    for pattern, count in rated.items():
        given = Counter(rating for rating in pattern if rating is not None)
        for rating, times in given.items():
            totals[rating] += times * count
        observed += count * sum(times * (times - 1) for times in given.values()) / (m * (m - 1))
    expected = sum((times / (n * m)) ** 2 for times in totals.values())
    return None if expected >= 1.0 else (observed / n - expected) / (1.0 - expected)


def krippendorff_alpha(patterns: Patterns) -> float | None:
    """Krippendorff's alpha for nominal ratings, any number of raters, ratings missing or not.

    Observed over expected disagreement from the coincidence matrix: each unit with m ratings adds each of its
    ordered pairs with weight 1 / (m - 1). None where all ratings are the same, since nothing was told apart.
    """
    totals: Counter[Hashable] = Counter()
    agreeing = 0.0
    for pattern, count in patterns.items():
        given = Counter(rating for rating in pattern if rating is not None)
        m = sum(given.values())
        if m < 2 or not count:
            continue
        for rating, times in given.items():
            totals[rating] += times * count
            agreeing += count * times * (times - 1) / (m - 1)
    n = sum(totals.values())
    expected = n * (n - 1) - sum(times * (times - 1) for times in totals.values())
    if not n or not expected:
        return None
    return 1.0 - (n - agreeing) * (n - 1) / expected


def _given(pattern: Pattern) -> int:
    return sum(rating is not None for rating in pattern)
