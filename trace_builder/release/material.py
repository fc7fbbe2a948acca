"""What one seed gives a release: its records, once they have been certified and sorted out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from trace_builder.records import Answered, FailedResponse, IopoGroup, Preference

#: The four claims of the loss (Eq. 9), each proven by two cells.
Term = Literal["y1_over_y2_at_x1", "y2_over_y1_at_x2", "x1_over_x2_for_y1", "x2_over_x1_for_y2"]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two responses to one prompt. ``origin`` is ``sampled`` or ``prompted`` for a pair of the dpo stage,
    ``iopo`` for a proven term of a group."""

    id: str
    prompt: str
    chosen: str
    rejected: str
    origin: Literal["sampled", "prompted", "iopo"]


@dataclass(frozen=True, slots=True)
class InputPair:
    """Two prompts for one response: the first fits it better."""

    id: str
    response: str
    chosen_prompt: str
    rejected_prompt: str


@dataclass(frozen=True, slots=True)
class Material:
    """One seed's records for one split; what was removed is not here.

    ``pairs`` and ``input_pairs`` hold proven claims alone. ``group`` is set for a group that goes into the
    IOPO files whole.
    """

    id: str
    answered: Answered
    preference: Preference | None = None
    group: IopoGroup | None = None
    pairs: tuple[Pair, ...] = ()
    input_pairs: tuple[InputPair, ...] = ()
    imperfect: tuple[FailedResponse, ...] = field(default=())


def preference_pair(record: Preference) -> Pair:
    """The dpo stage's pair."""
    prompt = record.instruction.render()
    return Pair(f"{record.id}#dpo", prompt, record.chosen, record.rejected, record.origin)


def output_pairs(group: IopoGroup) -> tuple[Pair, ...]:
    """The proven claims of a group about two responses to one prompt (x1: y1 over y2; x2: y2 over y1)."""
    x1, x2 = group.x1.render(), group.x2.render()
    claims: tuple[tuple[Term, str, str, str], ...] = (
        ("y1_over_y2_at_x1", x1, group.y1, group.y2),
        ("y2_over_y1_at_x2", x2, group.y2, group.y1),
    )
    return tuple(
        Pair(f"{group.id}#iopo.{term}", prompt, chosen, rejected, "iopo")
        for term, prompt, chosen, rejected in claims
        if claims_hold(group, term)
    )


def input_pairs(group: IopoGroup) -> tuple[InputPair, ...]:
    """The proven claims of a group about two prompts for one response (y1: x1 over x2; y2: x2 over x1)."""
    x1, x2 = group.x1.render(), group.x2.render()
    claims: tuple[tuple[Term, str, str, str], ...] = (
        ("x1_over_x2_for_y1", group.y1, x1, x2),
        ("x2_over_x1_for_y2", group.y2, x2, x1),
    )
    return tuple(
        InputPair(f"{group.id}#iopo.{term}", response, chosen, rejected)
        for term, response, chosen, rejected in claims
        if claims_hold(group, term)
    )


def claims_hold(group: IopoGroup, term: Term) -> bool:
    """Whether a claim is proven by the cells. A group under the paper's own check, which a release takes only
    when asked to, makes all four on the strength of that check."""
    return group.certificate == "rationality" or bool(getattr(group.terms, term))
