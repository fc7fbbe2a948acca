"""dpo: the worse response is proven worse, differs, and is not asked for where one was already paid for."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from stage_scripts import Scripted, answered, config, judgement, rejected, same_origin, verdicts, walk

from trace_builder.records import FailedResponse, Preference
from trace_builder.stages.base import Answer
from trace_builder.stages.dpo import Dpo
from trace_builder.stages.judging.judging import judge
from trace_builder.taxonomy import load_taxonomy

SEA, BRIEF = "Mention the sea.", "Be brief."


def attempt(response: str, *scores: int | None) -> FailedResponse:
    return FailedResponse(response=response, judgement=judgement(*scores))


def prefer(ask: Scripted, *imperfect: FailedResponse, **dpo: Any) -> Any:
    return walk(Dpo(config(dpo=dpo), load_taxonomy()), answered(SEA, BRIEF, imperfect=imperfect), ask)


def test_the_worst_sampled_response_is_taken_and_nothing_is_asked() -> None:
    better, worst, late = attempt("Fair.", 10, 8), attempt("Bad.", 0, 5), attempt("Bad too.", 5, 0)
    made = prefer(Scripted(), better, worst, late)
    assert isinstance(made, Preference)
    assert same_origin(made, answered(SEA))
    assert (made.origin, made.chosen, made.rejected) == ("sampled", "The good poem.", "Bad.")
    assert made.failed == ("c1", "c2")
    assert made.rejected_judgement == worst.judgement
    assert made.chosen_judgement.perfect


@pytest.mark.parametrize(
    "useless",
    [
        FailedResponse(response="", fault="empty_response"),
        FailedResponse(response="The sea, the", fault="truncated_response"),
        attempt(" The good poem.\n", 0, 0),
        attempt("Unjudged in part.", 0, None),
    ],
    ids=["empty", "truncated", "equal", "unscored"],
)
def test_an_unfit_sampled_response_is_passed_over(useless: FailedResponse) -> None:
    ask = Scripted(worse="A bad poem.", judge=verdicts(2, 10))
    made = prefer(ask, useless)
    assert (made.origin, made.rejected, made.failed) == ("prompted", "A bad poem.", ("c1",))


def unsettled(response: str, *scores: int) -> FailedResponse:
    """As respond leaves it with three votes: it stopped at the first fail."""
    return FailedResponse(response=response, judgement=judgement(*scores, settled=False))


def three_votes(ask: Scripted, *imperfect: FailedResponse) -> Any:
    stage = Dpo(config(judge={"votes": 3, "code_checks": False}), load_taxonomy())
    return walk(stage, answered(SEA, BRIEF, imperfect=imperfect), ask)


def test_one_vote_is_no_proof_so_a_sampled_response_is_judged_to_its_full_votes() -> None:
    ask = Scripted(judge=[verdicts(2, 10), verdicts(3, 10), verdicts(1, 10)])
    made = three_votes(ask, unsettled("Bad.", 2, 10))
    assert (made.origin, made.rejected, made.failed) == ("sampled", "Bad.", ("c1",))
    assert (made.rejected_judgement.votes, made.rejected_judgement.settled) == (3, True)
    assert [question.values["response"] for question in ask.asked] == ["Bad."] * 3


def test_a_sampled_response_that_a_further_vote_clears_is_not_taken() -> None:
    judging = [verdicts(2, 10), verdicts(10, 10), *[verdicts(10, 0)] * 3]
    made = three_votes(Scripted(judge=judging, worse="Worse."), unsettled("Bad?", 2, 10))
    assert (made.origin, made.rejected) == ("prompted", "Worse.")


def test_a_response_that_fails_the_task_alone_makes_no_pair() -> None:
    off = FailedResponse(response="The moon.", judgement=judgement(10, 10, task=0))
    made = prefer(Scripted(worse="A bad poem.", judge=verdicts(2, 10)), off)
    assert made.origin == "prompted"
    ask = Scripted(worse="Off too.", judge=verdicts(10, 10, task=0))
    assert rejected(prefer(ask, samples=1)) == "no_worse_response"


def test_asking_sees_the_instruction_and_the_good_response() -> None:
    ask = Scripted(worse="A bad poem.", judge=verdicts(2, 10))
    prefer(ask)
    values = ask.to("worse")[0].values
    assert values["instruction"] == "Write a poem."
    assert values["response"] == "The good poem."
    assert "Mention the sea." in (values["constraints"] or "")
    assert ask.to("judge")[0].values["response"] == "A bad poem."


def test_the_paper_always_asks() -> None:
    ask = Scripted(worse="A bad poem.", judge=verdicts(2, 10))
    assert prefer(ask, attempt("Bad.", 0, 5), sampled=False).origin == "prompted"


def test_a_response_that_fails_nothing_is_not_worse() -> None:
    ask = Scripted(worse=["Fine.", "Fine too."], judge=[verdicts(10, 10)] * 2)
    assert rejected(prefer(ask, samples=2)) == "no_worse_response"
    assert [question.sample for question in ask.to("worse")] == [0, 1]


def test_the_next_one_may_be_worse() -> None:
    ask = Scripted(worse=["Fine.", "Bad."], judge=[verdicts(10, 10), verdicts(10, 0)])
    made = prefer(ask, samples=2)
    assert (made.rejected, made.failed) == ("Bad.", ("c2",))


@pytest.mark.parametrize(
    "reply",
    [
        "The good poem.",
        "\nThe good poem. ",
        "",
        Answer("A bad", truncated=True),
        "I cannot assist with this.",
    ],
    ids=["equal", "equal but for space", "empty", "truncated", "refused"],
)
def test_chosen_and_rejected_are_never_equal_and_a_fault_is_no_response(reply: Any) -> None:
    assert rejected(prefer(Scripted(worse=reply), samples=1)) == "same_response"


def test_with_several_votes_all_have_to_find_the_fail() -> None:
    ask = Scripted(worse="Bad?", judge=[verdicts(0, 10), verdicts(10, 10)])
    stage = Dpo(config(dpo={"samples": 1}, judge={"votes": 3, "code_checks": False}), load_taxonomy())
    assert rejected(walk(stage, answered(SEA, BRIEF), ask)) == "no_worse_response"


def test_a_response_that_code_turned_down_is_judged_before_it_proves_anything() -> None:
    """Code alone rejects; a pair takes the judge's word as well."""
    record, response = answered(SEA, "Use at most 5 words."), "The sea is wide and deep and blue."
    settings = config(judge={"code_checks": True})
    alone = asyncio.run(judge(Scripted(), record.instruction, response, settings.judge))
    assert (alone.votes, alone.imperfect) == (0, ("c2",))
    record = record.model_copy(update={"imperfect": (FailedResponse(response=response, judgement=alone),)})
    made = walk(Dpo(settings, load_taxonomy()), record, Scripted(judge=verdicts(10, 3)))
    assert (made.origin, made.failed) == ("sampled", ("c2",))
    doubted = Scripted(judge=[verdicts(10, 10), verdicts(2, 10)], worse="No brine.")
    assert walk(Dpo(settings, load_taxonomy()), record, doubted).origin == "prompted"
