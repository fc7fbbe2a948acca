"""What the model is asked to answer, prompt by prompt. Field order is generation order: reasoning first."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, WithJsonSchema, create_model

from trace_builder.records import TOP_SCORE
from trace_builder.stages.judging.scores import read_score

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


class LabelledConstraint(Reply):
    text: str
    dimension: str


class PartsConstraint(LabelledConstraint):
    """``stated``: a requirement that the plain instruction already had."""

    stated: bool


class Parts(Reply):
    """Prompt ``expand``: the instruction in its parts. ``fewer`` says why there are fewer constraints than
    were wished for; ``input`` is material that stood in the instruction; null where there is none."""

    fewer: str | None
    description: str
    input: str | None
    constraints: list[PartsConstraint]


class Expansion(Reply):
    """Prompt ``expand_text``: the instruction with constraints written into it.

    No schema here bounds a string's length: with such a bound vLLM's xgrammar lets raw control characters
    into the string (measured in docs/vllm.md).
    """

    text: str


class Structuring(Reply):
    """Prompt ``structure``. ``description`` and ``input`` are null where nothing can be extracted."""

    reasoning: str
    verdict: Literal["ok", "contradictory", "poor"]
    description: str | None
    constraints: list[LabelledConstraint]
    input: str | None


class Completeness(Reply):
    """Prompt ``complete``, and the first part of ``quality``."""

    reasoning: str
    verdict: Literal["complete", "incomplete_description", "missing_input", "mismatched_input"]


class Redundancy(Reply):
    """Prompt ``redundant``, and the second part of ``quality``."""

    reasoning: str
    verdict: Literal["none", "redundant_constraints", "redundant_description", "redundant_input"]


class Feasibility(Reply):
    """The third part of ``quality``."""

    reasoning: str
    verdict: Literal["feasible", "contradictory", "infeasible"]


class QualityVerdicts(Reply):
    """Prompt ``quality``: three verdicts, each with its own reasons, in this order."""

    complete: Completeness
    redundant: Redundancy
    feasible: Feasibility


class Verdict(Reply):
    reasoning: str
    score: ReadScore


class Verdicts(Reply):
    """Prompt ``judge``: a verdict under each name that ``verdict_names`` gives, each of them required."""


#: Under which the task itself is judged.
TASK = "task"


def verdict_names(constraints: int, *, task: bool) -> tuple[str, ...]:
    """The names that verdicts are asked for under, in order. Constraints are numbered anew for the judge,
    whatever their ids: servers compile every schema they see, and so there are few."""
    return (*((TASK,) if task else ()), *(f"c{number}" for number in range(1, constraints + 1)))


@cache
def verdicts_of(constraints: int, *, task: bool) -> type[Verdicts]:
    """The type of the judge's answer about so many constraints."""
    fields: Any = dict.fromkeys(verdict_names(constraints, task=task), (Verdict, ...))
    return create_model("Verdicts", __base__=Verdicts, __doc__=Verdicts.__doc__, **fields)


class Additions(Reply):
    """Prompt ``iopo_add``: new constraints."""

    reasoning: str
    added: list[LabelledConstraint]


class Deletions(Reply):
    """Prompt ``iopo_delete``: ids of constraints to drop."""

    reasoning: str
    deleted: list[str]


class RevisedConstraint(Reply):
    """``id`` is that of the constraint that this one takes the place of."""

    id: str
    text: str
    dimension: str


class Revisions(Reply):
    """Prompts ``iopo_revise`` and ``harvest``: constraints in new words, by the ids of the old ones."""

    reasoning: str
    revised: list[RevisedConstraint]


class Rationality(Reply):
    """Prompt ``rational``: the paper's own check of a group (D, step 4)."""

    reasoning: str
    verdict: Literal["rational", "not_rational"]
