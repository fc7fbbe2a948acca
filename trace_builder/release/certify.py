"""Checks that a record is still what its own certificate says: scores, failed constraints, changes, cells and
terms are derived again from what lies under them. An edited record is found here, before anything is written.
"""

from __future__ import annotations

from collections.abc import Iterable

from trace_builder.records import Answered, Constraint, Instruction, IopoGroup, Judgement, Preference
from trace_builder.stages.common.certificate import certificate, proven_terms
from trace_builder.stages.common.constraint_changes import is_operation


class Broken(ValueError):
    """A record that contradicts itself; the message says how."""


def certify_answered(record: Answered) -> None:
    """respond: a response, judged on every constraint, with full marks.

    Raises:
        Broken: it is not so.
    """
    _instruction(record.instruction)
    _covers(record.judgement, record.instruction, "the response")
    if not record.judgement.perfect:
        raise Broken("the response does not have 10 for every constraint")
    if not record.response.strip():
        raise Broken("the response is empty")


def certify_preference(record: Preference, answered: Answered) -> None:
    """dpo: the chosen response fails nothing, the rejected one fails what ``failed`` names, and both answer
    the instruction of respond.

    Raises:
        Broken: it is not so.
    """
    _same_instruction(record.instruction, answered.instruction)
    _covers(record.chosen_judgement, record.instruction, "the chosen response")
    _covers(record.rejected_judgement, record.instruction, "the rejected response")
    if record.chosen.strip() == record.rejected.strip():
        raise Broken("chosen and rejected are the same")
    if not record.chosen_judgement.perfect:
        raise Broken("the chosen response does not have 10 for every constraint")
    if not record.failed:
        raise Broken("no constraint is failed by the rejected response")
    if record.failed != record.rejected_judgement.failed:
        raise Broken("`failed` is not what the rejected response's judgement says")


def certify_group(record: IopoGroup, answered: Answered) -> None:
    """iopo: x1 and y1 are respond's, the changes are those between x1 and x2 and of the operation's kind,
    and cells, terms and certificate agree.

    Raises:
        Broken: it is not so.
    """
    _same_instruction(record.x1, answered.instruction)
    _instruction(record.x2)
    if record.y1 != answered.response:
        raise Broken("y1 is not the response that respond accepted")
    _changes(record)
    cells = record.cells
    named = (
        ("(x1, y1)", cells.x1y1, record.x1),
        ("(x1, y2)", cells.x1y2, record.x1),
        ("(x2, y1)", cells.x2y1, record.x2),
        ("(x2, y2)", cells.x2y2, record.x2),
    )
    for name, judgement, instruction in named:
        if judgement is not None:
            _covers(judgement, instruction, name)
    if not cells.x2y2.perfect:
        raise Broken("(x2, y2) does not have 10 for every constraint")
    if record.certificate == "rationality":
        return
    if not cells.x1y1.perfect:
        raise Broken("(x1, y1) does not have 10 for every constraint")
    terms = proven_terms(cells, record.x1, record.x2)
    if terms != record.terms:
        raise Broken("the terms are not what the four cells prove")
    if record.certificate != certificate(terms):
        proven = sum(value for _, value in terms)
        raise Broken(f"the certificate is {record.certificate}, and {proven} of four terms are proven")


def _instruction(instruction: Instruction) -> None:
    ids = [c.id for c in instruction.constraints]
    if not ids:
        raise Broken("an instruction without constraints")
    if len(set(ids)) != len(ids):
        raise Broken("two constraints share an id")


def _same_instruction(instruction: Instruction, other: Instruction) -> None:
    if instruction != other:
        raise Broken("its instruction is not the one that respond answered")


def _covers(judgement: Judgement, instruction: Instruction, what: str) -> None:
    judged = [score.constraint for score in judgement.scores]
    if judged != [constraint.id for constraint in instruction.constraints]:
        raise Broken(f"{what} is not judged once on every constraint, in their order")


def _changes(record: IopoGroup) -> None:
    x1, x2, changes = record.x1, record.x2, record.changes
    if (x1.description, x1.input) != (x2.description, x2.input):
        raise Broken("x1 and x2 differ in more than their constraints")
    before, after = _texts(x1.constraints), _texts(x2.constraints)
    gone = _texts(changes.removed) + _texts(r.before for r in changes.revised)
    come = _texts(changes.added) + _texts(r.after for r in changes.revised)
    if sorted(_minus(before, gone)) != sorted(_minus(after, come)):
        raise Broken("the changes are not the difference between x1's and x2's constraints")
    if not is_operation(changes, record.operation):
        raise Broken(f"the changes are not of the kind {record.operation!r}")


def _texts(constraints: Iterable[Constraint]) -> list[str]:
    return [c.text for c in constraints]


def _minus(texts: list[str], gone: list[str]) -> list[str]:
    rest = list(texts)
    for text in gone:
        if text not in rest:
            raise Broken("the changes name a constraint that is not there")
        rest.remove(text)
    return rest
