"""Statistics of what was written, for the card and for release.json."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import fmean, median
from typing import Any

from trace_builder.records import Instruction
from trace_builder.release.examples import Example, Pair, output_pairs

#: Where a seed's row names no source.
NO_SOURCE = "not stated"


@dataclass
class Distribution:
    """How the rows of a product are spread."""

    counts: Counter[int] = field(default_factory=Counter)
    dimensions: Counter[str] = field(default_factory=Counter)

    def add(self, instruction: Instruction) -> None:
        self.counts[len(instruction.constraints)] += 1
        self.dimensions.update(c.dimension for c in instruction.constraints if c.dimension)

    def summary(self) -> dict[str, Any]:
        """Rows, rows by constraint count, and constraints by dimension."""
        return {
            "rows": sum(self.counts.values()),
            "by_count": {str(count): number for count, number in sorted(self.counts.items())},
            "dimensions": dict(sorted(self.dimensions.items())),
        }


@dataclass
class Lengths:
    """Length bias of pairs: how long chosen responses are beside rejected ones, in characters."""

    chosen: array[int] = field(default_factory=lambda: array("L"))
    rejected: array[int] = field(default_factory=lambda: array("L"))

    def add(self, pairs: Iterable[Pair]) -> None:
        for pair in pairs:
            self.chosen.append(len(pair.chosen))
            self.rejected.append(len(pair.rejected))

    def figures(self) -> dict[str, float]:
        """Pairs, mean lengths, the median of chosen / rejected, the share of pairs whose chosen response is
        the longer one. Empty when there are no pairs."""
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


@dataclass
class SplitFigures:
    """One split's figures; instructions are counted once a seed (those of groups apart)."""

    counts: Counter[int] = field(default_factory=Counter)
    dimensions: Counter[str | None] = field(default_factory=Counter)
    langs: Counter[str] = field(default_factory=Counter)
    sources: Counter[str] = field(default_factory=Counter)
    origins: Counter[str] = field(default_factory=Counter)
    groups: Counter[str] = field(default_factory=Counter)
    input_pairs: int = 0
    lengths: Lengths = field(default_factory=Lengths)
    group_lengths: Lengths = field(default_factory=Lengths)
    products: defaultdict[str, Distribution] = field(default_factory=lambda: defaultdict(Distribution))

    def add(self, example: Example) -> None:
        constraints = example.instruction.constraints
        self.counts[len(constraints)] += 1
        self.dimensions.update(c.dimension for c in constraints)
        self.langs[example.lang] += 1
        self.sources[example.source or NO_SOURCE] += 1
        self.origins.update(pair.origin for pair in example.pairs)
        self.lengths.add(example.pairs)
        self.input_pairs += len(example.input_pairs)
        if example.answered is not None:
            self.products["sft"].add(example.instruction)
        for pair in example.pairs:
            self.products["dpo"].add(pair.instruction)
        for group in example.groups:
            self.products["iopo"].add(group.x1)
            self.products["iopo"].add(group.x2)
            self.groups[group.operation] += 1
            self.group_lengths.add(output_pairs(group))

    @property
    def instructions(self) -> int:
        return sum(self.counts.values())

    @property
    def constraints(self) -> int:
        return sum(count * number for count, number in self.counts.items())

    def summary(self) -> dict[str, Any]:
        """As in release.json."""
        return {
            "instructions": self.instructions,
            "constraints": self.constraints,
            "by_count": {str(count): number for count, number in sorted(self.counts.items())},
            "languages": dict(sorted(self.langs.items())),
            "sources": dict(sorted(self.sources.items())),
            "pairs": dict(sorted(self.origins.items())),
            "groups": dict(sorted(self.groups.items())),
            "input_pairs": self.input_pairs,
            "length": self.lengths.figures(),
            "products": {name: found.summary() for name, found in sorted(self.products.items())},
        }
