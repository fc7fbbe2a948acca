"""What the four judged cells of a group prove about the four terms of the IOPO loss (Eq. 9)."""

from __future__ import annotations

from typing import Literal

from trace_builder.records import Cells, Instruction, Judgement, Terms
from trace_builder.support.text import squeeze

#: What a group's cells prove: all four terms, two of them, or, under the paper's own check, none.
Certificate = Literal["full", "one_sided", "rationality"]


def mismatch_fails(judgement: Judgement | None, judged: Instruction, other: Instruction) -> tuple[str, ...]:
    """Ids of the constraints that prove a mismatch: failed beyond dispute, and not shared with the other
    instruction.

    A constraint that both instructions hold was judged perfect in the matching cell; a fail of it here
    contradicts that verdict and proves nothing. So a pure addition, whose x2 holds all of x1, can never
    show (x1, y2) to fail, nor a pure deletion (x2, y1).
    """
    if judgement is None:
        return ()
    own = unshared(judged, other)
    return tuple(name for name in judgement.failed if name in own)


def unshared(judged: Instruction, other: Instruction) -> frozenset[str]:
    """Ids of the constraints that only the first of two instructions has."""
    shared = {squeeze(c.text) for c in other.constraints}
    return frozenset(c.id for c in judged.constraints if squeeze(c.text) not in shared)


def proven_terms(cells: Cells, x1: Instruction, x2: Instruction) -> Terms:
    """The terms of the loss that the cells prove; each rests on one matching and one mismatching cell."""
    y2_fails_x1 = bool(mismatch_fails(cells.x1y2, x1, x2))
    y1_fails_x2 = bool(mismatch_fails(cells.x2y1, x2, x1))
    good1, good2 = cells.x1y1.perfect, cells.x2y2.perfect
    return Terms(
        y1_over_y2_at_x1=good1 and y2_fails_x1,
        y2_over_y1_at_x2=good2 and y1_fails_x2,
        x1_over_x2_for_y1=good1 and y1_fails_x2,
        x2_over_x1_for_y2=good2 and y2_fails_x1,
    )


def certificate(terms: Terms) -> Literal["full", "one_sided"] | None:
    """``full`` when all four terms are proven, ``one_sided`` when some are, None when none is."""
    proven = [value for _, value in terms]
    if all(proven):
        return "full"
    return "one_sided" if any(proven) else None
