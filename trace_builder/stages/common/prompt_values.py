"""How parts of an instruction are written into prompts."""

from __future__ import annotations

import json

from trace_builder.records import Constraint, Instruction, Judgement


def constraint_lines(constraints: tuple[Constraint, ...]) -> str:
    """One JSON object a line, so that a constraint may hold newlines and tables and keeps its id."""
    return "\n".join(json.dumps({"id": c.id, "text": c.text}, ensure_ascii=False) for c in constraints)


def instruction_values(instruction: Instruction) -> dict[str, str | None]:
    """The slots ``description``, ``constraints`` and ``input``."""
    return {
        "description": instruction.description,
        "constraints": constraint_lines(instruction.constraints),
        "input": instruction.input,
    }


def failed_lines(judgement: Judgement) -> str:
    """One JSON object a line: the ids of the constraints that are failed, and what the judge found."""
    return "\n".join(
        json.dumps({"id": s.constraint, "found": s.reasoning}, ensure_ascii=False)
        for s in judgement.scores
        if s.short
    )
