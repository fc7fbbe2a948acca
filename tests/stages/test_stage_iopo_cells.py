"""iopo's certificate: which cells are judged, in which order, and what they prove."""

from __future__ import annotations

from typing import Any

from stage_scripts import (
    Scripted,
    additions,
    answered,
    cell,
    config,
    deletions,
    instruction,
    rejected,
    revisions,
    verdicts,
    walk,
)

from trace_builder.records import IopoGroup
from trace_builder.stages.iopo import Iopo
from trace_builder.taxonomy import Taxonomy

SEA, BRIEF, SALT, LONG = "Mention the sea.", "Be brief.", "Mention the salt.", "Use at least 50 words."
RECORD = answered(SEA, BRIEF)
ADD = additions(SALT)
DELETE = deletions("c2")
REVISE = revisions(c2=LONG)


def group(taxonomy: Taxonomy, operation: str, ask: Scripted, votes: int = 1) -> Any:
    sections = {"iopo": {"operations": {operation: 1}}, "judge": {"votes": votes, "code_checks": False}}
    return walk(Iopo(config(**sections), taxonomy), RECORD, ask)


def judged(ask: Scripted) -> list[str]:
    """What was judged of which response, in the order of asking: the whole of an instruction has its task."""
    return [
        f"{'y1' if q.values['response'] == RECORD.response else 'y2'} {q.values['wanted']}"
        for q in ask.to("judge")
    ]


def terms(made: IopoGroup) -> str:
    """The four terms as 1 and 0, in the order of Eq. 9."""
    return "".join(str(int(value)) for _, value in made.terms)


def test_revise_proves_all_four_terms(taxonomy: Taxonomy) -> None:
    ask = Scripted(iopo_revise=REVISE, respond="Y2.", judge=[cell(0), verdicts(10, 10), cell(4)])
    made = group(taxonomy, "revise", ask)
    assert isinstance(made, IopoGroup)
    assert (made.certificate, terms(made)) == ("full", "1111")
    assert judged(ask) == ["y1 c1", "y2 task, c1, c2", "y2 c1"]
    assert ask.counts == {"iopo_revise": 1, "respond": 1, "judge": 3}, "five calls a full group"
    for found, score in ((made.cells.x2y1, 0), (made.cells.x1y2, 4)):
        assert found is not None
        assert [(s.constraint, s.score) for s in found.scores] == [("c2", score)]
        assert found.task is None
    assert made.cells.x1y1 == RECORD.judgement
    assert made.cells.x2y2.perfect
    assert [(r.before.text, r.after.text, r.after.id) for r in made.changes.revised] == [(BRIEF, LONG, "c2")]
    assert (made.changes.added, made.changes.removed) == ((), ())
    assert made.x2.description == made.x1.description
    assert made.x2.input == made.x1.input


def test_only_what_is_not_shared_is_shown_to_the_judge_of_a_mismatch(taxonomy: Taxonomy) -> None:
    ask = Scripted(iopo_revise=REVISE, respond="Y2.", judge=[cell(0), verdicts(10, 10), cell(4)])
    group(taxonomy, "revise", ask)
    shown = [q.values["constraints"] or "" for q in ask.to("judge")]
    assert [SEA in text for text in shown] == [False, True, False]
    assert (LONG in shown[0], BRIEF in shown[2]) == (True, True)


def test_a_mismatch_that_y2_does_not_show_leaves_one_side(taxonomy: Taxonomy) -> None:
    judging = [cell(0), verdicts(10, 10), cell(10)]
    made = group(taxonomy, "revise", Scripted(iopo_revise=REVISE, respond="Y2.", judge=judging))
    assert (made.certificate, terms(made)) == ("one_sided", "0110")


def test_an_addition_that_y1_follows_already_costs_no_response(taxonomy: Taxonomy) -> None:
    ask = Scripted(iopo_add=[ADD, ADD], judge=[cell(10), cell(10)])
    assert rejected(group(taxonomy, "add", ask)) == "no_contrast"
    assert judged(ask) == ["y1 c1", "y1 c1"]


def test_an_addition_is_one_sided_and_its_cell_that_proves_nothing_is_not_paid_for(
    taxonomy: Taxonomy,
) -> None:
    ask = Scripted(iopo_add=ADD, respond="Y2.", judge=[cell(0), verdicts(10, 10, 10)])
    made = group(taxonomy, "add", ask)
    assert (made.certificate, terms(made)) == ("one_sided", "0110")
    assert judged(ask) == ["y1 c1", "y2 task, c1, c2, c3"]
    assert made.cells.x1y2 is None
    assert [(c.id, c.text, c.dimension) for c in made.changes.added] == [("c3", SALT, "inclusion")]
    assert [s.constraint for s in made.cells.x2y1.scores] == ["c3"]


def test_a_deletion_judges_the_one_cell_that_can_fail(taxonomy: Taxonomy) -> None:
    ask = Scripted(iopo_delete=DELETE, respond="Y2.", judge=[verdicts(10), cell(0)])
    made = group(taxonomy, "delete", ask)
    assert judged(ask) == ["y2 task, c1", "y2 c1"]
    assert (made.certificate, terms(made)) == ("one_sided", "1001")
    assert made.cells.x2y1 is None
    assert [c.id for c in made.changes.removed] == ["c2"]
    assert [c.id for c in made.x2.constraints] == ["c1"]


def test_a_deletion_without_contrast_proves_nothing(taxonomy: Taxonomy) -> None:
    ask = Scripted(iopo_delete=DELETE, respond="Y2.", judge=[verdicts(10), cell(10)])
    assert rejected(group(taxonomy, "delete", ask)) == "no_contrast"


def test_an_imperfect_y2_stops_before_the_other_mismatch(taxonomy: Taxonomy) -> None:
    ask = Scripted(iopo_revise=REVISE, respond="Y2.", judge=[cell(0), verdicts(10, 9)])
    assert rejected(group(taxonomy, "revise", ask)) == "y2_imperfect"
    assert judged(ask) == ["y1 c1", "y2 task, c1, c2"]


def test_with_several_votes_a_mismatch_needs_all_of_them(taxonomy: Taxonomy) -> None:
    ask = Scripted(iopo_add=[ADD, ADD], judge=[cell(0), cell(10), cell(0), cell(0), cell(10)])
    assert rejected(group(taxonomy, "add", ask, votes=3)) == "no_contrast"


def test_the_input_travels_to_x2(taxonomy: Taxonomy) -> None:
    record = RECORD.model_copy(update={"instruction": instruction(SEA, BRIEF, given="waves")})
    ask = Scripted(iopo_revise=REVISE, respond="Y2.", judge=[cell(0), verdicts(10, 10), cell(0)])
    made = walk(Iopo(config(iopo={"operations": {"revise": 1}}), taxonomy), record, ask)
    assert made.x2.input == "waves"
    assert ask.to("respond")[0].values["instruction"].endswith("# Inputs:\nwaves\n")
