"""Two models on the same instructions: the difference with a paired interval, and McNemar's exact test."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import comb

from trace_builder.evaluate.resample import Interval, Sampling, interval, ratio


@dataclass(frozen=True, slots=True)
class Paired:
    """``both``, ``only_a``, ``only_b``, ``neither``: how many items each follows. ``difference`` is B's share
    minus A's, -1 to 1; ``p_value`` is of McNemar's exact test, two-sided."""

    both: int
    only_a: int
    only_b: int
    neither: int
    difference: Interval
    p_value: float

    @property
    def n(self) -> int:
        return self.both + self.only_a + self.only_b + self.neither


def compare(pairs: Iterable[tuple[bool, bool]], sampling: Sampling, *name: str) -> Paired:
    """Compares what A and B did on each item; items are resampled as pairs."""
    cells = Counter((bool(a), bool(b)) for a, b in pairs)
    only_a, only_b = cells[True, False], cells[False, True]
    values = {(1, 1): only_b, (-1, 1): only_a, (0, 1): cells[True, True] + cells[False, False]}
    return Paired(
        both=cells[True, True],
        only_a=only_a,
        only_b=only_b,
        neither=cells[False, False],
        difference=interval(values, ratio, sampling, "paired", *name),
        p_value=mcnemar_exact(only_a, only_b),
    )


def mcnemar_exact(only_a: int, only_b: int) -> float:
    """The two-sided p-value: under no difference each discordant item is A's or B's with probability 1/2."""
    n, fewer = only_a + only_b, min(only_a, only_b)
    tail = sum(comb(n, k) for k in range(fewer + 1))
    return min(1.0, 2 * tail / (1 << n))
