"""harvest: an imperfect answer becomes a perfect one to another instruction, and what that proves."""

from __future__ import annotations

from typing import Any

import pytest
from stage_scripts import (
    Scripted,
    answered,
    cell,
    config,
    instruction,
    judgement,
    rejected,
    revisions,
    verdicts,
    walk,
)

from trace_builder.records import Attempted, Checked, FailedResponse, Harvested, Rejection
from trace_builder.stages.base import Unanswered
from trace_builder.stages.harvest import Harvest
from trace_builder.stages.respond import Respond
from trace_builder.taxonomy import Taxonomy, load_taxonomy

SIX, SEA, BRIEF = "Give exactly 6 bullet points.", "Mention the sea.", "Use at most 50 words."
FIVE, NO_SEA, LONG = "Give exactly 5 bullet points.", "Do not mention the sea.", "Use 60 to 90 words."
X = (SIX, SEA, BRIEF)
FIVE_POINTS = FailedResponse(response="Five points.", judgement=judgement(0, 10, 10, settled=False))
OTHER = FailedResponse(response="Six, dry and long.", judgement=judgement(10, 2, 0, settled=False))
FULL = verdicts(10, 10, 10)


def harvest(record: Attempted, ask: Scripted, **sections: Any) -> Any:
    return walk(Harvest(config(**sections), load_taxonomy()), record, ask)


def rejected_record(*imperfect: FailedResponse) -> Attempted:
    return Attempted(id="a", lang="en", source="s", instruction=instruction(*X), imperfect=imperfect)


def test_an_accepted_record_and_one_imperfect_answer_make_a_full_group() -> None:
    ask = Scripted(harvest=revisions(c1=FIVE), judge=[FULL, cell(0), cell(3)])
    made = harvest(answered(*X, imperfect=(FIVE_POINTS,)), ask)
    assert isinstance(made, Harvested)
    (group,) = made.groups
    assert (group.id, group.operation, group.certificate) == ("a#h1", "harvest", "full")
    assert (group.y1, group.y2) == ("The good poem.", "Five points.")
    assert [c.text for c in group.x2.constraints] == [FIVE, SEA, BRIEF]
    assert [(r.before.text, r.after.text) for r in group.changes.revised] == [(SIX, FIVE)]
    assert ask.counts == {"harvest": 1, "judge": 3}, "nothing is generated"
    assert [q.values["wanted"] for q in ask.to("judge")] == ["task, c1, c2, c3", "c1", "c1"]


def test_the_model_sees_the_answer_and_what_it_fails_and_no_more() -> None:
    ask = Scripted(harvest=revisions(c2=NO_SEA, c3=LONG), judge=[FULL, cell(0, 0), cell(0, 0)])
    harvest(answered(*X, imperfect=(OTHER,)), ask)
    values = ask.to("harvest")[0].values
    assert values["response"] == "Six, dry and long."
    assert [line[:12] for line in (values["failed"] or "").splitlines()] == ['{"id": "c2",', '{"id": "c3",']


def test_two_imperfect_answers_each_get_their_own_group() -> None:
    ask = Scripted(
        harvest=[revisions(c1=FIVE), revisions(c2=NO_SEA, c3=LONG)],
        judge=[FULL, FULL, cell(0), cell(0), cell(0, 0), cell(0, 0)],
    )
    made = harvest(answered(*X, imperfect=(FIVE_POINTS, OTHER)), ask)
    assert [group.id for group in made.groups] == ["a#h1", "a#h2"]
    assert [group.x2.constraints[1].text for group in made.groups] == [SEA, NO_SEA]
    assert all(group.x1.constraints[0].text == SIX for group in made.groups)


def test_a_rejected_record_makes_a_group_of_two_imperfect_answers() -> None:
    ask = Scripted(
        harvest=[revisions(c1=FIVE), revisions(c2=NO_SEA, c3=LONG)],
        judge=[FULL, FULL, cell(0, 0, 0), cell(0, 0, 0)],
    )
    made = harvest(rejected_record(FIVE_POINTS, OTHER), ask)
    (group,) = made.groups
    assert (made.source, group.source) == ("s", "s")
    assert (group.y1, group.y2, group.certificate) == ("Five points.", "Six, dry and long.", "full")
    assert [c.text for c in group.x1.constraints] == [FIVE, SEA, BRIEF]
    assert [c.text for c in group.x2.constraints] == [SIX, NO_SEA, LONG]
    assert [r.before.text for r in group.changes.revised] == [FIVE, SEA, BRIEF]


def test_what_respond_keeps_of_a_rejected_record_is_what_harvest_reads(taxonomy: Taxonomy) -> None:
    checked = Checked(id="a", lang="en", instruction=instruction(*X), completeness="", redundancy="")
    ask = Scripted(respond=["One.", "Two."], judge=[verdicts(0, 10, 10), verdicts(10, 0, 10)])
    made = walk(Respond(config(respond={"samples": 2}), taxonomy), checked, ask)
    assert isinstance(made, Rejection)
    assert isinstance(made.kept, Harvest.reads)
    assert Harvest.takes_rejected
    assert Harvest.follows == "respond"


OFF = FailedResponse(response="The moon.", judgement=judgement(0, 10, 10, task=0))
DISPUTED = FailedResponse(response="Hm.", judgement=judgement(0, 10, 10, disputed="c1"))
UNSCORED = FailedResponse(response="Hm.", judgement=judgement(0, None, 10))
FAULT = FailedResponse(response="", fault="empty_response")
NOTHING = FailedResponse(response="Fine?", judgement=judgement(10, 10, 10, task=4))


@pytest.mark.parametrize("useless", [OFF, DISPUTED, UNSCORED, FAULT, NOTHING])
def test_an_answer_of_no_use_is_not_paid_for(useless: FailedResponse) -> None:
    assert rejected(harvest(answered(*X, imperfect=(useless,)), Scripted())) == "nothing_to_harvest"


def test_the_same_answer_twice_is_one() -> None:
    twice = FIVE_POINTS.model_copy(update={"response": " Five points.\n"})
    assert rejected(harvest(rejected_record(FIVE_POINTS, twice), Scripted())) == "nothing_to_harvest"


def test_one_imperfect_answer_alone_is_not_paid_for_nor_none() -> None:
    assert rejected(harvest(rejected_record(FIVE_POINTS), Scripted())) == "nothing_to_harvest"
    assert rejected(harvest(answered(*X), Scripted())) == "nothing_to_harvest"


@pytest.mark.parametrize(
    ("failed", "reply"),
    [
        (OTHER, revisions(c2=NO_SEA)),
        (FIVE_POINTS, revisions(c1=FIVE, c2=NO_SEA)),
        (FIVE_POINTS, revisions(c2=NO_SEA)),
        (FIVE_POINTS, revisions(c9=FIVE)),
        (FIVE_POINTS, revisions()),
        (FIVE_POINTS, revisions(c1="- give exactly 6 bullet points")),
        (FIVE_POINTS, revisions(c1="and five bullet points.")),
        (FIVE_POINTS, revisions(c1="Numbering and List: five points.")),
        (OTHER, revisions(c2="Write 60 to 90 words in all.", c3="Never mention the sea.")),
    ],
    ids=[
        "one forgotten",
        "one too many",
        "another",
        "unknown",
        "none",
        "the same",
        "a fragment",
        "a label",
        "swapped",
    ],
)
def test_all_that_failed_and_nothing_else_is_rewritten(failed: FailedResponse, reply: Any) -> None:
    ask = Scripted(harvest=reply)
    assert rejected(harvest(answered(*X, imperfect=(failed,)), ask)) == "not_rewritten"


def test_a_cut_off_rewriting_costs_its_answer_and_not_the_record() -> None:
    cut = Unanswered("failed", "truncated_output", "cut off")
    ask = Scripted(harvest=[cut, revisions(c2=NO_SEA, c3=LONG)], judge=[FULL, cell(0, 0), cell(0, 0)])
    made = harvest(answered(*X, imperfect=(FIVE_POINTS, OTHER)), ask)
    assert [group.y2 for group in made.groups] == ["Six, dry and long."]


def test_the_answer_is_judged_anew_on_everything_with_full_votes() -> None:
    """The vote that stopped respond is not reused, and a constraint that it never got to may fail."""
    votes = {"votes": 2, "code_checks": False}
    ask = Scripted(harvest=revisions(c1=FIVE), judge=[FULL, verdicts(10, 3, 10)])
    made = harvest(answered(*X, imperfect=(FIVE_POINTS,)), ask, judge=votes)
    assert (rejected(made), made.detail) == ("not_perfect", "short of full marks: c2")
    ask = Scripted(harvest=revisions(c1=FIVE), judge=[FULL, FULL, cell(0), cell(0), cell(0), cell(0)])
    (group,) = harvest(answered(*X, imperfect=(FIVE_POINTS,)), ask, judge=votes).groups
    assert (group.cells.x2y2.votes, group.cells.x2y2.settled) == (2, True)


def test_the_verdict_that_an_answer_was_picked_for_is_not_its_proof() -> None:
    """Those perfect answers come here that a judge was wrong about: the fail has to be found again."""
    settled = FIVE_POINTS.model_copy(update={"judgement": judgement(0, 10, 10)})
    ask = Scripted(harvest=revisions(c1=FIVE), judge=[FULL, cell(10), cell(0)])
    (group,) = harvest(answered(*X, imperfect=(settled,)), ask).groups
    assert group.certificate == "one_sided"


def test_a_small_slip_is_of_use_too() -> None:
    slip = FailedResponse(response="Five points, one of them double.", judgement=judgement(9, 10, 10))
    ask = Scripted(harvest=revisions(c1=FIVE), judge=[FULL, cell(0), cell(0)])
    assert len(harvest(answered(*X, imperfect=(slip,)), ask).groups) == 1


def test_the_answer_that_fails_least_and_plainest_comes_first() -> None:
    slip = FailedResponse(response="Almost six.", judgement=judgement(9, 10, 10))
    ask = Scripted(harvest=revisions(c1=FIVE), judge=[FULL, cell(0), cell(0)])
    made = harvest(answered(*X, imperfect=(OTHER, slip, FIVE_POINTS)), ask, harvest={"most": 1})
    assert [group.y2 for group in made.groups] == ["Five points."]


def test_no_further_answer_is_paid_for_where_no_group_can_come_of_it() -> None:
    ask = Scripted(harvest=revisions())
    assert rejected(harvest(rejected_record(FIVE_POINTS, OTHER), ask)) == "not_rewritten"


def test_a_rewriting_that_both_answers_follow_proves_nothing() -> None:
    ask = Scripted(harvest=revisions(c1="Give at least 5 bullet points."), judge=[FULL, cell(10), cell(10)])
    assert rejected(harvest(answered(*X, imperfect=(FIVE_POINTS,)), ask)) == "no_contrast"


def test_a_single_rewritten_instruction_needs_a_partner() -> None:
    ask = Scripted(harvest=[revisions(c1=FIVE), revisions(c2=NO_SEA)], judge=[FULL])
    assert rejected(harvest(rejected_record(FIVE_POINTS, OTHER), ask)) == "no_partner"


def test_no_more_answers_are_made_use_of_than_the_config_says() -> None:
    ask = Scripted(harvest=revisions(c1=FIVE), judge=[FULL, cell(0), cell(3)])
    made = harvest(answered(*X, imperfect=(FIVE_POINTS, OTHER)), ask, harvest={"most": 1})
    assert len(made.groups) == 1


def test_it_is_no_stage_where_it_is_off() -> None:
    assert not Harvest(config(harvest={"enabled": False}), load_taxonomy()).enabled
    assert Harvest(config(), load_taxonomy()).enabled


def test_a_rewriting_that_overlaps_is_told_of_once_and_then_rejected() -> None:
    """What keeps "at most 50" keeps "at most 90" too."""
    long = FailedResponse(response="sea " * 80, judgement=judgement(10, 10, 0, settled=False))
    ask = Scripted(harvest=[revisions(c3="Use at most 90 words."), revisions(c3="Use at most 100 words.")])
    made = harvest(answered(*X, imperfect=(long,)), ask, judge={"code_checks": True})
    assert rejected(made) == "overlapping_revision"
    first, second = ask.to("harvest")
    assert (first.values["overlapping"], second.values["overlapping"]) == (
        None,
        '{"id": "c3", "text": "Use at most 90 words."}',
    )


def test_an_answer_that_code_turned_down_is_made_use_of() -> None:
    """Nothing but the constraints that it breaks is known; under the new ones it is judged in full."""
    checked = Checked(id="a", lang="en", instruction=instruction(*X), completeness="", redundancy="")
    short, long = "- sea\n" * 6, "- sea and " + "sea " * 70 + "\n" + "- sea\n" * 5
    settings: dict[str, Any] = {"judge": {"code_checks": True}, "respond": {"samples": 2}}
    answers = Scripted(respond=[long, short], judge=FULL)
    record = walk(Respond(config(**settings), load_taxonomy()), checked, answers)
    (failed,) = record.imperfect
    assert failed.judgement.imperfect == ("c3",)
    ask = Scripted(harvest=revisions(c3=LONG), judge=[FULL, cell(0), cell(0)])
    made = harvest(record, ask, **settings)
    assert [group.certificate for group in made.groups] == ["full"]
    assert (ask.to("harvest")[0].values["failed"] or "").startswith('{"id": "c3", "found": "words: ')
