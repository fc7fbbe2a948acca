"""quality: each verdict of the two judgements is a reason of its own."""

from __future__ import annotations

from typing import get_args

import pytest
from stage_scripts import Scripted, config, instruction, rejected, same_origin, walk

from trace_builder.records import Checked, Structured
from trace_builder.stages.common.answer_schemas import Completeness, Redundancy
from trace_builder.stages.quality import Quality
from trace_builder.taxonomy import load_taxonomy

RECORD = Structured(
    id="a", lang="en", source="s", instruction=instruction("Mention the sea.\nTwice.", given=None)
)
WHOLE = Completeness(reasoning="stands alone", verdict="complete")
CLEAN = Redundancy(reasoning="says each thing once", verdict="none")
FAULTS = {
    "complete": [v for v in get_args(Completeness.model_fields["verdict"].annotation) if v != "complete"],
    "redundant": [v for v in get_args(Redundancy.model_fields["verdict"].annotation) if v != "none"],
}


def test_what_passes_both_goes_on_with_the_reasons() -> None:
    ask = Scripted(complete=WHOLE, redundant=CLEAN)
    made = walk(Quality(config(), load_taxonomy()), RECORD, ask)
    assert isinstance(made, Checked)
    assert same_origin(made, RECORD)
    assert made.instruction == RECORD.instruction
    assert (made.completeness, made.redundancy) == ("stands alone", "says each thing once")
    assert ask.asked[0].values == ask.asked[1].values


def test_a_constraint_with_a_newline_stays_one_line_of_the_prompt() -> None:
    ask = Scripted(complete=WHOLE, redundant=CLEAN)
    walk(Quality(config(), load_taxonomy()), RECORD, ask)
    assert ask.asked[0].values["constraints"] == '{"id": "c1", "text": "Mention the sea.\\nTwice."}'
    assert ask.asked[0].values["input"] is None


@pytest.mark.parametrize("verdict", FAULTS["complete"])
def test_incompleteness_ends_it_before_the_second_question(verdict: str) -> None:
    ask = Scripted(complete=Completeness.model_validate({"reasoning": "why", "verdict": verdict}))
    made = walk(Quality(config(), load_taxonomy()), RECORD, ask)
    assert rejected(made) == verdict
    assert made.detail == "why"
    assert ask.counts == {"complete": 1}


@pytest.mark.parametrize("verdict", FAULTS["redundant"])
def test_redundancy_is_told_by_its_kind(verdict: str) -> None:
    redundant = Redundancy.model_validate({"reasoning": "why", "verdict": verdict})
    assert (
        rejected(
            walk(Quality(config(), load_taxonomy()), RECORD, Scripted(complete=WHOLE, redundant=redundant))
        )
        == verdict
    )


def test_every_verdict_is_on_the_list_of_reasons() -> None:
    assert {*FAULTS["complete"], *FAULTS["redundant"]} == set(Quality.reasons)
    assert len(FAULTS["complete"]) == len(FAULTS["redundant"]) == 3
