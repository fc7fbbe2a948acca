"""Small accumulators: lengths and percentiles that keep counts instead of values."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Spread:
    """Whole numbers seen so far, kept as a count of each, so that any percentile is exact."""

    counts: Counter[int] = field(default_factory=Counter)

    def add(self, value: int, times: int = 1) -> None:
        self.counts[value] += times

    @property
    def n(self) -> int:
        return sum(self.counts.values())

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

    def summary(self) -> dict[str, Any]:
        """``{n, min, median, mean, p95, max}``; all but ``n`` are None where nothing was seen."""
        n = self.n
        if not n:
            return {"n": 0, "min": None, "median": None, "mean": None, "p95": None, "max": None}
        return {
            "n": n,
            "min": min(self.counts),
            "median": self.percentile(0.5),
            "mean": round(self.total / n, 3),
            "p95": self.percentile(0.95),
            "max": max(self.counts),
        }


def percent(part: float, whole: float, digits: int = 2) -> float:
    """``part`` of ``whole`` in percent, 0 where there is no whole."""
    return round(100 * part / whole, digits) if whole else 0.0
