"""x2 and its changes out of a model's edits, whatever it wrote."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stage_scripts import additions, deletions, instruction, revisions

from trace_builder.records import Changes, Constraint, Instruction
from trace_builder.stages.common.answer_schemas import (
    Additions,
    Deletions,
    LabelledConstraint,
    RevisedConstraint,
    Revisions,
)
from trace_builder.stages.common.constraint_changes import EditFault, second_instruction
from trace_builder.support.text import squeeze
from trace_builder.taxonomy import Taxonomy

#: Few letters, so that texts collide; marks, digits and lines, so that they look like lists.
TEXTS = st.text(alphabet="ab1. -*）(\n，、é", min_size=1, max_size=8)
CONSTRAINTS = st.lists(TEXTS.map(str.strip).filter(squeeze), min_size=1, max_size=5, unique_by=squeeze)
NAMES = st.sampled_from(["c1", "c2", "c3", "c9", ""])
NEW = TEXTS | st.sampled_from(["", "***"])
EDITS = (
    st.builds(
        Additions,
        reasoning=st.just(""),
        added=st.lists(st.builds(LabelledConstraint, text=NEW, dimension=st.just("theme")), max_size=4),
    )
    | st.builds(Deletions, reasoning=st.just(""), deleted=st.lists(NAMES, max_size=4))
    | st.builds(
        Revisions,
        reasoning=st.just(""),
        revised=st.lists(
            st.builds(RevisedConstraint, id=NAMES, text=NEW, dimension=st.just("theme")), max_size=4
        ),
    )
)


@given(texts=CONSTRAINTS, edits=EDITS)
def test_edits_make_what_they_say_or_are_refused(
    taxonomy: Taxonomy, texts: list[str], edits: Additions | Deletions | Revisions
) -> None:
    x1 = instruction(*texts, given="input")
    try:
        x2, changes = second_instruction(x1, edits, taxonomy)
    except EditFault:
        return
    assert (x2.description, x2.input) == (x1.description, x1.input)
    assert x2.constraints
    before, after = set(x1.constraints), set(x2.constraints)
    assert before - after == {*changes.removed, *(r.before for r in changes.revised)}
    new = {*changes.added, *(r.after for r in changes.revised)}
    assert after - before == new
    assert max(Counter(c.id for c in x2.constraints).values()) == 1
    assert not {squeeze(c.text) for c in new} & {squeeze(text) for text in texts}, "it says something new"
    kinds = [bool(changes.added), bool(changes.removed), bool(changes.revised)]
    assert kinds == [isinstance(edits, kind) for kind in (Additions, Deletions, Revisions)]
    if isinstance(edits, Revisions):
        assert [c.id for c in x1.constraints] == [c.id for c in x2.constraints]
    else:
        kept = [c for c in x1.constraints if c in after]
        assert list(x2.constraints) == [*kept, *changes.added], "what is kept stays in order"


def refused(taxonomy: Taxonomy, edits: Additions | Deletions | Revisions) -> str:
    with pytest.raises(EditFault) as caught:
        second_instruction(instruction("Mention the sea.", "Be brief."), edits, taxonomy)
    return f"{caught.value.reason}: {caught.value}"


def test_what_is_no_edit_of_its_kind_is_refused(taxonomy: Taxonomy) -> None:
    assert refused(taxonomy, additions()) == "x2_unchanged: nothing was added"
    assert refused(taxonomy, additions("", "1. mention THE sea")) == "x2_unchanged: nothing was added"
    assert refused(taxonomy, deletions()) == "x2_unchanged: nothing was deleted"
    assert refused(taxonomy, deletions("c1", "c7")) == "wrong_operation: no constraint has the id c7"
    assert refused(taxonomy, deletions("c1", "c2")) == "wrong_operation: no constraint is left"
    assert refused(taxonomy, revisions()) == "x2_unchanged: nothing was revised"
    assert refused(taxonomy, revisions(c1="Mention the sea")) == "x2_unchanged: nothing was revised"
    assert refused(taxonomy, revisions(c3="Be loud.")) == "wrong_operation: no constraint has the id c3"
    twice = Revisions(
        reasoning="",
        revised=[RevisedConstraint(id="c2", text=t, dimension="theme") for t in ("Be loud.", "Be long.")],
    )
    assert refused(taxonomy, twice) == "wrong_operation: a constraint was revised twice"


SWAPPED = [
    (
        ("Write 60 to 90 words.", "Mention a lighthouse by name.", "End with a question to the reader."),
        {"c2": "End with a command to the reader.", "c3": "Mention no lighthouse by name."},
    ),
    (
        ("全文不超过80字。", "用第一人称来写。", "结尾提到一种水果。"),
        {"c1": "用第三人称来写。", "c2": "全文不少于200字。"},
    ),
    (
        ("Name two rivers.", "Be kind.", "Use a table with three columns."),
        {"c1": "Use a table with five columns.", "c3": "Name four rivers."},
    ),
]


@pytest.mark.parametrize(("texts", "revised"), SWAPPED)
def test_swapped_ids_are_refused_and_the_right_way_round_they_pass(
    taxonomy: Taxonomy, texts: tuple[str, ...], revised: dict[str, str]
) -> None:
    x1 = instruction(*texts)
    with pytest.raises(EditFault, match="mixed up") as caught:
        second_instruction(x1, revisions(**revised), taxonomy)
    assert caught.value.reason == "wrong_operation"
    right = dict(zip(revised, reversed(revised.values()), strict=True))
    _, changes = second_instruction(x1, revisions(**right), taxonomy)
    assert {r.before.id: r.after.text for r in changes.revised} == right


def test_two_free_revisions_are_not_taken_for_swapped_ones(taxonomy: Taxonomy) -> None:
    x1 = instruction("Use a friendly tone.", "Write in one paragraph.", "Mention rain.")
    _, changes = second_instruction(
        x1, revisions(c1="Sound like a customs officer.", c2="Give a bulleted list of four."), taxonomy
    )
    assert len(changes.revised) == 2


def test_a_new_id_is_free_even_where_ids_have_gaps(taxonomy: Taxonomy) -> None:
    x1 = Instruction(
        description="d", constraints=(Constraint(id="c1", text="One."), Constraint(id="c3", text="Two."))
    )
    x2, changes = second_instruction(x1, additions("Three."), taxonomy)
    assert len({c.id for c in x2.constraints}) == 3
    assert len(changes.added) == 1


def test_what_is_not_touched_keeps_text_and_dimension_letter_by_letter(taxonomy: Taxonomy) -> None:
    """Nothing is copied by the model, so nothing can come back in other words."""
    x1 = instruction("马上给出结论。", "Use a table.")
    x2, changes = second_instruction(x1, revisions(c2="Use no table."), taxonomy)
    assert x2.constraints[0] == x1.constraints[0]
    assert isinstance(changes, Changes)
    assert x2.constraints[1] == Constraint(id="c2", text="Use no table.", dimension="inclusion")
