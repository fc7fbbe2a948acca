"""Statistics of what was written, for the card and for release.json."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from trace_builder.records import Instruction
from trace_builder.release.lengths import Lengths
from trace_builder.release.material import Material, output_pairs


@dataclass
class Figures:
    """One split's figures; instructions are counted once a seed (x2 of a group apart)."""

    counts: Counter[int] = field(default_factory=Counter)
    dimensions: Counter[str | None] = field(default_factory=Counter)
    langs: Counter[str] = field(default_factory=Counter)
    sources: Counter[str] = field(default_factory=Counter)
    origins: Counter[str] = field(default_factory=Counter)
    groups: Counter[str] = field(default_factory=Counter)
    input_pairs: int = 0
    lengths: Lengths = field(default_factory=Lengths)
    group_lengths: Lengths = field(default_factory=Lengths)

    def add_instruction(self, instruction: Instruction, lang: str, source: str | None) -> None:
        self.counts[len(instruction.constraints)] += 1
        self.dimensions.update(c.dimension for c in instruction.constraints)
        self.langs[lang] += 1
        self.sources[source or "not stated"] += 1

    def add_material(self, item: Material) -> None:
        record = item.answered
        self.add_instruction(record.instruction, record.lang, record.source)
        self.origins.update(pair.origin for pair in item.pairs)
        self.lengths.add(item.pairs)
        self.input_pairs += len(item.input_pairs)
        if item.group is not None:
            self.groups[item.group.operation] += 1
            self.group_lengths.add(output_pairs(item.group))

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
        }
