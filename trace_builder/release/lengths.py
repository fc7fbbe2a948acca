"""Length bias: how long chosen responses are beside rejected ones, and pairs that differ too much."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import fmean, median

from trace_builder.release.material import Pair


def ratio(pair: Pair) -> float:
    """The longer response's length over the shorter one's, in characters; 1 or more."""
    lengths = sorted((len(pair.chosen), len(pair.rejected)))
    return lengths[1] / max(1, lengths[0])


@dataclass
class Lengths:
    """Collects the pairs of one set."""

    chosen: list[int] = field(default_factory=list)
    rejected: list[int] = field(default_factory=list)

    def add(self, pairs: Iterable[Pair]) -> None:
        for pair in pairs:
            self.chosen.append(len(pair.chosen))
            self.rejected.append(len(pair.rejected))

    def figures(self) -> dict[str, float]:
        """Pairs, mean lengths in characters, the median of chosen / rejected, the share of pairs whose chosen
        response is the longer one. Empty when there are no pairs."""
        if not self.chosen:
            return {}
        both = list(zip(self.chosen, self.rejected, strict=True))
        return {
            "pairs": len(both),
            "chosen": fmean(self.chosen),
            "rejected": fmean(self.rejected),
            "median_ratio": median(c / max(1, r) for c, r in both),
            "chosen_longer": sum(c > r for c, r in both) / len(both),
        }
