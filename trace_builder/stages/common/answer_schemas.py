"""What the model is asked to answer, prompt by prompt. Field order is generation order: reasoning first."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, WithJsonSchema

from trace_builder.records import TOP_SCORE
from trace_builder.stages.common.scores import read_score

#: Asked for as an integer; read as real models write it, and None ("unscored") where it cannot be read, so
#: that one odd score does not cost the other verdicts of the same answer.
ReadScore = Annotated[
    int | None,
    BeforeValidator(read_score),
    WithJsonSchema({"type": "integer", "minimum": 0, "maximum": TOP_SCORE}),
]


class Reply(BaseModel):
    """Base of the structured answers; unknown fields from a schema-less server are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Expansion(Reply):
    """Prompt ``expand``: the instruction with constraints written into it.

    No schema here bounds a string's length: with such a bound vLLM's xgrammar lets raw control characters
    into the string (measured in docs/vllm.md).
    """

    text: str


class LabelledConstraint(Reply):
    text: str
    dimension: str


class Structuring(Reply):
    """Prompt ``structure``. ``description`` and ``input`` are null where nothing can be extracted."""

    reasoning: str
    verdict: Literal["ok", "contradictory", "poor"]
    description: str | None
    constraints: list[LabelledConstraint]
    input: str | None


class Completeness(Reply):
    """Prompt ``complete``."""

    reasoning: str
    verdict: Literal["complete", "incomplete_description", "missing_input", "mismatched_input"]


class Redundancy(Reply):
    """Prompt ``redundant``."""

    reasoning: str
    verdict: Literal["none", "redundant_constraints", "redundant_description", "redundant_input"]


class Verdict(Reply):
    id: str
    reasoning: str
    score: ReadScore


class Verdicts(Reply):
    """Prompt ``judge``: one verdict for each constraint, by its id."""

    verdicts: list[Verdict]


class RewrittenConstraint(Reply):
    """``replaces`` is the id of the constraint of x1 that this one revises; null when it is kept or new."""

    text: str
    dimension: str
    replaces: str | None


class Rewriting(Reply):
    """Prompts ``iopo_add``, ``iopo_delete``, ``iopo_revise``: the whole list of constraints of x2."""

    reasoning: str
    constraints: list[RewrittenConstraint]


class Rationality(Reply):
    """Prompt ``rational``: the paper's own check of a group (D, step 4)."""

    reasoning: str
    verdict: Literal["rational", "not_rational"]
