"""What annotators say about an evaluation set: one answer an instruction, one file an annotator."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from pydantic import Field

from trace_builder.errors import InputError
from trace_builder.evalset.second_check import FAULTS, with_texts
from trace_builder.records import Instruction, Record
from trace_builder.released_rows import EvalItem

KIND = "trace_builder.annotations"
Decision = Literal["keep", "correct", "drop"]
DECISIONS: tuple[Decision, ...] = ("keep", "correct", "drop")
Role = Literal["annotator", "adjudicator"]

_SHOWN = 5


class CorrectedText(Record):
    id: str
    text: str


class Correction(Record):
    """How an instruction should read; constraints keep their ids, and some may be gone."""

    description: str
    constraints: tuple[CorrectedText, ...]
    input: str | None = None

    def apply(self, instruction: Instruction) -> Instruction:
        """The instruction with these texts.

        Raises:
            ValueError: the correction does not fit the instruction.
        """
        if not self.description.strip():
            raise ValueError("a correction without a description")
        return with_texts(
            instruction, self.description, [(c.id, c.text) for c in self.constraints], self.input
        )


class Answer(Record):
    """One annotator's answer about one instruction: the three faults, what to do, and how it should read."""

    empty_description: bool
    redundancy: bool
    input_mismatch: bool
    decision: Decision
    correction: Correction | None = None
    note: str = ""

    def rating(self, question: str) -> bool | str:
        value: bool | str = getattr(self, question)
        return value

    @property
    def wanted(self) -> tuple[str, Correction | None]:
        """What should become of the instruction."""
        return self.decision, self.correction


QUESTIONS = (*FAULTS, "decision")


class AnnotationsFile(Record):
    """What the sheet saves. ``set`` is the digest of the set it was made for."""

    kind: Literal["trace_builder.annotations"]
    version: Literal[1]
    role: Role = "annotator"
    set: str
    annotator: str = Field(min_length=1)
    saved: str = ""
    answers: dict[str, Answer]


@dataclass(frozen=True)
class Annotator:
    """All answers of one annotator, by instruction, and the file they come from."""

    name: str
    path: Path
    answers: Mapping[str, Answer]
    role: Role = "annotator"


def set_digest(items: Iterable[EvalItem]) -> str:
    """12 hex digits over ids and texts, by which an annotators' file says which set it was made for."""
    digest = hashlib.sha256()
    for item in items:
        texts = [constraint.text for constraint in item.constraints]
        parts = [item.id, item.instruction.description, texts, item.instruction.input]
        digest.update(json.dumps(parts, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n")
    return digest.hexdigest()[:12]


def read_annotators(
    paths: Sequence[Path], items: Sequence[EvalItem], adjudicated: Sequence[Path] = ()
) -> tuple[Annotator, ...]:
    """Reads any number of annotators' files (the sheet's JSON, CSV, Label Studio's export).

    Args:
        adjudicated: files that are an adjudicator's, also where they do not say so themselves.

    Raises:
        InputError: a file for another set, an unknown instruction, an unreadable answer, a correction that
            does not fit its instruction, or two files by the same annotator.
    """
    from trace_builder.evalset.annotation_files import read_file

    found: dict[str, Annotator] = {}
    digest, by_id = set_digest(items), {item.id: item for item in items}
    for path in (*(path for path in paths if path not in adjudicated), *adjudicated):
        for annotator in read_file(path, digest):
            known = found.get(annotator.name)
            if known is not None:
                where = f"{known.path} and {path}" if known.path != path else f"{path}, twice,"
                raise InputError(f"{where} are both by {annotator.name!r}: one file an annotator, please")
            _check(annotator, by_id)
            found[annotator.name] = (
                replace(annotator, role="adjudicator") if path in adjudicated else annotator
            )
    return tuple(found.values())


def _check(annotator: Annotator, items: Mapping[str, EvalItem]) -> None:
    unknown = sorted(set(annotator.answers) - set(items))
    if unknown:
        names = ", ".join(unknown[:_SHOWN]) + (", ..." if len(unknown) > _SHOWN else "")
        raise InputError(f"{annotator.path}: answers for {names}, which the set does not have")
    for id_, answer in annotator.answers.items():
        where = f"{annotator.path}: {annotator.name!r} about {id_}"
        if answer.decision == "correct" and answer.correction is None:
            raise InputError(f"{where}: correct without a correction")
        if answer.correction is None:
            continue
        if answer.decision != "correct":
            raise InputError(f"{where}: a correction, but not correct")
        try:
            answer.correction.apply(items[id_].instruction)
        except ValueError as exc:
            raise InputError(f"{where}: {exc}") from None
