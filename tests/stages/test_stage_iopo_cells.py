"""iopo's certificate: which cells are judged, in which order, and what they prove."""

from __future__ import annotations

from typing import Any

import pytest
from stage_scripts import (
    Scripted,
    answered,
    config,
    instruction,
    judgement,
    rejected,
    rewriting,
    verdicts,
    walk,
)

from trace_builder.records import IopoGroup
from trace_builder.stages.common.prompt_values import constraint_lines
from trace_builder.stages.iopo import Iopo
from trace_builder.taxonomy import Taxonomy

SEA, BRIEF, SALT, LONG = "Mention the sea.", "Be brief.", "Mention the salt.", "Use at least 50 words."
RECORD = answered(SEA, BRIEF)
X1 = constraint_lines(RECORD.instruction.constraints)
ADD = rewriting((SEA, None), (BRIEF, None), (SALT, None))
DELETE = rewriting((SEA, None))
REVISE = rewriting((SEA, None), (LONG, "c2"))


def group(taxonomy: Taxonomy, operation: str, ask: Scripted, votes: int = 1) -> Any:
    sections = {"iopo": {"operations": {operation: 1}}, "judge": {"votes": votes, "code_checks": False}}
    return walk(Iopo(config(**sections), taxonomy), RECORD, ask)


def cells(ask: Scripted) -> list[str]:
    """The judged cells in the order of asking."""
    return [
        ("x1" if q.values["constraints"] == X1 else "x2")
        + ("y1" if q.values["response"] == RECORD.response else "y2")
        for q in ask.to("judge")
    ]


def terms(made: IopoGroup) -> str:
    """The four terms as 1 and 0, in the order of Eq. 9."""
    return "".join(str(int(value)) for _, value in made.terms)


def test_revise_proves_all_four_terms(taxonomy: Taxonomy) -> None:
    ask = Scripted(
        iopo_revise=REVISE, respond="Y2.", judge=[verdicts(10, 0), verdicts(10, 10), verdicts(10, 4)]
    )
    made = group(taxonomy, "revise", ask)
    assert isinstance(made, IopoGroup)
    assert (made.certificate, terms(made)) == ("full", "1111")
    assert cells(ask) == ["x2y1", "x2y2", "x1y2"]
    assert made.cells.x2y1 == judgement_like(10, 0)
    assert made.cells.x1y1 == RECORD.judgement
    assert made.cells.x2y2.perfect
    assert [(r.before.text, r.after.text, r.after.id) for r in made.changes.revised] == [(BRIEF, LONG, "c2")]
    assert (made.changes.added, made.changes.removed) == ((), ())
    assert made.x2.description == made.x1.description
    assert made.x2.input == made.x1.input


def judgement_like(*scores: int) -> Any:
    """As ``verdicts`` comes out of judging."""
    plain = judgement(*scores)
    scored = (s.model_copy(update={"reasoning": f"about {s.constraint}"}) for s in plain.scores)
    return plain.model_copy(update={"scores": tuple(scored)})


@pytest.mark.parametrize(
    ("x2y1", "x1y2", "certificate", "proven"),
    [
        ((10, 0), (10, 10), "one_sided", "0110"),
        ((10, 10), (10, 3), "one_sided", "1001"),
        ((0, 10), (0, 10), None, "0000"),
        ((10, 10), (10, 10), None, "0000"),
        ((0, 5), (0, 5), "full", "1111"),
    ],
    ids=["y1 fails x2", "y2 fails x1", "only shared ones fail", "nothing fails", "a shared one fails too"],
)
def test_revise_proves_what_its_own_constraints_show(
    taxonomy: Taxonomy, x2y1: Any, x1y2: Any, certificate: str | None, proven: str
) -> None:
    judging = [verdicts(*x2y1), verdicts(10, 10), verdicts(*x1y2)]
    made = group(taxonomy, "revise", Scripted(iopo_revise=REVISE, respond="Y2.", judge=judging))
    if certificate is None:
        assert rejected(made) == "no_contrast"
    else:
        assert (made.certificate, terms(made)) == (certificate, proven)


def test_an_addition_that_y1_follows_already_costs_one_judgement_and_no_response(taxonomy: Taxonomy) -> None:
    ask = Scripted(iopo_add=ADD, judge=verdicts(10, 10, 10))
    assert rejected(group(taxonomy, "add", ask)) == "no_contrast"
    assert ask.counts == {"iopo_add": 1, "judge": 1}
    assert cells(ask) == ["x2y1"]


def test_an_addition_is_one_sided(taxonomy: Taxonomy) -> None:
    judging = [verdicts(10, 10, 0), verdicts(10, 10, 10), verdicts(10, 10)]
    ask = Scripted(iopo_add=ADD, respond="Y2.", judge=judging)
    made = group(taxonomy, "add", ask)
    assert (made.certificate, terms(made)) == ("one_sided", "0110")
    assert cells(ask) == ["x2y1", "x2y2", "x1y2"]
    assert [(c.id, c.text, c.dimension) for c in made.changes.added] == [("c3", SALT, "inclusion")]


def test_an_addition_is_never_full_even_where_the_judge_contradicts_itself(taxonomy: Taxonomy) -> None:
    """y2 has a 10 for c1 under x2 and a 0 for the same c1 under x1: that proves nothing."""
    judging = [verdicts(10, 10, 0), verdicts(10, 10, 10), verdicts(0, 0)]
    made = group(taxonomy, "add", Scripted(iopo_add=ADD, respond="Y2.", judge=judging))
    assert (made.certificate, terms(made)) == ("one_sided", "0110")


def test_an_addition_is_not_kept_alive_by_a_contradiction_in_its_first_cell(taxonomy: Taxonomy) -> None:
    ask = Scripted(iopo_add=ADD, judge=verdicts(0, 10, 10))
    assert rejected(group(taxonomy, "add", ask)) == "no_contrast"


def test_a_deletion_judges_the_cell_that_can_fail_first(taxonomy: Taxonomy) -> None:
    ask = Scripted(iopo_delete=DELETE, respond="Y2.", judge=[verdicts(10), verdicts(10, 0), verdicts(10)])
    made = group(taxonomy, "delete", ask)
    assert cells(ask) == ["x2y2", "x1y2", "x2y1"]
    assert (made.certificate, terms(made)) == ("one_sided", "1001")
    assert [c.id for c in made.changes.removed] == ["c2"]
    assert [c.id for c in made.x2.constraints] == ["c1"]


def test_a_deletion_without_contrast_stops_there(taxonomy: Taxonomy) -> None:
    ask = Scripted(iopo_delete=DELETE, respond="Y2.", judge=[verdicts(10), verdicts(10, 10)])
    assert rejected(group(taxonomy, "delete", ask)) == "no_contrast"
    assert cells(ask) == ["x2y2", "x1y2"]


def test_a_deletion_is_never_full_even_where_the_judge_contradicts_itself(taxonomy: Taxonomy) -> None:
    judging = [verdicts(10), verdicts(0, 0), verdicts(0)]
    made = group(taxonomy, "delete", Scripted(iopo_delete=DELETE, respond="Y2.", judge=judging))
    assert (made.certificate, terms(made)) == ("one_sided", "1001")


def test_an_imperfect_y2_stops_before_the_other_mismatch(taxonomy: Taxonomy) -> None:
    ask = Scripted(iopo_revise=REVISE, respond="Y2.", judge=[verdicts(10, 0), verdicts(10, 9)])
    assert rejected(group(taxonomy, "revise", ask)) == "y2_imperfect"
    assert cells(ask) == ["x2y1", "x2y2"]


def test_with_several_votes_a_mismatch_needs_all_of_them(taxonomy: Taxonomy) -> None:
    x2y1 = [verdicts(10, 10, 0), verdicts(10, 10, 10)]
    ask = Scripted(iopo_add=ADD, judge=x2y1)
    assert rejected(group(taxonomy, "add", ask, votes=3)) == "no_contrast"


def test_every_cell_is_over_its_own_instructions_constraints(taxonomy: Taxonomy) -> None:
    judging = [verdicts(10, 10, 0), verdicts(10, 10, 10), verdicts(10, 10)]
    made = group(taxonomy, "add", Scripted(iopo_add=ADD, respond="Y2.", judge=judging))
    for cell, under in (("x1y1", made.x1), ("x1y2", made.x1), ("x2y1", made.x2), ("x2y2", made.x2)):
        ids = [score.constraint for score in getattr(made.cells, cell).scores]
        assert ids == [c.id for c in under.constraints]


def test_the_input_travels_to_x2(taxonomy: Taxonomy) -> None:
    record = RECORD.model_copy(update={"instruction": instruction(SEA, BRIEF, given="waves")})
    judging = [verdicts(10, 0), verdicts(10, 10), verdicts(10, 0)]
    ask = Scripted(iopo_revise=REVISE, respond="Y2.", judge=judging)
    made = walk(Iopo(config(iopo={"operations": {"revise": 1}}), taxonomy), record, ask)
    assert made.x2.input == "waves"
    assert ask.to("respond")[0].values["instruction"].endswith("# Inputs:\nwaves\n")
