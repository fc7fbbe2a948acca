"""Lengths and percentiles from a count of each value instead of the values."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict


class Figures(BaseModel):
    """Base of what is found out: immutable, and JSON by ``model_dump(mode="json", by_alias=True)``."""

    model_config = ConfigDict(frozen=True)


class Summary(Figures):
    """What is said of a histogram; all but ``n`` are None where nothing was seen."""

    n: int
    min: int | None = None
    median: int | None = None
    mean: float | None = None
    p95: int | None = None
    max: int | None = None


@dataclass
class Histogram:
    """Whole numbers seen so far, kept as a count of each, so that any percentile is exact."""

    counts: Counter[int] = field(default_factory=Counter)

    def add(self, value: int) -> None:
        self.counts[value] += 1

    @property
    def n(self) -> int:
        return self.counts.total()

    @property
    def total(self) -> int:
        return sum(value * times for value, times in self.counts.items())

    def percentile(self, share: float) -> int | None:
        """The smallest value that at least ``share`` (0..1) of the values do not exceed; None if empty."""
        wanted = share * self.n
        seen = 0
        for value in sorted(self.counts):
            seen += self.counts[value]
            if seen >= wanted:
                return value
        return None

    def summary(self) -> Summary:
        n = self.n
        if not n:
            return Summary(n=0)
        return Summary(
            n=n,
            min=min(self.counts),
            median=self.percentile(0.5),
            mean=round(self.total / n, 3),
            p95=self.percentile(0.95),
            max=max(self.counts),
        )


def percent(part: float, whole: float, digits: int = 2) -> float:
    """``part`` of ``whole`` in percent, 0 where there is no whole."""
    return round(100 * part / whole, digits) if whole else 0.0
