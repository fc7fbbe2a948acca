"""Stages on whatever a model may write: a record or a reason, no exception, and no pass by accident."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st
from stage_scripts import ATTEMPTS, Scripted, answered, config, expanded, instruction

from trace_builder.records import Answered, Checked, IopoGroup, Rejection, Seed, Structured
from trace_builder.stages.base import Answer, Unanswered
from trace_builder.stages.common.answer_schemas import (
    Expansion,
    LabelledConstraint,
    Rewriting,
    RewrittenConstraint,
    Structuring,
    Verdict,
    Verdicts,
)
from trace_builder.stages.expand import Expand
from trace_builder.stages.iopo import Iopo
from trace_builder.stages.reasons import FAILURES, labels
from trace_builder.stages.respond import Respond
from trace_builder.stages.structure import Structure
from trace_builder.support.text import containment, squeeze
from trace_builder.taxonomy import Taxonomy, load_taxonomy

TEXT = "Write a poem about the sea.\n- Use at most 50 words.\n- Mention salt, ３ times.\n“Gulls” 和大海。"
REASONS = labels().keys() - FAILURES.keys()
PIECES = st.builds(
    lambda a, b: TEXT[min(a, b) : max(a, b)], st.integers(0, len(TEXT)), st.integers(0, len(TEXT))
)
FIELDS = PIECES | st.text(max_size=12) | st.sampled_from(["NULL", "无", "- ", TEXT])
LABELS = st.sampled_from(["inclusion", "Numerical", "包含约束", "", "·"]) | st.text(max_size=5)


@given(
    description=st.none() | FIELDS,
    given_input=st.none() | FIELDS,
    seed_input=st.none() | FIELDS,
    rows=st.lists(st.builds(LabelledConstraint, text=FIELDS, dimension=LABELS), max_size=4),
)
def test_what_structure_accepts_stands_in_the_text(
    taxonomy: Taxonomy,
    description: str | None,
    given_input: str | None,
    seed_input: str | None,
    rows: list[LabelledConstraint],
) -> None:
    reply = Structuring(
        reasoning="r", verdict="ok", description=description, constraints=rows, input=given_input
    )
    ask = Scripted(structure=reply)
    made = asyncio.run(Structure(config(), taxonomy).decide(expanded(TEXT, seed_input), ask))
    if isinstance(made, Rejection):
        assert made.reason in REASONS
        return
    assert isinstance(made, Structured)
    x = made.instruction
    squeezed = [squeeze(c.text) for c in x.constraints]
    assert squeezed
    assert all(squeezed)
    assert len(set(squeezed)) == len(squeezed)
    assert squeeze(x.description)
    assert x.input == seed_input if seed_input is not None else x.input is None or squeeze(x.input)
    assert [c.id for c in x.constraints] == [f"c{n}" for n in range(1, len(squeezed) + 1)]
    ids = {d.id for d in taxonomy.dimensions}
    assert all(c.dimension is None or c.dimension in ids for c in x.constraints)


@given(st.text())
def test_expand_takes_any_text(taxonomy: Taxonomy, text: str) -> None:
    seed = Seed(id="a", lang="en", instruction="Write a poem.")
    stage = Expand(config(expand={"samples": 1}), taxonomy)
    made = asyncio.run(stage.decide(seed, Scripted(expand=Expansion.model_construct(text=text))))
    if not isinstance(made, Rejection):
        assert containment(seed.instruction, made.text) >= 0.25
        assert len(squeeze(made.text)) > len("writeapoem")


VERDICTS = st.builds(
    Verdicts,
    verdicts=st.lists(
        st.builds(
            Verdict,
            id=st.sampled_from(["c1", "c2", "c3", "C1", ""]),
            reasoning=st.just("r"),
            score=st.sampled_from([10, 10, 10, "10", 10.0, 9, 0, 11, -1, True, None, "ten", [10], "8-10"]),
        ),
        max_size=4,
    ),
)


@given(st.lists(VERDICTS, min_size=ATTEMPTS, max_size=ATTEMPTS))
def test_only_a_ten_for_each_constraint_passes(replies: list[Verdicts]) -> None:
    record = Checked(id="a", lang="en", instruction=instruction("A.", "B."), completeness="", redundancy="")
    ask = Scripted(respond="The answer.", judge=replies)
    scored = [{n: [v.score for v in r.verdicts if v.id == n] for n in ("c1", "c2")} for r in replies]
    usable = [s for s in scored if all(len(found) == 1 and found[0] is not None for found in s.values())]
    try:
        made = asyncio.run(Respond(config(), load_taxonomy()).decide(record, ask))
    except Unanswered:
        assert not usable
        return
    assert isinstance(made, Answered) == (usable[0] == {"c1": [10], "c2": [10]})


@given(
    rows=st.lists(
        st.builds(
            RewrittenConstraint,
            text=st.sampled_from(
                ["Mention the sea.", "Be brief.", "Mention salt.", "1. Be long", "", "Theme: x"]
            ),
            dimension=LABELS,
            replaces=st.none() | st.sampled_from(["c1", "c2", "c9"]),
        ),
        max_size=4,
    ),
    operation=st.sampled_from(["add", "delete", "revise"]),
    scores=st.lists(st.sampled_from([0, 10]), min_size=40, max_size=40),
    reply=st.sampled_from(["Y2.", "", "The good poem."]),
    cut=st.booleans(),
)
def test_only_revision_is_ever_full(
    taxonomy: Taxonomy,
    rows: list[RewrittenConstraint],
    operation: str,
    scores: list[int],
    reply: str,
    cut: bool,
) -> None:
    """A judge at random, contradictions with itself included."""
    draws = iter(scores)
    replies = [
        Verdicts(verdicts=[Verdict(id=f"c{n}", reasoning="", score=next(draws)) for n in range(1, 7)])
        for _ in range(6)
    ]
    ask = Scripted(
        **{f"iopo_{operation}": Rewriting(reasoning="", constraints=rows)},
        respond=Answer(reply, truncated=cut),
        judge=replies,
    )
    stage = Iopo(config(iopo={"operations": {operation: 1}}), taxonomy)
    made = asyncio.run(stage.decide(answered("Mention the sea.", "Be brief."), ask))
    if isinstance(made, Rejection):
        assert made.reason in REASONS
        return
    assert isinstance(made, IopoGroup)
    assert made.operation == operation
    assert (reply, cut) == ("Y2.", False)
    assert made.certificate == "one_sided" or operation == "revise"
    assert made.x2.constraints != made.x1.constraints
