from __future__ import annotations

from typing import Any

import pytest

from trace_builder.evalset.second_check import Inspection, proposal
from trace_builder.records import Constraint, Instruction
from trace_builder.rehearsal.tasks.inspection import inspect_instruction
from trace_builder.rehearsal.tasks.request import Request
from trace_builder.stages.base import Unfit
from trace_builder.stages.common.prompt_values import instruction_values

INSTRUCTION = Instruction(
    description="Describe the harbour in at most 80 words.",
    constraints=(
        Constraint(id="c1", text="Use at most 80 words.", dimension="numerical"),
        Constraint(id="c2", text='Include the word "lantern".', dimension="inclusion"),
    ),
)


def inspected(**changes: Any) -> Inspection:
    plain: dict[str, Any] = {
        "reasoning": "", "empty_description": False, "redundancy": False, "input_mismatch": False,
        "description": None, "constraints": [], "input": None,
    }  # fmt: skip
    return Inspection.model_validate({**plain, **changes})


def test_no_fault_no_proposal() -> None:
    assert (
        proposal(INSTRUCTION, inspected(description="else", constraints=[{"id": "c1", "text": "x"}])) is None
    )


def test_a_proposal_keeps_ids_and_dimensions() -> None:
    kept = [{"id": "c2", "text": 'Include the word "lantern".'}]
    found = proposal(
        INSTRUCTION, inspected(redundancy=True, description="Describe it.", constraints=kept, input="NULL")
    )
    assert found is not None
    assert found.constraints == INSTRUCTION.constraints[1:]
    assert found.input is None


def test_a_correction_that_changes_nothing_is_none() -> None:
    same = [{"id": c.id, "text": c.text} for c in INSTRUCTION.constraints]
    reply = inspected(redundancy=True, description=INSTRUCTION.description, constraints=same)
    assert proposal(INSTRUCTION, reply) is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"description": " "}, "description is empty"),
        ({"constraints": []}, "without constraints"),
        ({"constraints": [{"id": "c3", "text": "x"}]}, "'c3', which the instruction does not have"),
        ({"constraints": [{"id": "c1", "text": "x"}, {"id": "c1", "text": "x"}]}, "twice"),
        ({"constraints": [{"id": "c1", "text": ""}]}, "empty correction of c1"),
    ],
)
def test_a_correction_that_does_not_fit_is_asked_again(changes: dict[str, Any], message: str) -> None:
    reply = {"redundancy": True, "description": "d", "constraints": [{"id": "c1", "text": "x"}], **changes}
    with pytest.raises(Unfit, match=message):
        proposal(INSTRUCTION, inspected(**reply))


@pytest.mark.parametrize(
    ("instruction", "faults"),
    [
        (INSTRUCTION.model_copy(update={"description": "Describe the harbour."}), ()),
        (INSTRUCTION.model_copy(update={"description": ""}), ("empty_description",)),
        (
            INSTRUCTION.model_copy(update={"description": "Summarise the following article."}),
            ("input_mismatch",),
        ),
        (INSTRUCTION.model_copy(update={"constraints": INSTRUCTION.constraints[:1] * 2}), ("redundancy",)),
    ],
)
def test_the_embedded_model_answers_usably(instruction: Instruction, faults: tuple[str, ...]) -> None:
    rows = tuple(c.model_copy(update={"id": f"c{n}"}) for n, c in enumerate(instruction.constraints, start=1))
    instruction = instruction.model_copy(update={"constraints": rows})
    reply = inspect_instruction(Request("inspection", instruction_values(instruction), ""))
    found = Inspection.model_validate(reply)
    assert found.faults == faults
    assert (proposal(instruction, found) is not None) == bool(faults)
