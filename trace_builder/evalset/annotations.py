"""What annotators say about an evaluation set: one answer an instruction, one file an annotator."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field

from trace_builder.evalset.second_check import FAULTS, with_texts
from trace_builder.records import Instruction, Record
from trace_builder.released_rows import EvalItem

KIND = "trace_builder.annotations"
Decision = Literal["keep", "correct", "drop"]
DECISIONS: tuple[Decision, ...] = ("keep", "correct", "drop")
Role = Literal["annotator", "adjudicator"]


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
