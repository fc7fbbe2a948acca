"""The certificate claims what the cells prove, and nothing else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from stage_scripts import instruction

from trace_builder.records import Cells, Constraint, Instruction, Judgement, Score
from trace_builder.stages.judging.certificate import certificate, mismatch_fails, proven_terms

SCORES = st.none() | st.sampled_from([0, 9, 10, 10, 10])


@st.composite
def instructions(draw: st.DrawFn) -> tuple[Instruction, Instruction]:
    """Two instructions that share some constraints, ids apart."""
    shared = draw(st.integers(0, 3))
    own1, own2 = draw(st.integers(0, 3)), draw(st.integers(0, 3))
    one = [f"shared {n}" for n in range(shared)] + [f"first {n}" for n in range(own1)]
    two = [f"Shared {n}." for n in range(shared)] + [f"second {n}" for n in range(own2)]
    turned = tuple(Constraint(id=f"k{n}", text=t) for n, t in enumerate(two))
    return instruction(*one), Instruction(description="d", constraints=turned)


@st.composite
def judged(draw: st.DrawFn) -> tuple[Cells, Instruction, Instruction]:
    x1, x2 = draw(instructions())

    def cell(under: Instruction) -> Judgement:
        return Judgement(scores=tuple(Score(constraint=c.id, score=draw(SCORES)) for c in under.constraints))

    cells = Cells(x1y1=cell(x1), x1y2=cell(x1), x2y1=cell(x2), x2y2=cell(x2))
    return cells, x1, x2


def own_fails(cell: Judgement, under: Instruction) -> list[str]:
    texts = {c.id: c.text for c in under.constraints}
    return [s.constraint for s in cell.scores if s.score in (0, 9) and "hared" not in texts[s.constraint]]


@given(judged())
def test_a_mismatch_is_a_fail_of_what_is_not_shared(case: tuple[Cells, Instruction, Instruction]) -> None:
    cells, x1, x2 = case
    assert cells.x1y2 is not None
    assert cells.x2y1 is not None
    assert list(mismatch_fails(cells.x1y2, x1, x2)) == own_fails(cells.x1y2, x1)
    assert list(mismatch_fails(cells.x2y1, x2, x1)) == own_fails(cells.x2y1, x2)


@given(judged())
def test_each_term_rests_on_its_two_cells(case: tuple[Cells, Instruction, Instruction]) -> None:
    cells, x1, x2 = case
    assert cells.x1y2 is not None
    assert cells.x2y1 is not None
    terms = proven_terms(cells, x1, x2)
    good1, good2 = cells.x1y1.perfect, cells.x2y2.perfect
    bad12, bad21 = bool(own_fails(cells.x1y2, x1)), bool(own_fails(cells.x2y1, x2))
    assert terms.y1_over_y2_at_x1 == (good1 and bad12)
    assert terms.y2_over_y1_at_x2 == (good2 and bad21)
    assert terms.x1_over_x2_for_y1 == (good1 and bad21)
    assert terms.x2_over_x1_for_y2 == (good2 and bad12)
    grade = certificate(terms)
    assert (grade == "full") == (good1 and good2 and bad12 and bad21)
    assert (grade is None) == (not any(value for _, value in terms))


@given(judged())
def test_one_instruction_inside_the_other_is_never_full(case: tuple[Cells, Instruction, Instruction]) -> None:
    """A pure addition or deletion, whatever a judge says."""
    cells, x1, x2 = case
    if all("hared" in c.text for c in x1.constraints) or all("hared" in c.text for c in x2.constraints):
        assert certificate(proven_terms(cells, x1, x2)) != "full"


@given(judged())
def test_a_cell_that_was_not_judged_proves_nothing(case: tuple[Cells, Instruction, Instruction]) -> None:
    cells, x1, x2 = case
    bare = Cells(x1y1=cells.x1y1, x2y2=cells.x2y2)
    assert certificate(proven_terms(bare, x1, x2)) is None


def test_unscored_is_no_fail() -> None:
    x1, x2 = instruction("One."), instruction("Two.")
    unscored = Judgement(scores=(Score(constraint="c1"),))
    assert mismatch_fails(unscored, x1, x2) == ()
