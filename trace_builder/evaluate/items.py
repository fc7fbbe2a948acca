"""The records of an evaluation: an instruction, the answer to it, and its judgement."""

from __future__ import annotations

from typing import Literal

from trace_builder.records import Constraint, Instruction, Item, Judgement

Fault = Literal["truncated_response", "empty_response", "refused_response", "no_response"]


class EvalItem(Item):
    """An instruction of the evaluation set. ``prompt`` is the user turn as the file has it, byte for byte;
    ``labels`` are the dimensions' names as the file has them, in the constraints' positions."""

    instruction: Instruction
    prompt: str
    labels: tuple[str, ...] = ()
    category: str = "trace_builder"

    @property
    def constraints(self) -> tuple[Constraint, ...]:
        return self.instruction.constraints


class Generated(EvalItem):
    """With the answer of the model under test; None where there is none, and ``fault`` says what is odd."""

    response: str | None
    fault: Fault | None = None


class Judged(Generated):
    """With the judgement that counts (the strictest score of each constraint over the votes), each vote
    for itself, and the judge's own overall score where its format has one (the authors' does)."""

    judgement: Judgement
    votes: tuple[Judgement, ...] = ()
    overall: int | None = None
