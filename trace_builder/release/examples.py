"""What one seed gives a release: its accepted records, and the claims that they prove."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from typing import Literal

from trace_builder.records import (
    Answered,
    Checked,
    FailedResponse,
    Instruction,
    IopoGroup,
    Lang,
    Outcome,
    Preference,
)
from trace_builder.taxonomy import Taxonomy

#: The four claims of the loss (Eq. 9), each proven by two cells.
Term = Literal["y1_over_y2_at_x1", "y2_over_y1_at_x2", "x1_over_x2_for_y1", "x2_over_x1_for_y2"]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two responses to one instruction. ``origin`` is ``sampled`` or ``prompted`` for a pair of the dpo
    stage, ``iopo`` for a proven term of a group."""

    id: str
    instruction: Instruction
    chosen: str
    rejected: str
    origin: Literal["sampled", "prompted", "iopo"]

    @property
    def prompt(self) -> str:
        """The instruction as the user turn that is asked."""
        return self.instruction.render()

    @property
    def length_ratio(self) -> float:
        """The longer response's length over the shorter one's, in characters; 1 or more."""
        short, long = sorted((len(self.chosen), len(self.rejected)))
        return long / max(1, short)


@dataclass(frozen=True, slots=True)
class InputPair:
    """Two prompts for one response: the first fits it better."""

    id: str
    response: str
    chosen_prompt: str
    rejected_prompt: str


@dataclass(frozen=True, slots=True)
class SeedRecords:
    """What the stages accepted of one seed.

    ``operation`` is the one drawn for the IOPO group, also where none came of it. ``lineage`` has, for each
    stage that decided something, its outcome without the record. ``harvested``: groups made of imperfect
    answers, also where there is no perfect one."""

    checked: Checked
    answered: Answered | None
    preference: Preference | None
    group: IopoGroup | None
    operation: str | None
    lineage: dict[str, Outcome]
    harvested: tuple[IopoGroup, ...] = ()

    @property
    def groups(self) -> tuple[IopoGroup, ...]:
        """Its groups, the one with a drawn operation first."""
        return self.harvested if self.group is None else (self.group, *self.harvested)


@dataclass(frozen=True, slots=True)
class Example:
    """One seed as a release format sees it; what was removed is not here.

    Attributes:
        checked: the instruction.
        answered: its perfect response and the imperfect ones; None in the evaluation set, which has no
            responses, and where there are only harvested groups. groups: what goes into the IOPO files whole.
            pairs, input_pairs: proven claims alone. taxonomy: names of the constraints' dimensions.
    """

    checked: Checked
    taxonomy: Taxonomy
    answered: Answered | None = None
    groups: tuple[IopoGroup, ...] = ()
    pairs: tuple[Pair, ...] = ()
    input_pairs: tuple[InputPair, ...] = ()

    @property
    def id(self) -> str:
        """The seed's."""
        return self.checked.id

    @property
    def lang(self) -> Lang:
        return self.checked.lang

    @property
    def source(self) -> str | None:
        return self.checked.source

    @property
    def instruction(self) -> Instruction:
        return self.checked.instruction

    @property
    def prompt(self) -> str:
        """The instruction as the user turn that is asked."""
        return self.checked.instruction.render()

    @property
    def response(self) -> str:
        """The perfect response; empty where there is none."""
        return self.answered.response if self.answered else ""

    @property
    def imperfect(self) -> tuple[FailedResponse, ...]:
        """The responses that were judged and failed a constraint."""
        tried = self.answered.imperfect if self.answered else ()
        return tuple(a for a in tried if a.judgement is not None and a.judgement.failed)


def training_example(
    records: SeedRecords, taxonomy: Taxonomy, *, without: Container[str], uncertified: bool
) -> Example:
    """A seed with a response or groups, for training.

    Args:
        records: its records.
        taxonomy: see ``Example``.
        without: ids of the groups that were removed.
        uncertified: take a group that passed the paper's own check alone.
    """
    groups = [
        group
        for group in records.groups
        if group.id not in without and (uncertified or group.certificate != "rationality")
    ]
    pairs = [] if records.preference is None else [preference_pair(records.preference)]
    pairs += [pair for group in groups if group.certificate == "one_sided" for pair in output_pairs(group)]
    return Example(
        records.checked,
        taxonomy,
        answered=records.answered,
        groups=tuple(group for group in groups if group.certificate != "one_sided"),
        pairs=tuple(pairs),
        input_pairs=tuple(pair for group in groups for pair in input_pairs(group)),
    )


def preference_pair(record: Preference) -> Pair:
    """The dpo stage's pair."""
    return Pair(f"{record.id}#dpo", record.instruction, record.chosen, record.rejected, record.origin)


def output_pairs(group: IopoGroup) -> tuple[Pair, ...]:
    """The proven claims of a group about two responses to one prompt (x1: y1 over y2; x2: y2 over y1)."""
    claims: tuple[tuple[Term, Instruction, str, str], ...] = (
        ("y1_over_y2_at_x1", group.x1, group.y1, group.y2),
        ("y2_over_y1_at_x2", group.x2, group.y2, group.y1),
    )
    return tuple(
        Pair(f"{group.id}#iopo.{term}", instruction, chosen, rejected, "iopo")
        for term, instruction, chosen, rejected in claims
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
