"""What an evaluation knows of each instruction: its scores, and what they say by Eq. 3."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from trace_builder.evaluate.items import EvalItem, Generated, Judged
from trace_builder.records import Judgement, Lang
from trace_builder.stages.common.scores import TOP_SCORE

#: ``unscored``: no constraint failed and not all are scored. ``unanswered``: there was no answer to judge.
#: Both count as not followed in the headline, and are left out in the reading beside it.
Result = Literal["followed", "not_followed", "unscored", "unanswered"]
RESULTS: tuple[Result, ...] = ("followed", "not_followed", "unscored", "unanswered")


@dataclass(frozen=True)
class Scored:
    """One instruction with the scores of its constraints, in their order; ``dimensions`` are taxonomy ids.

    ``votes`` are the scores of each vote; ``why`` says what kept it from being scored.
    """

    id: str
    lang: Lang
    dimensions: tuple[str | None, ...]
    scores: tuple[int | None, ...]
    answered: bool = True
    overall: int | None = None
    votes: tuple[tuple[int | None, ...], ...] = ()
    fault: str | None = None
    why: str | None = None

    @property
    def count(self) -> int:
        return len(self.scores)

    @cached_property
    def result(self) -> Result:
        """Eq. 3: followed when the mean of the scores is exactly 10: when every constraint has 10."""
        if not self.answered:
            return "unanswered"
        if any(score is not None and score < TOP_SCORE for score in self.scores):
            return "not_followed"
        return "unscored" if None in self.scores else "followed"

    @property
    def followed(self) -> bool:
        return self.result == "followed"

    @property
    def settled(self) -> bool:
        return self.result in ("followed", "not_followed")


def scored(item: EvalItem, why: str | None = None) -> Scored:
    """What is known of an instruction, however far it has come."""
    response = item.response if isinstance(item, Generated) else None
    judged = item if isinstance(item, Judged) else None
    return Scored(
        id=item.id,
        lang=item.lang,
        dimensions=tuple(c.dimension for c in item.constraints),
        scores=_numbers(judged.judgement) if judged else (None,) * len(item.constraints),
        answered=response is not None or (judged is not None and judged.fault != "no_response"),
        overall=judged.overall if judged else None,
        votes=tuple(_numbers(vote) for vote in judged.votes) if judged else (),
        fault=item.fault if isinstance(item, Generated) else None,
        why=why,
    )


def _numbers(judgement: Judgement) -> tuple[int | None, ...]:
    return tuple(score.score for score in judgement.scores)


def instruction_row(item: EvalItem, found: Scored) -> dict[str, Any]:
    """The line of ``instructions.jsonl``: all about one instruction, to be read without other files."""
    judged = item if isinstance(item, Judged) else None
    scores = judged.judgement.scores if judged else (None,) * len(item.constraints)
    return {
        "id": item.id,
        "lang": item.lang,
        "result": found.result,
        "why": found.why,
        "fault": found.fault,
        "overall": found.overall,
        "constraints": [
            {
                "id": constraint.id,
                "text": constraint.text,
                "dimension": constraint.dimension,
                "score": score.score if score else None,
                "reasoning": score.reasoning if score else "",
                "by": score.by if score else None,
            }
            for constraint, score in zip(item.constraints, scores, strict=True)
        ],
        "votes": [list(vote) for vote in found.votes],
        "prompt": item.prompt,
        "response": item.response if isinstance(item, Generated) else None,
    }
