"""respond: only a response with full marks goes on, and none that was paid for is thrown away."""

from __future__ import annotations

from typing import Any

import pytest
from stage_scripts import Scripted, config, instruction, rejected, same_origin, verdicts, walk

from trace_builder.records import Answered, Attempted, Checked
from trace_builder.stages.base import Answer
from trace_builder.stages.respond import Respond
from trace_builder.taxonomy import load_taxonomy

X = instruction("Mention the sea.", "Be brief.", given="waves")
RECORD = Checked(id="a", lang="en", source="s", instruction=X, completeness="", redundancy="")
CUT = Answer("The sea, the", truncated=True)
REFUSED = "I'm sorry, but I can't help with that."


def respond(ask: Scripted, **sections: Any) -> Any:
    return walk(Respond(config(**sections), load_taxonomy()), RECORD, ask)


def test_a_perfect_response_is_kept_with_its_judgement() -> None:
    made = respond(Scripted(respond="The sea.", judge=verdicts(10, 10)))
    assert isinstance(made, Answered)
    assert same_origin(made, RECORD)
    assert (made.instruction, made.response, made.imperfect) == (X, "The sea.", ())
    assert [(s.constraint, s.score, s.by) for s in made.judgement.scores] == [
        ("c1", 10, "judge"),
        ("c2", 10, "judge"),
    ]


def test_the_model_reads_the_instruction_as_in_the_released_set() -> None:
    ask = Scripted(respond="The sea.", judge=verdicts(10, 10))
    respond(ask)
    assert ask.to("respond")[0].values == {
        "instruction": "Write a poem.\nMention the sea.\nBe brief.\n# Inputs:\nwaves\n"
    }
    assert ask.to("judge")[0].values["response"] == "The sea."


def test_imperfect_responses_are_kept_until_one_is_perfect() -> None:
    ask = Scripted(
        respond=["Dull.", "The sea.", "never asked for"][:2], judge=[verdicts(4, 10), verdicts(10, 10)]
    )
    made = respond(ask, respond={"samples": 3})
    assert isinstance(made, Answered)
    assert made.response == "The sea."
    assert [(a.response, a.judgement.failed if a.judgement else None) for a in made.imperfect] == [
        ("Dull.", ("c1",))
    ]
    assert [question.sample for question in ask.to("respond")] == [0, 1]


@pytest.mark.parametrize("score", [0, 9])
def test_less_than_ten_anywhere_is_imperfect(score: int) -> None:
    made = respond(Scripted(respond="The sea.", judge=verdicts(10, score)))
    assert rejected(made) == "imperfect_response"
    assert "c2" in made.detail


def test_a_rejection_keeps_what_was_judged() -> None:
    ask = Scripted(respond=["One.", "Two."], judge=[verdicts(0, 0), verdicts(10, 8)])
    made = respond(ask, respond={"samples": 2})
    assert rejected(made) == "imperfect_response"
    assert "c2" in made.detail
    assert "c1" not in made.detail, "it tells of the best one"
    assert isinstance(made.kept, Attempted)
    assert (made.kept.instruction, made.kept.response, made.kept.source) == (X, None, "s")
    kept = made.kept.imperfect
    assert [a.response for a in kept] == ["One.", "Two."]
    assert all(a.judgement is not None for a in kept)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (CUT, "truncated_response"),
        ("", "empty_response"),
        (" \n\t ", "empty_response"),
        (REFUSED, "refused_response"),
        ("抱歉，我无法协助完成这个请求。", "refused_response"),
    ],
)
def test_what_is_no_response_is_never_judged(reply: Any, reason: str) -> None:
    made = respond(Scripted(respond=reply))
    assert rejected(made) == reason
    assert made.kept is None, "there is nothing to harvest"


def test_a_fault_costs_a_sample_and_the_next_is_tried() -> None:
    ask = Scripted(respond=[CUT, REFUSED, "The sea."], judge=verdicts(10, 10))
    made = respond(ask, respond={"samples": 3})
    assert isinstance(made, Answered)
    assert [a.fault for a in made.imperfect] == ["truncated_response", "refused_response"]


def test_judged_and_imperfect_is_told_before_a_later_fault() -> None:
    ask = Scripted(respond=["The sea.", ""], judge=verdicts(10, 3))
    assert rejected(respond(ask, respond={"samples": 2})) == "imperfect_response"


def test_a_cut_off_answer_never_passes_however_good_it_looks() -> None:
    made = respond(Scripted(respond=Answer("The sea. It is brief.", truncated=True)))
    assert rejected(made) == "truncated_response"


def test_a_response_off_the_task_does_not_pass_and_names_no_constraint() -> None:
    made = respond(Scripted(respond="The moon.", judge=verdicts(10, 10, task=0)))
    assert rejected(made) == "imperfect_response"
    assert made.detail.endswith("short of full marks in task")
    assert made.kept.imperfect[0].judgement.failed == ()
