"""From annotators' answers to a set: how far they agree, where not, and what is written in the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trace_builder.errors import InputError
from trace_builder.evaluate.agreement import Pattern, agreement
from trace_builder.evaluate.annotations import QUESTIONS, Annotator, Answer
from trace_builder.evaluate.items import EvalItem
from trace_builder.evaluate.bootstrap import Sampling

_SHOWN = 8


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
class Outcome:
    """The adjudicated set, and the ids of what was corrected and dropped."""

    items: tuple[EvalItem, ...]
    corrected: tuple[str, ...]
    dropped: tuple[str, ...]


def agreements(
    annotators: Sequence[Annotator], items: Sequence[EvalItem], sampling: Sampling
) -> dict[str, dict[str, Any]]:
    """Agreement on each question, over the instructions that two or more annotators answered."""
    found = {}
    for question in QUESTIONS:
        units: list[Pattern] = [
            tuple(
                annotator.answers[item.id].rating(question) if item.id in annotator.answers else None
                for annotator in annotators
            )
            for item in items
        ]
        found[question] = agreement(units, sampling, "annotators", question).as_dict()
    return found


def disagreements(annotators: Sequence[Annotator], items: Sequence[EvalItem]) -> tuple[Disagreement, ...]:
    """Where two answers differ on a question, or in how the instruction should read."""
    found = []
    for item in items:
        answers = {a.name: a.answers[item.id] for a in annotators if item.id in a.answers}
        questions = [q for q in QUESTIONS if len({answer.rating(q) for answer in answers.values()}) > 1]
        if "decision" not in questions and len({_outcome(answer) for answer in answers.values()}) > 1:
            questions.append("correction")
        if questions:
            found.append(Disagreement(item, tuple(questions), answers))
    return tuple(found)


def _outcome(answer: Answer) -> str:
    return answer.correction.model_dump_json() if answer.correction else ""


def settle(
    annotators: Sequence[Annotator], adjudicators: Sequence[Annotator], items: Sequence[EvalItem]
) -> Outcome:
    """What becomes of each instruction: an adjudicator's word, else what the annotators agree on doing.

    Annotators who differ on a fault, but not on what to do, need no adjudicator.

    Raises:
        InputError: instructions that nobody answered, or that are still in dispute; names them.
    """
    kept: list[EvalItem] = []
    corrected: list[str] = []
    dropped: list[str] = []
    unanswered: list[str] = []
    disputed: list[str] = []
    for item in items:
        given = [a.answers[item.id] for a in adjudicators if item.id in a.answers]
        given = given or [a.answers[item.id] for a in annotators if item.id in a.answers]
        if not given:
            unanswered.append(item.id)
        elif len({(answer.decision, _outcome(answer)) for answer in given}) > 1:
            disputed.append(item.id)
        elif given[0].decision == "drop":
            dropped.append(item.id)
        else:
            kept.append(_corrected(item, given[0]))
            if given[0].decision == "correct":
                corrected.append(item.id)
    _refuse(unanswered, "were not answered by anyone")
    _refuse(disputed, "are still in dispute; adjudicate them first")
    return Outcome(tuple(kept), tuple(corrected), tuple(dropped))


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
