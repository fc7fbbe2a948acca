"""x2 and its changes, whatever the model wrote."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from stage_scripts import instruction, rewriting

from trace_builder.records import Changes, Constraint, Instruction
from trace_builder.stages.common.constraint_changes import is_operation, is_unchanged, second_instruction
from trace_builder.support.text import squeeze
from trace_builder.taxonomy import Taxonomy

#: Few letters, so that texts collide; marks, digits and lines, so that they look like lists.
TEXTS = st.text(alphabet="ab1. -*）(\n，、é", min_size=1, max_size=8)
CONSTRAINTS = st.lists(TEXTS.map(str.strip).filter(squeeze), min_size=1, max_size=5, unique_by=squeeze)
REPLACED = st.none() | st.sampled_from(["c1", "c2", "c3", "c9", ""])
ROWS = st.lists(st.tuples(TEXTS | st.sampled_from(["", "***"]), REPLACED), max_size=6)
#: Texts that do not look like lists.
PLAIN = st.lists(
    st.text("abé ,", min_size=1).filter(squeeze).map(str.strip).filter(lambda t: t[0] != ","),
    min_size=1,
    max_size=5,
    unique_by=squeeze,
)


def changed(
    taxonomy: Taxonomy, x1: Instruction, rows: list[tuple[str, str | None]]
) -> tuple[Instruction, Changes]:
    return second_instruction(x1, rewriting(*rows), taxonomy)


@given(texts=CONSTRAINTS, rows=ROWS)
def test_the_changes_account_for_every_constraint(
    taxonomy: Taxonomy, texts: list[str], rows: list[tuple[str, str | None]]
) -> None:
    x1 = instruction(*texts, given="input")
    x2, changes = changed(taxonomy, x1, rows)
    assert (x2.description, x2.input) == (x1.description, x1.input)
    ids = [c.id for c in x2.constraints]
    assert len(set(ids)) == len(ids)
    before, after = set(x1.constraints), set(x2.constraints)
    gone = {*changes.removed, *(r.before for r in changes.revised)}
    new = {*changes.added, *(r.after for r in changes.revised)}
    assert len(gone) == len(changes.removed) + len(changes.revised)
    assert before - after == gone
    assert after - before == new
    assert not {c.id for c in changes.added} & {c.id for c in x1.constraints}
    assert all(r.before.id == r.after.id for r in changes.revised)


@given(texts=CONSTRAINTS, rows=ROWS)
def test_what_counts_as_new_says_something_new(
    taxonomy: Taxonomy, texts: list[str], rows: list[tuple[str, str | None]]
) -> None:
    _, changes = changed(taxonomy, instruction(*texts), rows)
    old = {squeeze(text) for text in texts}
    new = [squeeze(c.text) for c in (*changes.added, *(r.after for r in changes.revised))]
    assert all(new)
    assert not old & set(new)
    assert len(set(new)) == len(new)


@given(texts=CONSTRAINTS, rows=ROWS)
def test_a_difference_is_of_one_kind_at_most(
    taxonomy: Taxonomy, texts: list[str], rows: list[tuple[str, str | None]]
) -> None:
    x1 = instruction(*texts)
    x2, changes = changed(taxonomy, x1, rows)
    kinds = [name for name in ("add", "delete", "revise") if is_operation(changes, name)]  # type: ignore[arg-type]
    assert len(kinds) <= 1
    assert is_unchanged(changes) == (set(x1.constraints) == set(x2.constraints))
    if is_unchanged(changes):
        assert kinds == []
    if kinds == ["add"]:
        assert set(x1.constraints) < set(x2.constraints)
    if kinds == ["delete"]:
        assert set(x2.constraints) < set(x1.constraints)
    if kinds == ["revise"]:
        assert len(x1.constraints) == len(x2.constraints)


@given(texts=PLAIN, marks=st.lists(st.sampled_from(["", "- ", "1. ", "（2） "]), min_size=5, max_size=5))
def test_copying_the_list_with_new_marks_changes_nothing(
    taxonomy: Taxonomy, texts: list[str], marks: list[str]
) -> None:
    x1 = instruction(*texts)
    rows = [(mark + c.text, None) for mark, c in zip(marks, x1.constraints, strict=False)]
    x2, changes = changed(taxonomy, x1, rows)
    assert is_unchanged(changes)
    assert x2 == x1


@given(texts=CONSTRAINTS)
def test_copying_the_list_as_it_is_changes_nothing(taxonomy: Taxonomy, texts: list[str]) -> None:
    x1 = instruction(*texts)
    x2, changes = changed(taxonomy, x1, [(text, None) for text in texts])
    assert is_unchanged(changes)
    assert x2 == x1


def test_a_new_id_is_free_even_where_ids_have_gaps(taxonomy: Taxonomy) -> None:
    x1 = Instruction(
        description="d", constraints=(Constraint(id="c1", text="One."), Constraint(id="c3", text="Two."))
    )
    x2, changes = changed(taxonomy, x1, [("One.", None), ("Two.", None), ("Three.", None)])
    assert len({c.id for c in x2.constraints}) == 3
    assert len(changes.added) == 1


def test_one_constraint_cannot_be_revised_into_two(taxonomy: Taxonomy) -> None:
    _, changes = changed(
        taxonomy, instruction("One.", "Two."), [("One.", None), ("Three.", "c2"), ("Four.", "c2")]
    )
    assert [r.after.text for r in changes.revised] == ["Three."]
    assert [c.text for c in changes.added] == ["Four."]


def test_a_constraint_that_is_kept_is_not_revised_whatever_the_model_says(taxonomy: Taxonomy) -> None:
    _, changes = changed(
        taxonomy, instruction("One.", "Two."), [("One.", "c2"), ("Two.", None), ("Three.", "c1")]
    )
    assert changes.revised == ()
    assert [c.text for c in changes.added] == ["Three."]


def test_a_kept_constraint_keeps_text_and_dimension_of_x1(taxonomy: Taxonomy) -> None:
    x1 = instruction("Mention the sea.")
    x2, _ = changed(taxonomy, x1, [("- mention the SEA", None), ("Be brief.", None)])
    assert x2.constraints[0] == x1.constraints[0]
    assert x2.constraints[1].dimension == "inclusion"
