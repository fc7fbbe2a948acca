"""Stages on whatever a model may write: a record or a reason, no exception, and no pass by accident."""

from __future__ import annotations

import asyncio
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from stage_scripts import ATTEMPTS, Scripted, answered, config, expanded, instruction

from trace_builder.records import Answered, Checked, IopoGroup, Rejection, Seed, Structured
from trace_builder.stages.base import Answer, Unanswered
from trace_builder.stages.common.answer_schemas import (
    Additions,
    Deletions,
    Expansion,
    LabelledConstraint,
    Parts,
    PartsConstraint,
    RevisedConstraint,
    Revisions,
    Structuring,
    Verdict,
    Verdicts,
    verdicts_of,
)
from trace_builder.stages.common.instruction_text import whole_text
from trace_builder.stages.expand import Expand
from trace_builder.stages.iopo import Iopo
from trace_builder.stages.reasons import FAILURES, labels
from trace_builder.stages.respond import Respond
from trace_builder.stages.structure import Structure
from trace_builder.support.text import squeeze
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
    ask = Scripted(structure=[reply, reply])
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
    stage = Expand(config(expand={"samples": 1, "writes": "text"}), taxonomy)
    made = asyncio.run(stage.decide(seed, Scripted(expand_text=Expansion.model_construct(text=text))))
    if not isinstance(made, Rejection):
        assert "poem" in made.text.casefold()
        assert len(squeeze(made.text)) > len("writeapoem")


@given(
    description=FIELDS,
    given_input=st.none() | FIELDS,
    rows=st.lists(
        st.builds(PartsConstraint, text=FIELDS, dimension=LABELS, stated=st.booleans()), max_size=4
    ),
)
def test_no_part_that_expand_takes_loses_what_the_seed_says(
    taxonomy: Taxonomy, description: str, given_input: str | None, rows: list[PartsConstraint]
) -> None:
    seed = Seed(id="a", lang="en", instruction=TEXT)
    reply = Parts(fewer=None, description=description, input=given_input, constraints=rows)
    stage = Expand(config(expand={"samples": 1}), taxonomy)
    made = asyncio.run(stage.decide(seed, Scripted(expand=reply)))
    if isinstance(made, Rejection):
        assert made.reason in REASONS
        return
    kept = squeeze(whole_text(made.parts))
    assert all(squeeze(piece) in kept for piece in ("50", "3", "Gulls"))


SCORES = st.sampled_from([10, 10, 10, "10", 10.0, 9, 0, 11, -1, True, None, "ten", [10], "8-10"])


def reply_of(scores: tuple[object, ...], *, task: bool) -> Verdicts:
    want = verdicts_of(len(scores) - task, task=task)
    rows = {name: Verdict(reasoning="", score=s) for name, s in zip(want.model_fields, scores, strict=True)}  # type: ignore[arg-type]
    return want(**rows)


@given(st.lists(st.tuples(SCORES, SCORES, SCORES), min_size=ATTEMPTS, max_size=ATTEMPTS))
def test_only_a_ten_for_the_task_and_each_constraint_passes(replies: list[tuple[object, ...]]) -> None:
    record = Checked(id="a", lang="en", instruction=instruction("A.", "B."), completeness="", redundancy="")
    judging = [reply_of(scores, task=True) for scores in replies]
    read = [[getattr(reply, name).score for name in ("task", "c1", "c2")] for reply in judging]
    usable = [scores for scores in read if None not in scores]
    ask = Scripted(respond="The answer.", judge=judging)
    try:
        made = asyncio.run(Respond(config(), load_taxonomy()).decide(record, ask))
    except Unanswered:
        assert not usable
        return
    assert isinstance(made, Answered) == (usable[0] == [10, 10, 10])


NEW = st.sampled_from(
    ["Mention the sea.", "Be brief.", "Mention salt.", "1. Be long", "", "Theme: x", "and so"]
)
NAMES = st.sampled_from(["c1", "c2", "c9"])


class AnyJudge(Scripted):
    """Judges at random, contradictions with itself included, whatever it is asked about."""

    def __init__(self, scores: list[int], **replies: Any) -> None:
        super().__init__(**replies)
        self._scores = scores

    async def __call__(self, prompt: str, values: Any, want: Any, call: Any, **more: Any) -> Any:
        if prompt != "judge":
            return await super().__call__(prompt, values, want, call, **more)
        scores = tuple(self._scores.pop() for _ in want.model_fields)
        return Answer(reply_of(scores, task="task" in want.model_fields))


@given(
    added=st.lists(st.builds(LabelledConstraint, text=NEW, dimension=LABELS), max_size=3),
    deleted=st.lists(NAMES, max_size=3),
    revised=st.lists(st.builds(RevisedConstraint, id=NAMES, text=NEW, dimension=LABELS), max_size=3),
    operation=st.sampled_from(["add", "delete", "revise"]),
    scores=st.lists(st.sampled_from([0, 10, 10]), min_size=60, max_size=60),
    reply=st.sampled_from(["Y2.", "", "The good poem."]),
    cut=st.booleans(),
)
def test_only_revision_is_ever_full(
    taxonomy: Taxonomy,
    added: list[LabelledConstraint],
    deleted: list[str],
    revised: list[RevisedConstraint],
    operation: str,
    scores: list[int],
    reply: str,
    cut: bool,
) -> None:
    edits = {
        "add": Additions(reasoning="", added=added),
        "delete": Deletions(reasoning="", deleted=deleted),
        "revise": Revisions(reasoning="", revised=revised),
    }
    ask = AnyJudge(
        scores, **{f"iopo_{operation}": [edits[operation]] * 2}, respond=Answer(reply, truncated=cut)
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
