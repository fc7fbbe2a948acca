"""What a release leaves out, each with the reason, the pair and the score; written to removed.jsonl."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Kind = Literal["exact_duplicate", "near_duplicate", "contaminated", "length_ratio"]

#: The text that was compared: the seed, the structured instruction, a group's second instruction, a pair.
Part = Literal["seed", "x", "x2", "dpo"]


@dataclass(frozen=True, slots=True)
class Removal:
    """One hit. A hit on ``seed`` or ``x`` takes everything of that seed; on ``x2`` the IOPO group alone, on
    ``dpo`` the pair alone.

    ``method`` is the measure that was over its threshold (``exact``, ``jaccard``, ``overlap``, ``order``,
    ``length``),
    ``other`` the id on the other side (of a record, or of a target row), ``where`` its file and line.
    """

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
