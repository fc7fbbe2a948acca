"""Judging: the strictest vote counts, and what is not plainly a verdict is no pass."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from stage_scripts import ATTEMPTS, Scripted, cell, config, instruction, verdicts

from trace_builder.checks import VERSION
from trace_builder.config import JudgeConfig
from trace_builder.records import Constraint, Instruction, Judgement
from trace_builder.stages.base import Unanswered
from trace_builder.stages.common.answer_schemas import verdicts_of
from trace_builder.stages.judging.judging import Claim, judge, judge_call, judge_votes, strictest

X = instruction("Mention the sea.", "Use at most 5 words.")


def judged(
    ask: Scripted, response: str = "The sea.", claim: Claim = "follows", **judge_config: Any
) -> Judgement:
    settings = config(judge={"code_checks": False, **judge_config}).judge
    made = asyncio.run(judge(ask, X, response, settings, claim))
    assert ask.left == {}
    return made


def scores(made: Judgement) -> tuple[int | None, ...]:
    return tuple(score.score for score in made.scores)


def test_each_name_has_its_verdict_and_the_task_stands_apart() -> None:
    ask = Scripted(judge=verdicts(10, 3, task=7))
    made = judged(ask)
    assert [(s.constraint, s.score, s.reasoning) for s in made.scores] == [
        ("c1", 10, "about c1"),
        ("c2", 3, "about c2"),
    ]
    assert made.task is not None
    assert (made.task.constraint, made.task.score, made.task.reasoning) == ("task", 7, "about task")
    assert (made.overall, made.failed) == (6.5, ("c2",)), "the task is left out of means and of what failed"
    assert made.imperfect == ("task", "c2")
    assert ask.asked[0].values["wanted"] == "task, c1, c2"


def test_every_name_is_a_required_key_reasoning_first_and_few_schemas_do_for_all() -> None:
    want = verdicts_of(2, task=True)
    assert want is verdicts_of(2, task=True), "servers compile each"
    schema = want.model_json_schema()
    assert schema["required"] == list(schema["properties"]) == ["task", "c1", "c2"]
    assert list(schema["$defs"]["Verdict"]["properties"]) == ["reasoning", "score"]
    with pytest.raises(ValueError, match="c2"):
        want.model_validate({"task": {"reasoning": "", "score": 1}, "c1": {"reasoning": "", "score": 1}})


def test_constraints_are_numbered_anew_for_the_judge_and_keep_their_ids() -> None:
    x = Instruction(
        description="d",
        constraints=(Constraint(id="c1", text="One."), Constraint(id="c7", text="Two.")),
    )
    ask = Scripted(judge=verdicts(10, 4))
    made = asyncio.run(judge(ask, x, "R.", config().judge, "follows"))
    assert [(s.constraint, s.score) for s in made.scores] == [("c1", 10), ("c7", 4)]
    assert (ask.asked[0].values["constraints"] or "").splitlines()[1] == '{"id": "c2", "text": "Two."}'


def test_a_perfect_response_does_its_task_too() -> None:
    assert judged(Scripted(judge=verdicts(10, 10))).perfect
    spoiled = judged(Scripted(judge=verdicts(10, 10, task=0)))
    assert not spoiled.perfect
    assert (spoiled.failed, spoiled.overall) == ((), 10)


def test_an_answer_off_the_topic_is_no_claim_about_constraints() -> None:
    """Voting for a fail goes on only for a constraint that is short."""
    made = judged(Scripted(judge=verdicts(10, 10, task=0)), claim="fails", votes=3)
    assert (made.failed, made.votes, made.settled) == ((), 1, False)


def test_only_what_is_asked_for_is_judged_and_then_no_task() -> None:
    ask = Scripted(judge=cell(4))
    made = asyncio.run(judge(ask, X, "The sea.", config().judge, "fails", {"c2"}))
    assert [(s.constraint, s.score) for s in made.scores] == [("c2", 4)]
    assert made.task is None
    assert ask.asked[0].values["wanted"] == "c1"
    assert "Mention the sea." not in (ask.asked[0].values["constraints"] or "")


@pytest.mark.parametrize(
    "bad",
    [
        verdicts(10, "7 or 8"),
        verdicts(10, 11),
        verdicts(10, None),
        verdicts(10, True),
        verdicts(10, 10, task=None),
    ],
    ids=["unreadable", "too high", "null", "a boolean", "the task"],
)
def test_what_is_unscored_is_asked_again(bad: Any) -> None:
    assert scores(judged(Scripted(judge=[bad, verdicts(10, 10)]))) == (10, 10)


def test_unscored_to_the_end_is_failed_and_neither_pass_nor_verdict() -> None:
    ask = Scripted(judge=[verdicts(10, None)] * ATTEMPTS)
    with pytest.raises(Unanswered) as caught:
        judged(ask)
    assert caught.value.status == "failed"


@pytest.mark.parametrize(
    ("written", "score"), [("10/10", 10), ("[[ 7 ]]", 7), ("Score: 9", 9), ("１０分", 10)]
)
def test_scores_are_read_as_models_write_them(written: str, score: int) -> None:
    assert scores(judged(Scripted(judge=verdicts(10, written)))) == (10, score)


def test_one_vote_is_asked_at_the_judges_own_temperature_and_several_at_another() -> None:
    one = JudgeConfig(votes=1, vote_temperature=0.9)
    assert judge_call(one) == one.call
    three = JudgeConfig(votes=3, vote_temperature=0.9)
    assert judge_call(three).temperature == 0.9
    ask = Scripted(judge=[verdicts(10, 10)] * 3)
    judged(ask, votes=3, vote_temperature=0.9)
    assert [(q.sample, q.call.temperature) for q in ask.asked] == [(0, 0.9), (1, 0.9), (2, 0.9)]


def test_of_several_votes_the_lowest_score_of_each_constraint_counts() -> None:
    votes = [verdicts(10, 10), verdicts(10, 10), verdicts(6, 10)]
    made = judged(Scripted(judge=votes), votes=3)
    assert scores(made) == (6, 10)
    assert made.votes == 3


def test_voting_stops_once_the_response_cannot_pass_any_more() -> None:
    ask = Scripted(judge=[verdicts(10, 10), verdicts(9, 10)])
    made = judged(ask, votes=5)
    assert (scores(made), made.votes) == ((9, 10), 2)
    assert ask.counts == {"judge": 2}


def test_a_claimed_fail_needs_every_vote() -> None:
    made = judged(Scripted(judge=[verdicts(0, 10), verdicts(4, 10)]), claim="fails", votes=2)
    assert (scores(made), made.failed, made.votes) == ((4, 10), ("c1",), 2)


def test_voting_stops_once_no_fail_can_be_claimed_any_more() -> None:
    made = judged(Scripted(judge=[verdicts(0, 10), verdicts(10, 3)]), claim="fails", votes=5)
    assert (scores(made), made.failed, made.votes) == ((10, 10), (), 2)


LONG = "The sea is wide and deep and blue."  # breaks c2
SHORT = "The sea."  # keeps c2


@pytest.mark.parametrize(("response", "score"), [(LONG, 10), (SHORT, 2)])
def test_judge_and_code_that_disagree_make_a_dispute_that_proves_nothing(response: str, score: int) -> None:
    made = judged(Scripted(judge=verdicts(10, score)), response, claim="fails", code_checks=True)
    assert (made.disputed, made.failed, made.perfect) == (("c2",), (), False)
    assert made.scores[1].score == score, "the judge's number is kept"
    assert "about c2" in made.scores[1].reasoning
    assert made.scores[1].found == ("broken" if response == LONG else "holds")
    assert made.unscored == (), "it is not asked again"


def test_a_check_that_holds_is_not_enough_for_a_perfect_response() -> None:
    made = judged(Scripted(judge=verdicts(10, 2)), SHORT, code_checks=True)
    assert (made.disputed, made.perfect) == (("c2",), False)
    assert judged(Scripted(judge=verdicts(10, 10)), SHORT, code_checks=True).perfect


@pytest.mark.parametrize(("response", "score"), [(LONG, 2), (SHORT, 10)])
def test_judge_and_code_that_agree_are_undisputed(response: str, score: int) -> None:
    made = judged(Scripted(judge=verdicts(0, score)), response, claim="fails", code_checks=True)
    assert made.disputed == ()
    assert made.failed == (("c1", "c2") if response == LONG else ("c1",))
    found = made.scores[1]
    assert found.found == ("broken" if response == LONG else "holds")
    assert (found.by, found.kinds, found.version) == ("judge", ("words",), VERSION)


def test_what_breaks_a_whole_check_is_turned_down_without_a_judge() -> None:
    made = judged(Scripted(), LONG, code_checks=True)
    assert (made.votes, made.settled, made.task) == (0, False, None)
    assert (made.imperfect, made.failed, made.perfect) == (("c2",), (), False)
    (score,) = made.scores
    assert (score.score, score.by, score.found, score.kinds, score.version) == (
        0, "code", "broken", ("words",), VERSION,
    )  # fmt: skip
    assert score.reasoning == "words: 8 words, wanted: at most 5"


def test_a_part_that_is_broken_disputes_and_does_not_do_without_the_judge() -> None:
    (whole,) = (c for c in X.constraints if c.id == "c2")
    assert whole.check is not None
    part = whole.model_copy(update={"check": whole.check.model_copy(update={"whole": False})})
    x = X.model_copy(update={"constraints": (X.constraints[0], part)})
    settings = config(judge={"code_checks": True}).judge
    ask = Scripted(judge=[verdicts(10, 10), verdicts(10, 2)])
    made = [asyncio.run(judge(ask, x, LONG, settings)) for _ in range(2)]
    assert [one.scores[1].found for one in made] == ["broken", "broken"]
    assert [one.disputed for one in made] == [("c2",), ()]
    assert asyncio.run(judge(Scripted(judge=verdicts(10, 2)), x, SHORT, settings)).scores[1].found is None


def test_what_the_model_has_bound_is_measured_like_what_the_grammar_reads() -> None:
    """The binding is read, not the words."""
    bound = X.constraints[1].check
    assert bound is not None
    loose = Constraint(id="c1", text="Be brief, will you.", check=bound.model_copy(update={"by": "model"}))
    x = Instruction(description="Write a poem.", constraints=(loose,))
    made = asyncio.run(judge(Scripted(), x, LONG, config(judge={"code_checks": True}).judge))
    assert made.imperfect == ("c1",)


def test_without_code_checks_there_are_no_disputes_by_code() -> None:
    made = judged(Scripted(judge=verdicts(10, 10)), LONG)
    assert made.perfect
    assert made.scores[1].found is None


def test_votes_that_disagree_make_a_dispute() -> None:
    ask = Scripted(judge=[verdicts(10, 3), verdicts(4, 3)])
    made = judged(ask, SHORT, claim="fails", votes=2)
    assert (made.disputed, made.failed) == (("c1",), ("c2",))


def test_a_fail_that_stopped_the_voting_proves_nothing() -> None:
    made = judged(Scripted(judge=verdicts(10, 3)), SHORT, votes=3)
    assert (made.votes, made.settled, made.failed, made.imperfect) == (1, False, (), ("c2",))
    alone = judged(Scripted(judge=verdicts(10, 3)), SHORT, votes=1)
    assert alone.failed == ("c2",)


def test_all_votes_can_be_had_without_stopping() -> None:
    ask = Scripted(judge=[verdicts(0, 0), verdicts(10, 10), verdicts(5, 10)])
    votes = asyncio.run(judge_votes(ask, X, "The sea.", config(judge={"votes": 3}).judge))
    assert [scores(vote)[0] for vote in votes] == [0, 10, 5]
    assert scores(strictest(votes)) == (0, 0)


def test_one_unscored_vote_leaves_a_constraint_unscored() -> None:
    whole, torn = (Judgement.model_validate({"scores": rows}) for rows in (
        [{"constraint": "c1", "score": 10}],
        [{"constraint": "c1", "score": None}],
    ))  # fmt: skip
    combined = strictest((whole, torn))
    assert combined.unscored == ("c1",)
    assert not combined.perfect
    assert combined.overall is None


def test_the_judge_is_given_facts_instead_of_being_asked_to_count() -> None:
    ask = Scripted(judge=verdicts(10, 10))
    judged(ask, "# The **sea**\n\n- wide\n- blue\n  - deep\n\n```\ncode here\n```\nIt is well-known. Truly!")
    facts = (ask.asked[0].values["facts"] or "").splitlines()
    assert facts == [
        "words without markup: 9-10",
        "characters without white space: 39",
        "words of these in headings: 2",
        "sentences: 2-6",
        "paragraphs: 2-3",
        "lines that are not empty: 5",
        "list items by level: 1: 2, 2: 1",
        "headings by level: 1: 1",
        "code blocks: -",
        "main language: English",
        "first line: The sea",
        "last line: It is well-known. Truly!",
    ]
