"""quality: each verdict is a reason of its own, of one question or of the paper's two."""

from __future__ import annotations

from typing import get_args

import pytest
from stage_scripts import Scripted, config, instruction, rejected, same_origin, walk

from trace_builder.records import Checked, Structured
from trace_builder.stages.common.answer_schemas import Completeness, Feasibility, QualityVerdicts, Redundancy
from trace_builder.stages.quality import Quality
from trace_builder.taxonomy import load_taxonomy

RECORD = Structured(
    id="a", lang="en", source="s", instruction=instruction("Mention the sea.\nTwice.", given=None)
)
WHOLE = Completeness(reasoning="stands alone", verdict="complete")
CLEAN = Redundancy(reasoning="says each thing once", verdict="none")
TWO = Quality(config(quality={"questions": "two"}), load_taxonomy())
ONE = Quality(config(), load_taxonomy())
FAULTS = {
    "complete": [v for v in get_args(Completeness.model_fields["verdict"].annotation) if v != "complete"],
    "redundant": [v for v in get_args(Redundancy.model_fields["verdict"].annotation) if v != "none"],
}


def test_what_passes_both_goes_on_with_the_reasons() -> None:
    ask = Scripted(complete=WHOLE, redundant=CLEAN)
    made = walk(TWO, RECORD, ask)
    assert isinstance(made, Checked)
    assert same_origin(made, RECORD)
    assert made.instruction == RECORD.instruction
    assert (made.completeness, made.redundancy) == ("stands alone", "says each thing once")
    assert ask.asked[0].values == ask.asked[1].values


def test_a_constraint_with_a_newline_stays_one_line_of_the_prompt() -> None:
    ask = Scripted(complete=WHOLE, redundant=CLEAN)
    walk(TWO, RECORD, ask)
    assert ask.asked[0].values["constraints"] == '{"id": "c1", "text": "Mention the sea.\\nTwice."}'
    assert ask.asked[0].values["input"] is None


@pytest.mark.parametrize("verdict", FAULTS["complete"])
def test_incompleteness_ends_it_before_the_second_question(verdict: str) -> None:
    ask = Scripted(complete=Completeness.model_validate({"reasoning": "why", "verdict": verdict}))
    made = walk(TWO, RECORD, ask)
    assert rejected(made) == verdict
    assert made.detail == "why"
    assert ask.counts == {"complete": 1}


@pytest.mark.parametrize("verdict", FAULTS["redundant"])
def test_redundancy_is_told_by_its_kind(verdict: str) -> None:
    redundant = Redundancy.model_validate({"reasoning": "why", "verdict": verdict})
    assert rejected(walk(TWO, RECORD, Scripted(complete=WHOLE, redundant=redundant))) == verdict


def verdict(**verdicts: str) -> QualityVerdicts:
    given = {"complete": "complete", "redundant": "none", "feasible": "feasible", **verdicts}
    return QualityVerdicts.model_validate(
        {name: {"reasoning": f"about {name}", "verdict": value} for name, value in given.items()}
    )


def test_one_question_gives_all_three_verdicts_in_their_order() -> None:
    ask = Scripted(quality=verdict())
    made = walk(ONE, RECORD, ask)
    assert isinstance(made, Checked)
    told = (made.completeness, made.redundancy, made.feasibility)
    assert told == ("about complete", "about redundant", "about feasible")
    assert ask.counts == {"quality": 1}
    assert list(QualityVerdicts.model_json_schema()["properties"]) == ["complete", "redundant", "feasible"]


@pytest.mark.parametrize(
    ("part", "value"),
    [
        *(("complete", fault) for fault in FAULTS["complete"]),
        *(("redundant", fault) for fault in FAULTS["redundant"]),
        ("feasible", "contradictory"),
        ("feasible", "infeasible"),
    ],
)
def test_one_question_turns_down_for_each_fault_with_its_own_reason(part: str, value: str) -> None:
    made = walk(ONE, RECORD, Scripted(quality=verdict(**{part: value})))
    assert (rejected(made), made.detail) == (value, f"about {part}")


def test_of_several_faults_the_first_in_the_order_of_reasoning_is_told() -> None:
    both = verdict(redundant="redundant_input", feasible="infeasible")
    assert rejected(walk(ONE, RECORD, Scripted(quality=both))) == "redundant_input"


def test_every_verdict_is_on_the_list_of_reasons() -> None:
    infeasible = {*get_args(Feasibility.model_fields["verdict"].annotation)} - {"feasible"}
    assert {*FAULTS["complete"], *FAULTS["redundant"], *infeasible} == set(Quality.reasons)
    assert len(FAULTS["complete"]) == len(FAULTS["redundant"]) == 3
