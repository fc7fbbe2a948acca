"""From annotators' answers to a set: how far they agree, where not, and what is written in the end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from trace_builder.errors import InputError
from trace_builder.evalset.annotations import QUESTIONS, Annotator, Answer, set_digest
from trace_builder.evaluate.agreement import Agreement, Pattern, agreement
from trace_builder.evaluate.bootstrap import Sampling
from trace_builder.evaluate.terminal import Printer, estimate
from trace_builder.records import Record
from trace_builder.released_rows import EvalItem

_SHOWN = 8
_LISTED = 20


class AgreementReport(Record):
    """What ``agreement.json`` says: answers by annotator, agreement by question, ids in dispute."""

    kind: Literal["trace_builder.agreement"] = "trace_builder.agreement"
    version: Literal[1] = 1
    set: str
    instructions: int
    annotators: dict[str, int]
    questions: dict[str, Agreement]
    disagreements: tuple[str, ...]


@dataclass(frozen=True)
class Disagreement:
    """An instruction the annotators answered differently; ``questions`` are those they differ on."""

    item: EvalItem
    questions: tuple[str, ...]
    answers: Mapping[str, Answer]

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.item.id,
            "questions": list(self.questions),
            "answers": {name: answer.model_dump(mode="json") for name, answer in self.answers.items()},
        }


@dataclass(frozen=True)
class Adjudicated:
    """The adjudicated set, and the ids of what was corrected and dropped."""

    items: tuple[EvalItem, ...]
    corrected: tuple[str, ...]
    dropped: tuple[str, ...]


def agree(
    annotators: Iterable[Annotator], items: Sequence[EvalItem], sampling: Sampling
) -> tuple[AgreementReport, tuple[Disagreement, ...]]:
    """How far annotators agree on each question, over the instructions that two or more of them answered, and
    where they do not. An adjudicator, who saw their answers, is left out.

    Raises:
        InputError: there are fewer than two annotators.
    """
    annotators = [person for person in annotators if person.role == "annotator"]
    if len(annotators) < 2:
        raise InputError("agreement needs at least two annotators")
    disputes = disagreements(annotators, items)
    report = AgreementReport(
        set=set_digest(items),
        instructions=len(items),
        annotators={annotator.name: len(annotator.answers) for annotator in annotators},
        questions={question: _agreement(annotators, items, question, sampling) for question in QUESTIONS},
        disagreements=tuple(dispute.item.id for dispute in disputes),
    )
    return report, disputes


def _agreement(
    annotators: Sequence[Annotator], items: Sequence[EvalItem], question: str, sampling: Sampling
) -> Agreement:
    units: list[Pattern] = [
        tuple(
            annotator.answers[item.id].rating(question) if item.id in annotator.answers else None
            for annotator in annotators
        )
        for item in items
    ]
    return agreement(units, sampling, "annotators", question)


def disagreements(annotators: Sequence[Annotator], items: Sequence[EvalItem]) -> tuple[Disagreement, ...]:
    """Where two answers differ on a question, or in how the instruction should read."""
    found = []
    for item in items:
        answers = {a.name: a.answers[item.id] for a in annotators if item.id in a.answers}
        questions = [q for q in QUESTIONS if len({answer.rating(q) for answer in answers.values()}) > 1]
        if "decision" not in questions and len({answer.wanted for answer in answers.values()}) > 1:
            questions.append("correction")
        if questions:
            found.append(Disagreement(item, tuple(questions), answers))
    return tuple(found)


def print_agreement(found: AgreementReport, printer: Printer) -> None:
    """The report as a table."""
    people = ", ".join(f"{name} ({answers})" for name, answers in found.annotators.items())
    printer.heading(f"{len(found.annotators)} annotators of {found.instructions} instructions: {people}")
    kappa = "Cohen's kappa" if len(found.annotators) == 2 else "Fleiss' kappa"
    printer.table(
        ("", "answered twice", "agreement", kappa, "Krippendorff's alpha"),
        [
            (name, row.units, estimate(row.percent, 100, "%"), estimate(row.kappa), estimate(row.alpha))
            for name, row in found.questions.items()
        ],
    )
    printer.line("In brackets: 95% bootstrap intervals over instructions.")
    disputes = found.disagreements
    listed = ", ".join(disputes[:_LISTED]) + (", ..." if len(disputes) > _LISTED else "")
    printer.line(f"{len(disputes)} disagreements{': ' + listed if listed else ''}")


def adjudicate(people: Iterable[Annotator], items: Sequence[EvalItem]) -> Adjudicated:
    """What becomes of each instruction: an adjudicator's word, else what the annotators agree on doing.

    Annotators who differ on a fault, but not on what to do, need no adjudicator.

    Raises:
        InputError: instructions that nobody answered, or that are still in dispute; names them.
    """
    people = tuple(people)
    kept: list[EvalItem] = []
    corrected: list[str] = []
    dropped: list[str] = []
    unanswered: list[str] = []
    disputed: list[str] = []
    for item in items:
        given = _answers(people, item.id, "adjudicator") or _answers(people, item.id, "annotator")
        if not given:
            unanswered.append(item.id)
        elif len({answer.wanted for answer in given}) > 1:
            disputed.append(item.id)
        elif given[0].decision == "drop":
            dropped.append(item.id)
        else:
            kept.append(_corrected(item, given[0]))
            if given[0].decision == "correct":
                corrected.append(item.id)
    _refuse(unanswered, "were not answered by anyone")
    _refuse(disputed, "are still in dispute; adjudicate them first")
    if not kept:
        raise InputError("every instruction was dropped, so there is no set to write")
    return Adjudicated(tuple(kept), tuple(corrected), tuple(dropped))


def _answers(people: Iterable[Annotator], id_: str, role: str) -> list[Answer]:
    return [person.answers[id_] for person in people if person.role == role and id_ in person.answers]


def _refuse(ids: list[str], what: str) -> None:
    if ids:
        names = ", ".join(ids[:_SHOWN]) + (", ..." if len(ids) > _SHOWN else "")
        raise InputError(f"{len(ids)} instructions {what}: {names}")


def _corrected(item: EvalItem, answer: Answer) -> EvalItem:
    """The item as it should read; constraints keep their labels."""
    if answer.correction is None:
        return item
    instruction = answer.correction.apply(item.instruction)
    labels = dict(zip((c.id for c in item.constraints), item.labels, strict=False))
    return item.model_copy(
        update={
            "instruction": instruction,
            "prompt": instruction.render(),
            "labels": tuple(labels.get(c.id, "") for c in instruction.constraints),
        }
    )
