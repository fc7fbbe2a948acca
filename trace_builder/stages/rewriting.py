"""From the model's rewritten list of constraints to x2, and to how it differs from x1."""

from __future__ import annotations

from trace_builder.records import Changes, Constraint, Instruction, Operation, Revision
from trace_builder.stages.replies import Rewriting, RewrittenConstraint
from trace_builder.taxonomy import Taxonomy
from trace_builder.textmatch import squeeze, unmarked


def second_instruction(
    x1: Instruction, rewriting: Rewriting, taxonomy: Taxonomy
) -> tuple[Instruction, Changes]:
    """x2 and its changes.

    What is kept is told by the text alone, whatever the model says it replaced. A kept or revised constraint
    keeps the id it has in x1; a new one gets the next free number. x2 has x1's description and input.
    """
    old = {squeeze(c.text): c for c in x1.constraints}
    rows = _distinct(rewriting.constraints)
    kept = {key: old[key] for key, _ in rows if key in old}
    gone = {c.id: c for key, c in old.items() if key not in kept}
    number = len(x1.constraints)
    constraints: list[Constraint] = []
    added: list[Constraint] = []
    revised: list[Revision] = []
    for key, row in rows:
        if key in kept:
            constraints.append(kept[key])
            continue
        found = taxonomy.find(row.dimension)
        before = gone.pop(row.replaces, None) if row.replaces else None
        if before is None:
            number += 1
        new = Constraint(
            id=before.id if before else f"c{number}",
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


def _distinct(rows: list[RewrittenConstraint]) -> list[tuple[str, RewrittenConstraint]]:
    """Rows by what they say; an empty row or a repeated one is dropped."""
    keyed = {squeeze(unmarked(row.text)): row for row in reversed(rows)}
    return [(key, row) for key, row in reversed(keyed.items()) if key]


def is_unchanged(changes: Changes) -> bool:
    return not (changes.added or changes.removed or changes.revised)


def is_operation(changes: Changes, operation: Operation) -> bool:
    """Whether the difference is of the named kind and of no other."""
    kinds = {"add": changes.added, "delete": changes.removed, "revise": changes.revised}
    return all(bool(found) == (kind == operation) for kind, found in kinds.items())
