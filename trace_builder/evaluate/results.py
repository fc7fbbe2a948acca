"""``results.json`` and ``instructions.jsonl``: what an evaluation found (docs/evaluation.md)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict, Field

from trace_builder.errors import InputError
from trace_builder.evaluate.agreement import Agreement
from trace_builder.evaluate.stages import Generated, Judged
from trace_builder.records import Lang, Record, Score
from trace_builder.released_rows import EvalItem
from trace_builder.storage.jsonl import (
    parse_model,
    raw_lines,
    read_model,
    read_object,
    write_json,
    write_jsonl,
)
from trace_builder.storage.layout import is_folder

KIND = "trace_builder.evaluation"
VERSION = 1
RESULTS_FILE = "results.json"
INSTRUCTIONS_FILE = "instructions.jsonl"

#: ``disputed``: no constraint failed, and votes or code contradict the verdict on one; it counts as not
#: followed. ``unscored``: not all are scored. ``unanswered``: there was no answer to judge. These two count
#: as not followed in the headline, and are left out in the reading beside it.
Result = Literal["followed", "not_followed", "disputed", "unscored", "unanswered"]
RESULTS: tuple[Result, ...] = ("followed", "not_followed", "disputed", "unscored", "unanswered")


class ConstraintResult(Record):
    """A constraint and the score that counts; None: unscored."""

    id: str
    text: str
    dimension: str | None
    score: int | None
    reasoning: str = ""
    by: Literal["judge", "code"] | None = None
    found: Literal["holds", "broken"] | None = None
    kinds: tuple[str, ...] = ()
    version: int | None = None
    disputed: bool = False


class InstructionResult(Record):
    """A line of ``instructions.jsonl``: all about one instruction, to be read without other files. ``votes``
    are the scores of each vote; ``why`` says what kept it from being scored.
    ``task``: whether the response does what the description asks; Eq. 3 leaves it out."""

    id: str
    lang: Lang
    result: Result
    why: str | None = None
    fault: str | None = None
    overall: int | None = None
    task: Score | None = None
    constraints: tuple[ConstraintResult, ...]
    votes: tuple[tuple[int | None, ...], ...] = ()
    prompt: str
    response: str | None = None

    @classmethod
    def of(cls, item: EvalItem, why: str | None = None) -> InstructionResult:
        """What is known of an instruction, however far it has come."""
        generated = item if isinstance(item, Generated) else None
        judged = item if isinstance(item, Judged) else None
        scores = judged.judgement.scores if judged else (None,) * len(item.constraints)
        answered = generated is not None and generated.answered
        return cls(
            id=item.id,
            lang=item.lang,
            result=result_of(scores, answered=answered),
            why=why,
            fault=generated.fault if generated else None,
            overall=judged.overall if judged else None,
            task=judged.judgement.task if judged else None,
            constraints=tuple(
                ConstraintResult(
                    id=constraint.id,
                    text=constraint.text,
                    dimension=constraint.dimension,
                    **(score.model_dump(exclude={"constraint"}) if score else {"score": None}),
                )
                for constraint, score in zip(item.constraints, scores, strict=True)
            ),
            votes=tuple(tuple(s.score for s in vote.scores) for vote in (judged.votes if judged else ())),
            prompt=item.prompt,
            response=generated.response if generated else None,
        )

    @property
    def count(self) -> int:
        return len(self.constraints)

    @property
    def followed(self) -> bool:
        return self.result == "followed"

    @property
    def decided(self) -> bool:
        return self.result in ("followed", "not_followed", "disputed")


def result_of(scores: Iterable[Score | None], *, answered: bool = True) -> Result:
    """Eq. 3: followed when the mean of the scores is exactly 10: when every constraint has 10."""
    scores = tuple(scores)
    if not answered:
        return "unanswered"
    if any(score is not None and score.short for score in scores):
        return "not_followed"
    if any(score is None or score.score is None for score in scores):
        return "unscored"
    return "followed" if all(score is not None and score.full for score in scores) else "disputed"


class _Figures(Record):
    model_config = ConfigDict(populate_by_name=True)


class Share(_Figures):
    """A share in percent with its interval; None where there is nothing to take a share of."""

    n: int
    followed: int
    percent: float | None
    low: float | None
    high: float | None


class Figure(Share):
    """A share over everything, and the same over what is scored alone."""

    unscored: int
    scored_only: Share


class Headline(_Figures):
    """Instructions followed: of all, of those with one constraint, with more; and constraints followed."""

    if_all: Figure = Field(alias="if")
    if_s: Figure
    if_m: Figure
    csr: Figure


class CountRow(_Figures):
    count: int
    if_all: Figure = Field(alias="if")
    csr: Figure


class LanguageRow(Headline):
    language: str


class TypeRow(_Figures):
    """None: labels outside the taxonomy."""

    type: str | None
    csr: Figure


class DimensionRow(TypeRow):
    dimension: str | None


class Scores(Headline):
    by_count: tuple[CountRow, ...]
    by_language: tuple[LanguageRow, ...]
    by_type: tuple[TypeRow, ...]
    by_dimension: tuple[DimensionRow, ...]


class AuthorsReading(_Figures):
    """The released scorer's reading (the judge's own overall score is 10) beside Eq. 3's."""

    if_all: Figure = Field(alias="if")
    if_s: Figure
    if_m: Figure
    without_overall: int
    both: int
    only_authors: int
    only_eq3: int
    neither: int


class VotesAgreement(_Figures):
    """How far the votes agree: on 10 or not, and on the same number."""

    votes: int
    instructions: int
    followed: Agreement
    score: Agreement
    if_of_each: tuple[Figure, ...]


class IntervalMethod(_Figures):
    method: str
    level: float
    resamples: int
    seed: int


class DataUsed(Record):
    """What was evaluated on."""

    path: str
    digest: str
    instructions: int
    constraints: int
    languages: dict[str, int]


class ModelUsed(Record):
    """Who answered or judged. ``rehearsal`` says that it was the embedded model: a drill."""

    name: str
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    rehearsal: bool = False


class ModelUnderTest(ModelUsed):
    """``responses``: the file of answers already made."""

    responses: str | None = None


class JudgeModel(ModelUsed):
    """``texts``: the file of the authors' judge's texts."""

    votes: int = 1
    code_checks: bool = False
    texts: str | None = None


class ModelsUsed(Record):
    tested: ModelUnderTest
    judge: JudgeModel


class Results(_Figures):
    """What ``results.json`` says. Shares are in percent."""

    kind: Literal["trace_builder.evaluation"] = "trace_builder.evaluation"
    version: Literal[1] = 1
    trace_builder: str
    data: DataUsed
    models: ModelsUsed
    results: dict[Result, int]
    faults: dict[str, int]
    unscored_because: dict[str, int]
    scores: Scores
    score_counts: dict[str, int]
    #: Of the answers whose task was judged, those that do it; None where no task was.
    task: Figure | None
    authors_reading: AuthorsReading | None
    votes: VotesAgreement | None
    interval: IntervalMethod

    def as_json(self) -> dict[str, Any]:
        whole = self.model_dump(mode="json", by_alias=True)
        return {**whole, "models": self.models.model_dump(mode="json", exclude_unset=True)}


def write_results(folder: Path, results: Results, instructions: Iterable[InstructionResult]) -> None:
    """Writes both files, each whole. Raises StoppedError."""
    write_jsonl(folder / INSTRUCTIONS_FILE, instructions)
    write_json(folder / RESULTS_FILE, results.as_json())


def read_results(path: Path) -> Results:
    """Reads ``results.json``, or the one in a folder.

    Raises:
        InputError: no evaluation lives there, it is of another version, or the file is damaged.
    """
    if is_folder(path):
        if not (path / RESULTS_FILE).exists():
            raise InputError(f"{path}: no evaluation here ({RESULTS_FILE} is missing)")
        path = path / RESULTS_FILE
    head = read_object(path)
    if head.get("kind") != KIND:
        raise InputError(f"{path}: not the results of an evaluation")
    if head.get("version") != VERSION:
        raise InputError(
            f"{path}: results of another version than {VERSION}; evaluate again to make them anew"
        )
    return read_model(path, Results)


def read_instructions(path: Path) -> Iterator[InstructionResult]:
    """The lines of the ``instructions.jsonl`` beside a ``results.json``, or in a folder.

    Raises:
        InputError: the file is missing, or a line of it is damaged.
    """
    lines = (path if is_folder(path) else path.parent) / INSTRUCTIONS_FILE
    for number, line in raw_lines(lines):
        yield parse_model(lines, number, line, InstructionResult)
