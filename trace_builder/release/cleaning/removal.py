"""What a release leaves out, each with the reason, the pair and the score; written to removed.jsonl."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Kind = Literal["exact_duplicate", "near_duplicate", "contaminated", "length_ratio"]

#: The text that was compared: "seed", "x" (the structured instruction), "x2" (the second one of its group),
#: "h1.x1", "h1.x2" (those of the first group that was harvested), or "dpo" (a pair).
Part = str


@dataclass(frozen=True, slots=True)
class Text:
    """A text to compare: whose it is, and which part of it."""

    id: str
    part: Part
    text: str


@dataclass(frozen=True, slots=True)
class Removal:
    """One hit. A hit on ``seed`` or ``x`` takes everything of that seed; on ``dpo`` the
    pair alone, on another one the group that it stands in.

    ``method`` is the measure that was over its threshold (``exact``, ``jaccard``, ``overlap``, ``order``,
    ``length``), ``other`` the id on the other side (of a record, or of a target row), ``where`` its file and
    line."""

    id: str
    part: Part
    kind: Kind
    method: str
    score: float
    text: str
    other: str = ""
    where: str = ""
    other_text: str = ""

    @property
    def whole_seed(self) -> bool:
        return self.part in ("seed", "x")

    def row(self) -> dict[str, Any]:
        """As a line of removed.jsonl."""
        return {**asdict(self), "score": round(self.score, 4)}


@dataclass
class Removals:
    """What was left out so far. Each is written as it is found; ids and numbers alone stay in memory.

    Attributes:
        write: takes a line of removed.jsonl.
        seeds: ids that are out altogether.
        groups: ids of groups that are out.
        counts: hits by kind, part and method.
    """

    write: Callable[[dict[str, Any]], None]
    seeds: set[str] = field(default_factory=set)
    groups: set[str] = field(default_factory=set)
    counts: Counter[tuple[Kind, Part, str]] = field(default_factory=Counter)

    def add(self, removal: Removal) -> None:
        self.write(removal.row())
        self.counts[removal.kind, removal.part, removal.method] += 1
        if removal.whole_seed:
            self.seeds.add(removal.id)
        elif removal.part != "dpo":
            self.groups.add(group_of(removal.id, removal.part))

    def by_kind(self) -> dict[str, int]:
        """Hits by kind alone, in alphabetical order."""
        found: Counter[str] = Counter()
        for (kind, _, _), number in self.counts.items():
            found[kind] += number
        return dict(sorted(found.items()))


def group_of(id_: str, part: Part) -> str:
    """The id of the group that a part of a seed's stands in."""
    name = part.rpartition(".")[0]
    return f"{id_}#{name}" if name else id_
