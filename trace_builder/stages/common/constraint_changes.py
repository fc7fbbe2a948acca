"""From the model's edits to x2, and to how it differs from x1."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import SequenceMatcher
from itertools import count, permutations
from typing import TypeVar

from trace_builder.config import CallConfig
from trace_builder.records import Changes, Constraint, Instruction, Revision
from trace_builder.stages.base import Ask
from trace_builder.stages.common.answer_schemas import Additions, Deletions, RevisedConstraint, Revisions
from trace_builder.stages.common.constraint_checks import constraint, overlapping
from trace_builder.stages.common.prompt_values import constraint_lines
from trace_builder.support.text import squeeze, unmarked
from trace_builder.taxonomy import Taxonomy

Edits = TypeVar("Edits", bound="Additions | Deletions | Revisions")


class EditFault(ValueError):
    """Edits that do not make the second instruction that was asked for."""

    def __init__(self, detail: str, *, reason: str = "wrong_operation") -> None:
        super().__init__(detail)
        self.reason = reason


def second_instruction(
    x1: Instruction, edits: Additions | Deletions | Revisions, taxonomy: Taxonomy
) -> tuple[Instruction, Changes]:
    """x2 and its changes. A revised constraint keeps its id and its place; a new one gets the next free
    number and stands last. x2 has x1's description and input.

    Raises:
        EditFault: the edits name constraints that are not there, change nothing, or leave none.
    """
    if isinstance(edits, Additions):
        changes = Changes(added=_added(x1, edits, taxonomy))
    elif isinstance(edits, Deletions):
        changes = Changes(removed=_removed(x1, edits))
    else:
        changes = Changes(revised=_revised(x1, edits, taxonomy))
    return applied(x1, changes), changes


async def asked_edits(
    ask: Ask,
    prompt: str,
    values: Mapping[str, str | None],
    want: type[Edits],
    call: CallConfig,
    sample: int,
    x1: Instruction | None,
) -> Edits:
    """The model's edits. What of them overlaps with the constraints of ``x1`` is told to it once; where
    ``x1`` is None nothing is."""
    edits = (await ask(prompt, {**values, "overlapping": None}, want, call, sample=sample)).value
    told = overlapping_lines(x1, edits) if x1 is not None else None
    if told:
        edits = (await ask(prompt, {**values, "overlapping": told}, want, call, sample=sample)).value
    return edits


def overlapping_lines(x1: Instruction, edits: Additions | Deletions | Revisions) -> str | None:
    """The revisions that a response may keep together with the constraint that they take the place of, one
    JSON object a line; None where there are none."""
    old = {c.id: c for c in x1.constraints}
    revised = (
        Revision(before=old[row.id], after=constraint(row.id, unmarked(row.text), None))
        for row in (edits.revised if isinstance(edits, Revisions) else ())
        if row.id in old and squeeze(row.text) != squeeze(old[row.id].text)
    )
    return constraint_lines(tuple(r.after for r in overlapping(revised))) or None


def applied(x1: Instruction, changes: Changes) -> Instruction:
    """x1 with the changes made."""
    gone = {c.id for c in changes.removed}
    new = {r.before.id: r.after for r in changes.revised}
    kept = tuple(new.get(c.id, c) for c in x1.constraints if c.id not in gone)
    return x1.model_copy(update={"constraints": (*kept, *changes.added)})


def _added(x1: Instruction, edits: Additions, taxonomy: Taxonomy) -> tuple[Constraint, ...]:
    known = {squeeze(c.text) for c in x1.constraints}
    taken = {c.id for c in x1.constraints}
    free = (name for number in count(len(taken) + 1) if (name := f"c{number}") not in taken)
    added = []
    for row in edits.added:
        text = unmarked(row.text)
        if squeeze(text) and squeeze(text) not in known:
            known.add(squeeze(text))
            added.append(_constraint(next(free), text, row.dimension, taxonomy))
    if not added:
        raise EditFault("nothing was added", reason="x2_unchanged")
    return tuple(added)


def _removed(x1: Instruction, edits: Deletions) -> tuple[Constraint, ...]:
    unknown = set(edits.deleted) - {c.id for c in x1.constraints}
    if unknown:
        raise EditFault(f"no constraint has the id {', '.join(sorted(unknown))}")
    removed = tuple(c for c in x1.constraints if c.id in edits.deleted)
    if not removed:
        raise EditFault("nothing was deleted", reason="x2_unchanged")
    if len(removed) == len(x1.constraints):
        raise EditFault("no constraint is left")
    return removed


def _revised(x1: Instruction, edits: Revisions, taxonomy: Taxonomy) -> tuple[Revision, ...]:
    old = {c.id: c for c in x1.constraints}
    rows = {row.id: row for row in edits.revised}
    if unknown := rows.keys() - old.keys():
        raise EditFault(f"no constraint has the id {', '.join(sorted(unknown))}")
    if len(rows) < len(edits.revised):
        raise EditFault("a constraint was revised twice")
    if swapped := _swapped(rows, old):
        raise EditFault(f"the ids of {swapped} are mixed up")
    texts = {squeeze(c.text) for c in x1.constraints}
    revised = []
    for id_, row in rows.items():
        text = unmarked(row.text)
        if not squeeze(text) or squeeze(text) in texts:
            continue
        texts.add(squeeze(text))
        revised.append(Revision(before=old[id_], after=_constraint(id_, text, row.dimension, taxonomy)))
    if not revised:
        raise EditFault("nothing was revised", reason="x2_unchanged")
    return tuple(sorted(revised, key=lambda r: list(old).index(r.before.id)))


def _swapped(rows: dict[str, RevisedConstraint], old: dict[str, Constraint]) -> str | None:
    """Two revisions that each read like the other's constraint."""
    for one, other in permutations(rows, 2):
        straight = _likeness(rows[one].text, old[one].text) + _likeness(rows[other].text, old[other].text)
        crossed = _likeness(rows[one].text, old[other].text) + _likeness(rows[other].text, old[one].text)
        if one < other and crossed > straight + 0.2:
            return f"{one} and {other}"
    return None


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, squeeze(one), squeeze(other), autojunk=False).ratio()


def _constraint(id_: str, text: str, label: str, taxonomy: Taxonomy) -> Constraint:
    found = taxonomy.find(label)
    return constraint(id_, text, found.id if found else None)
