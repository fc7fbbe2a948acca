"""The records that travel from stage to stage, and the outcome a stage gives each of them."""

from __future__ import annotations

from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

R = TypeVar("R", bound="Record")
Lang = Literal["en", "zh"]
Operation = Literal["add", "delete", "revise", "harvest"]
Status = Literal["accepted", "rejected", "failed"]

#: Why a response is not worth judging.
ResponseFault = Literal["truncated_response", "empty_response", "refused_response"]

#: Full marks. Scores go from 0 to this.
TOP_SCORE = 10


class Record(BaseModel):
    """Base of everything that travels: immutable, and refusing fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Seed(Record):
    """A plain instruction as read from a seed file; ``input`` is None where the source has a placeholder.
    ``complex``: it holds so many requirements of its own that they have to be taken apart by the model."""

    id: str
    lang: Lang
    instruction: str
    input: str | None = None
    source: str | None = None
    complex: bool = False


class BoundClaim(Record):
    """What a check claims of a part of a response, by a kind of ``trace_builder.checks``. ``parameters`` are
    JSON text: each kind has its own, and a column of a table has one type."""

    kind: str
    parameters: str
    scope: str = "response"


class BoundCheck(Record):
    """What of a constraint code can verify. ``whole``: that is all it asks for; else a necessary part.
    ``version`` is that of the catalogue of kinds, ``by`` says who found it in the constraint's text."""

    claims: tuple[BoundClaim, ...]
    whole: bool
    version: int
    by: Literal["grammar", "model"] = "grammar"


class Constraint(Record):
    """One constraint. ``id`` is unique within its instruction; ``dimension`` is a taxonomy id, or None where
    the model's label lies outside the taxonomy; ``check`` is None where code can verify nothing of it."""

    id: str
    text: str
    dimension: str | None = None
    check: BoundCheck | None = None


class Instruction(Record):
    """A structured instruction <description, constraints, input> (paper 4.1, step 3)."""

    description: str
    constraints: tuple[Constraint, ...]
    input: str | None = None

    def render(self) -> str:
        """The user turn as in the released evaluation set: description, constraints, then the input."""
        lines = [self.description, *(c.text for c in self.constraints)]
        if self.input is not None:
            lines += ["# Inputs:", self.input]
        return "\n".join(lines) + "\n"


class Score(Record):
    """A verdict on one constraint.

    ``score`` is 0..TOP_SCORE, or None when the verdict is missing, doubled or unreadable ("unscored", which
    is never a pass). ``by`` says who gave it; ``found`` what a check by code measured, with the kinds of the
    check and the version of their catalogue; None where there is none, or where it cannot tell. ``disputed``:
    votes, or the judge and the code, disagree whether the constraint is followed. A disputed verdict proves
    nothing, neither that it is followed nor that it is not.
    """

    constraint: str
    score: int | None = Field(default=None, ge=0, le=TOP_SCORE)
    reasoning: str = ""
    by: Literal["judge", "code"] = "judge"
    found: Literal["holds", "broken"] | None = None
    kinds: tuple[str, ...] = ()
    version: int | None = None
    disputed: bool = False

    @property
    def full(self) -> bool:
        """Full marks that nothing contradicts."""
        return self.score == TOP_SCORE and not self.disputed

    @property
    def short(self) -> bool:
        """Below full marks, and nothing contradicts that."""
        return self.score is not None and self.score < TOP_SCORE and not self.disputed


class Judgement(Record):
    """A judged response: one score for each constraint of the instruction, in its order. Over several votes
    each score is the one hardest on what was claimed. ``settled``: every vote that the run asks for was cast.
    Without votes it is code's alone, and names nothing but the constraints that are broken.
    """

    scores: tuple[Score, ...]
    #: On the task itself: does the response do what the description asks, correctly and harmlessly. It has to
    #: be full too. Shares, means and ``failed`` leave it out: the instructions of a group share their task,
    #: so it can spoil a match, and never prove a mismatch.
    task: Score | None = None
    votes: int = 1
    settled: bool = True

    @property
    def perfect(self) -> bool:
        """Full marks for every constraint and for the task, none of them disputed."""
        return bool(self.scores) and not self.imperfect

    @property
    def failed(self) -> tuple[str, ...]:
        """Ids of the constraints that are proven to be broken: below full marks under every vote that the run
        asks for, and undisputed. An unscored one is neither failed nor passed."""
        return tuple(s.constraint for s in self.scores if s.short) if self.settled else ()

    @property
    def imperfect(self) -> tuple[str, ...]:
        """Ids of the constraints, and "task", that keep the response from being perfect, proven or not."""
        return tuple(s.constraint for s in self._all if not s.full)

    @property
    def disputed(self) -> tuple[str, ...]:
        return tuple(s.constraint for s in self._all if s.disputed)

    @property
    def unscored(self) -> tuple[str, ...]:
        return tuple(s.constraint for s in self._all if s.score is None)

    @property
    def _all(self) -> tuple[Score, ...]:
        return self.scores if self.task is None else (self.task, *self.scores)

    @property
    def overall(self) -> float | None:
        """Mean of the scores, recomputed here and never taken from the judge; None if any is unscored."""
        values = [s.score for s in self.scores if s.score is not None]
        return sum(values) / len(values) if values and len(values) == len(self.scores) else None


class Item(Record):
    """What every record after the seed carries."""

    id: str
    lang: Lang
    source: str | None = None


class Expanded(Item):
    """expand: the seed's instruction with constraints added (paper B.1), as parts or as running text.

    ``target`` is the number of constraints that was wished for, ``offered`` the dimensions to choose from;
    ``fewer`` says why there are fewer, where the model says so.
    """

    instruction: str
    input: str | None = None
    parts: Instruction | None = None
    text: str | None = None
    target: int
    offered: tuple[str, ...]
    fewer: str = ""


class Structured(Item):
    """structure: the instruction in its parts (paper B.2)."""

    instruction: Instruction


class Checked(Item):
    """quality: complete and not redundant (paper B.3, B.4), with the judge's reasons; bind: the same, its
    constraints bound."""

    instruction: Instruction
    completeness: str
    redundancy: str
    feasibility: str = ""


class FailedResponse(Record):
    """A response that was generated and did not pass. ``fault`` is set where it was not worth judging."""

    response: str
    judgement: Judgement | None = None
    fault: ResponseFault | None = None


class Attempted(Item):
    """respond: what was tried; without a response where none had full marks."""

    instruction: Instruction
    response: str | None = None
    judgement: Judgement | None = None
    imperfect: tuple[FailedResponse, ...] = ()


class Answered(Attempted):
    """respond: a response with full marks (paper B.5), and the imperfect ones that came before it."""

    response: str
    judgement: Judgement


class Preference(Item):
    """dpo: two responses to one instruction (paper C). ``failed`` names the constraints that ``rejected``
    fails and ``chosen`` does not; ``origin`` says where the worse response comes from."""

    instruction: Instruction
    chosen: str
    rejected: str
    origin: Literal["sampled", "prompted"]
    failed: tuple[str, ...]
    chosen_judgement: Judgement
    rejected_judgement: Judgement


class Revision(Record):
    before: Constraint
    after: Constraint


class Changes(Record):
    """How the constraints of x2 differ from those of x1."""

    added: tuple[Constraint, ...] = ()
    removed: tuple[Constraint, ...] = ()
    revised: tuple[Revision, ...] = ()


class Cells(Record):
    """The four judged cells of a group: which response was judged under which instruction."""

    x1y1: Judgement
    x1y2: Judgement | None = None
    x2y1: Judgement | None = None
    x2y2: Judgement


class Terms(Record):
    """Which of the loss's four claims (Eq. 9) are proven by the cells."""

    y1_over_y2_at_x1: bool
    y2_over_y1_at_x2: bool
    x1_over_x2_for_y1: bool
    x2_over_x1_for_y2: bool


class IopoGroup(Item):
    """iopo: two instructions, each with its own response (paper D). ``certificate`` is ``full`` when all four
    terms are proven, ``one_sided`` when two are, ``rationality`` under the paper's own weaker check."""

    operation: Operation
    x1: Instruction
    x2: Instruction
    y1: str
    y2: str
    changes: Changes
    cells: Cells
    terms: Terms
    certificate: Literal["full", "one_sided", "rationality"]


class Harvested(Item):
    """harvest: groups made from answers that were not perfect; each has an id of its own, "<id>#h1"."""

    groups: tuple[IopoGroup, ...]


class Rejection(Record):
    """A stage's verdict that a record is not fit: one of the reasons it declares, and a sentence."""

    reason: str
    detail: str = ""
    #: What was made before the verdict and is worth keeping; a stage that takes rejected records reads it.
    kept: Attempted | None = None


class Outcome(Record):
    """One line of ``stages/<stage>.jsonl``. The order of the fields is the order on disk: a reader finds out
    about a line from its head, without parsing the record behind it."""

    id: str
    stage: str
    status: Status
    #: A reason of its stage's when rejected, a kind of fault when failed, None when accepted.
    reason: str | None = None
    fingerprint: str
    #: Digest of the record that came in: 16 hex digits over it as JSON. What rests on another one is stale.
    upstream: str = ""
    #: Digest of ``record``.
    digest: str = ""
    #: Failed only: how many completed walks of the stage had come before; a later walk tries it again.
    round: int = 0
    #: Failed only: walks this record has failed in, this one included; each grants a set of attempts.
    tries: int = 0
    detail: str = ""
    #: Keys of the calls that led here, in the order of asking.
    calls: tuple[str, ...] = ()
    record: dict[str, Any] | None = None

    def made(self, kind: type[R]) -> R:
        """The accepted record. Raises pydantic's ValidationError where it is not a ``kind``."""
        return kind.model_validate(self.record)

    @property
    def imperfect(self) -> tuple[FailedResponse, ...]:
        """The responses that did not pass, of a record that respond accepted or rejected."""
        found = (self.record or {}).get("imperfect", ())
        return tuple(FailedResponse.model_validate(response) for response in found)
