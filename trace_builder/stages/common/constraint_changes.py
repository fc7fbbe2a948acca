"""From the model's rewritten list of constraints to x2, and to how it differs from x1."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count

from trace_builder.records import Changes, Constraint, Instruction, Operation, Revision
from trace_builder.stages.common.answer_schemas import Rewriting, RewrittenConstraint
from trace_builder.support.text import squeeze, unmarked
from trace_builder.taxonomy import Taxonomy


def second_instruction(
    x1: Instruction, rewriting: Rewriting, taxonomy: Taxonomy
) -> tuple[Instruction, Changes]:
    """x2 and its changes.

    What is kept is told by the text alone, whatever the model says it replaced. A kept or revised constraint
    keeps the id it has in x1; a new one gets the next free number. x2 has x1's description and input.
    The constraints of x1 say different things (``structure`` sees to it).
    """
    old = {squeeze(c.text): c for c in x1.constraints}
    rows = _distinct(rewriting.constraints, old)
    kept = {key: old[key] for key, _ in rows if key in old}
    gone = {c.id: c for key, c in old.items() if key not in kept}
    taken = {c.id for c in x1.constraints}
    free = (name for number in count(len(taken) + 1) if (name := f"c{number}") not in taken)
    constraints: list[Constraint] = []
    added: list[Constraint] = []
    revised: list[Revision] = []
    for key, row in rows:
        if key in kept:
            constraints.append(kept[key])
            continue
        found = taxonomy.find(row.dimension)
        before = gone.pop(row.replaces, None) if row.replaces else None
        new = Constraint(
            id=before.id if before else next(free),
            text=unmarked(row.text),
            dimension=found.id if found else None,
        )
        constraints.append(new)
        if before is not None:
            revised.append(Revision(before=before, after=new))
        else:
            added.append(new)
    x2 = Instruction(description=x1.description, constraints=tuple(constraints), input=x1.input)
    return x2, Changes(added=tuple(added), removed=tuple(gone.values()), revised=tuple(revised))


def _distinct(
    rows: list[RewrittenConstraint], old: Mapping[str, Constraint]
) -> list[tuple[str, RewrittenConstraint]]:
    """Rows by what they say; an empty row is dropped, and so is a repeated one after its first."""
    keyed: dict[str, RewrittenConstraint] = {}
    for row in rows:
        whole = squeeze(row.text)  # what looks like a mark may belong to the constraint: "30. März"
        keyed.setdefault(whole if whole in old else squeeze(unmarked(row.text)), row)
    return [(key, row) for key, row in keyed.items() if key]


def is_unchanged(changes: Changes) -> bool:
    return not (changes.added or changes.removed or changes.revised)


def is_operation(changes: Changes, operation: Operation) -> bool:
    """Whether the difference is of the named kind and of no other."""
    kinds = {"add": changes.added, "delete": changes.removed, "revise": changes.revised}
    return all(bool(found) == (kind == operation) for kind, found in kinds.items())
