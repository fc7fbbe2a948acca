"""Intervals from the standard library alone: Wilson's for shares of independent units, the percentile
bootstrap for everything else, Clopper and Pearson's where that cannot tell because all units agree.

What is resampled has few different values (an instruction is followed or not; so many of its constraints
are), so a resample is drawn as the number of times each value comes up: a multinomial draw, by binomial draws
one value after the other. The cost does not grow with the number of instructions.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from statistics import NormalDist
from typing import TypeVar

from trace_builder.support.randomness import generator

V = TypeVar("V")

LEVEL = 0.95
RESAMPLES = 1000

#: Below this mean a binomial draw is made by walking up from 0; above it, by rejection.
_FEW = 10.0

#: The share of resamples that must have a value; kappa has none where nothing was told apart.
_DEFINED = 0.9


@dataclass(frozen=True, slots=True)
class Sampling:
    """How intervals are made. The same values and settings give the same interval."""

    resamples: int = RESAMPLES
    rng_seed: int = 0
    level: float = LEVEL


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its interval, in the unit of the statistic. The bounds are None without resamples, or
    where the statistic has no value in more than a tenth of them; else they are over those that have one."""

    value: float | None
    low: float | None = None
    high: float | None = None


def binomial(rng: Random, n: int, p: float) -> int:
    """A draw from the binomial distribution: successes in ``n`` trials of probability ``p``."""
    if n <= 0 or p <= 0.0:
        return 0
    if p >= 1.0:
        return n
    if p > 0.5:
        return n - binomial(rng, n, 1.0 - p)
    return _by_walking(rng, n, p) if n * p < _FEW else _by_rejection(rng, n, p)


def _by_walking(rng: Random, n: int, p: float) -> int:
    """Inversion: adds up the probabilities of 0, 1, 2 ... until they pass a uniform draw."""
    odds = p / (1.0 - p)
    probability = (1.0 - p) ** n
    u = rng.random()
    k = 0
    while u > probability and k < n:
        u -= probability
        k += 1
        probability *= odds * (n - k + 1) / k
    return k


def _by_rejection(rng: Random, n: int, p: float) -> int:
    """Hormann's transformed rejection (BTRD without the squeeze on the logarithms), for n * p >= 10."""
    spread = math.sqrt(n * p * (1.0 - p))
    b = 1.15 + 2.53 * spread
    a = -0.0873 + 0.0248 * b + 0.01 * p
    centre = n * p + 0.5
    quick = 0.92 - 4.2 / b
    alpha = (2.83 + 5.1 / b) * spread
    log_odds = math.log(p / (1.0 - p))
    mode = math.floor((n + 1) * p)
    height = math.lgamma(mode + 1) + math.lgamma(n - mode + 1)
    while True:
        u = rng.random() - 0.5
        v = rng.random()
        us = 0.5 - abs(u)
        if us == 0.0:
            continue
        k = math.floor((2.0 * a / us + b) * u + centre)
        if k < 0 or k > n:
            continue
        if us >= 0.07 and v <= quick:
            return k
        v *= alpha / (a / (us * us) + b)
        bound = height - math.lgamma(k + 1) - math.lgamma(n - k + 1) + (k - mode) * log_odds
        if v <= 0.0 or math.log(v) <= bound:
            return k


def redraw(rng: Random, counts: Sequence[int]) -> list[int]:
    """As many draws with replacement as there are items in ``counts``, again as counts."""
    left_draws = left_weight = sum(counts)
    drawn = []
    for count in counts:
        share = count / left_weight if left_weight else 0.0
        number = left_draws if count == left_weight else binomial(rng, left_draws, share)
        drawn.append(number)
        left_draws -= number
        left_weight -= count
    return drawn


def interval(
    counts: Mapping[V, int],
    statistic: Callable[[Mapping[V, int]], float | None],
    sampling: Sampling,
    *name: str,
) -> Interval:
    """``statistic`` of the items with its percentile bootstrap interval.

    Args:
        counts: how often each value occurs among the items.
        statistic: takes such counts; None where it has no value.
        name: what the statistic is of; tells its random draws apart from others'.
    """
    value = statistic(counts)
    if value is None or not sampling.resamples:
        return Interval(value)
    values = sorted(counts, key=repr)
    weights = [counts[v] for v in values]
    rng = generator(sampling.rng_seed, "bootstrap", *name)
    found = []
    for _ in range(sampling.resamples):
        resampled = statistic(dict(zip(values, redraw(rng, weights), strict=True)))
        if resampled is not None:
            found.append(resampled)
    if len(found) < _DEFINED * sampling.resamples:
        return Interval(value)
    found.sort()
    tail = (1.0 - sampling.level) / 2.0
    return Interval(value, percentile(found, tail), percentile(found, 1.0 - tail))


def share_interval(counts: Mapping[tuple[int, int], int], sampling: Sampling, *name: str) -> Interval:
    """A share of what units hold, each unit a pair (hits, of): Wilson's interval where every unit is one hit
    or none, else the bootstrap over units.

    Args:
        counts: how often each pair occurs.
        name: as for ``interval``.
    """
    value = ratio(counts)
    if value is None or not sampling.resamples:
        return Interval(value)
    units = sum(times for pair, times in counts.items() if pair[1])
    if all(pair[1] == 1 for pair in counts):
        return wilson(sum(pair[0] * times for pair, times in counts.items()), units, sampling.level)
    return widened(interval(counts, ratio, sampling, *name), units, sampling.level)


def wilson(hits: int, n: int, level: float = LEVEL) -> Interval:
    """Wilson's score interval of ``hits`` in ``n`` trials."""
    z = NormalDist().inv_cdf(0.5 + level / 2)
    share, spread = hits / n, z * z / n
    centre = (share + spread / 2) / (1 + spread)
    half = z * math.sqrt(share * (1 - share) / n + spread / (4 * n)) / (1 + spread)
    # At the ends the formula's own bound is the end, but for rounding.
    low = 0.0 if hits == 0 else centre - half
    high = 1.0 if hits == n else centre + half
    return Interval(share, low, high)


def widened(found: Interval, units: int, level: float = LEVEL) -> Interval:
    """A bootstrap interval of a share that is 0 or 1 in every one of ``units``: no resample could differ, so
    the bound is Clopper and Pearson's."""
    if found.value not in (0.0, 1.0) or not units or found.low is None:
        return found
    reach = ((1 - level) / 2) ** (1 / units)
    return Interval(1.0, reach, 1.0) if found.value else Interval(0.0, 0.0, 1 - reach)


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value below which ``share`` of the ordered values lie, interpolated linearly."""
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def ratio(counts: Mapping[tuple[int, int], int]) -> float | None:
    """Sum of the first over sum of the second of pairs that occur so often."""
    under = sum(pair[1] * n for pair, n in counts.items())
    return sum(pair[0] * n for pair, n in counts.items()) / under if under else None
