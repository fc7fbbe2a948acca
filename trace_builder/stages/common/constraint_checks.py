"""Constraints and the checks that they are bound to: written once, read by every stage that measures."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import combinations
from typing import Literal

from trace_builder.checks import Check, contradict, overlap, recognise
from trace_builder.errors import InputError
from trace_builder.records import BoundCheck, BoundClaim, Constraint, Rejection, Revision
from trace_builder.support.bilingual import Text

OVERLAPPING: dict[str, Text] = {
    "overlapping_revision": Text(
        "one response can keep to a constraint and to its revision",
        "同一个回答可以同时满足原约束与改写后的约束",
    )
}


def constraint(id_: str, text: str, dimension: str | None) -> Constraint:
    """A constraint, bound to what the grammar reads in its text.

    Raises:
        InputError: an installed kind cannot be loaded.
    """
    return Constraint(id=id_, text=text, dimension=dimension, check=read_check(text))


def read_check(text: str) -> BoundCheck | None:
    """What the grammar reads in a constraint's text; None where that is nothing."""
    found = recognise(text)
    return bound(found, "grammar") if found else None


def bound(check: Check, by: Literal["grammar", "model"]) -> BoundCheck:
    """A check as it travels."""
    claims = tuple(
        BoundClaim(
            kind=claim.kind,
            parameters=json.dumps(dict(claim.parameters), ensure_ascii=False),
            scope=claim.scope,
        )
        for claim in check.claims
    )
    return BoundCheck(claims=claims, whole=check.whole, version=check.version, by=by)


def check_of(bound: BoundCheck | None) -> Check | None:
    """A check as it measures.

    Raises:
        InputError: it was bound under a catalogue that had other kinds.
    """
    if bound is None:
        return None
    rows = [
        {"kind": claim.kind, "parameters": json.loads(claim.parameters), "scope": claim.scope}
        for claim in bound.claims
    ]
    try:
        return Check.from_json({**bound.model_dump(), "claims": rows})
    except ValueError as error:
        raise InputError(f"a constraint cannot be measured: {error}") from None


def contradiction(constraints: Iterable[Constraint]) -> str | None:
    """Two constraints that exclude each other, as far as their checks show."""
    checks = [(c, check) for c in constraints if (check := check_of(c.check))]
    for (one, first), (other, second) in combinations(checks, 2):
        if contradict(first, second):
            return f"{one.id} and {other.id} exclude each other: {one.text[:80]} / {other.text[:80]}"
    return None


def overlapping(revisions: Iterable[Revision]) -> tuple[Revision, ...]:
    """The revisions that demand what a response to the old constraint may keep: the same measure, with ranges
    that have a value in common. Of checks that are only a part, the other part may tell the two apart."""
    return tuple(r for r in revisions if _overlap(check_of(r.before.check), check_of(r.after.check)))


def overlap_rejection(revisions: Iterable[Revision]) -> Rejection:
    """The verdict on edits with such revisions that have been told of once."""
    told = "; ".join(f"{r.before.id}: {r.before.text[:80]} / {r.after.text[:80]}" for r in revisions)
    return Rejection(reason="overlapping_revision", detail=f"one response can keep to both, {told}")


def _overlap(old: Check | None, new: Check | None) -> bool:
    if old is None or new is None or not (old.whole and new.whole):
        return False
    return old.key == new.key or overlap(old, new)
