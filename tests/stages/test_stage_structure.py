"""structure: pieces are copies, and what was not there is not invented."""

from __future__ import annotations

import pytest
from stage_scripts import Scripted, config, expanded, rejected, walk

from trace_builder.records import Structured
from trace_builder.stages.common.answer_schemas import LabelledConstraint, Structuring
from trace_builder.stages.structure import Structure
from trace_builder.taxonomy import Taxonomy

TABLE = "Rely on this table:\n| Place | Open |\n|---|---|\n| Mine | 9:00 |\n| Zoo | 8:00 |"
STEPS = "Work in these steps:\n* read\n  - twice\n* write"


def reply(
    *constraints: str,
    description: str | None = "Write a poem.",
    given: str | None = None,
    verdict: str = "ok",
    label: str = "inclusion",
) -> Structuring:
    rows = [LabelledConstraint(text=text, dimension=label) for text in constraints]
    return Structuring.model_validate(
        {
            "reasoning": "because",
            "verdict": verdict,
            "description": description,
            "constraints": rows,
            "input": given,
        }
    )


def made_of(taxonomy: Taxonomy, text: str, given: Structuring, seed_input: str | None = None) -> object:
    return walk(Structure(config(), taxonomy), expanded(text, seed_input), Scripted(structure=given))


def constraints(made: object) -> list[str]:
    assert isinstance(made, Structured), made
    return [c.text for c in made.instruction.constraints]


def test_a_constraint_may_hold_lines_tables_and_lists(taxonomy: Taxonomy) -> None:
    text = f"Write a poem.\n1. {TABLE}\n2. {STEPS}\n3. Mention the sea."
    made = made_of(taxonomy, text, reply(f"1. {TABLE}", f"2. {STEPS}", "3. Mention the sea."))
    assert constraints(made) == [TABLE, STEPS, "Mention the sea."]


def test_ids_run_through_and_labels_are_the_taxonomys(taxonomy: Taxonomy) -> None:
    text = "Write a poem. Mention the sea. Avoid the word blue."
    made = made_of(taxonomy, text, reply("Mention the sea.", "Avoid the word blue.", label="包含约束"))
    assert isinstance(made, Structured)
    assert [(c.id, c.dimension) for c in made.instruction.constraints] == [
        ("c1", "inclusion"),
        ("c2", "inclusion"),
    ]


@pytest.mark.parametrize("label", ["输入格式约束", "·", "", "Humour"])
def test_a_label_outside_the_taxonomy_is_none(taxonomy: Taxonomy, label: str) -> None:
    made = made_of(taxonomy, "Write a poem. Mention the sea.", reply("Mention the sea.", label=label))
    assert isinstance(made, Structured)
    assert made.instruction.constraints[0].dimension is None


@pytest.mark.parametrize("mark", ["- ", "* ", "• ", "1. ", "12) ", "（3）", "(4) ", "5、"])
def test_list_marks_are_taken_off(taxonomy: Taxonomy, mark: str) -> None:
    text = f"Write a poem.\n{mark}Mention the sea."
    assert constraints(made_of(taxonomy, text, reply(f"{mark}Mention the sea."))) == ["Mention the sea."]


def test_rows_that_say_nothing_are_left_out(taxonomy: Taxonomy) -> None:
    text = "Write a poem. Mention the sea."
    made = made_of(taxonomy, text, reply("", " - ", "NULL", "Mention the sea.", "***"))
    assert isinstance(made, Structured)
    assert [(c.id, c.text) for c in made.instruction.constraints] == [("c1", "Mention the sea.")]


@pytest.mark.parametrize(
    "found", [None, "", "  ", "NULL", "null", "无", "无输入", "N/A", "<noinput>", "None"]
)
def test_a_placeholder_is_no_input(taxonomy: Taxonomy, found: str | None) -> None:
    made = made_of(taxonomy, "Write a poem. Mention the sea.", reply("Mention the sea.", given=found))
    assert isinstance(made, Structured)
    assert made.instruction.input is None
    assert "# Inputs" not in made.instruction.render()


def test_an_input_inside_the_text_is_taken_out(taxonomy: Taxonomy) -> None:
    text = "Write a poem. Mention the sea. Start from these words: waves, gulls and salt."
    made = made_of(taxonomy, text, reply("Mention the sea.", given="waves, gulls and salt"))
    assert isinstance(made, Structured)
    assert made.instruction.input == "waves, gulls and salt"


def test_the_seeds_own_input_stays_as_it_is(taxonomy: Taxonomy) -> None:
    given = "  waves,\n\tgulls "
    text = "Write a poem. Mention the sea."
    made = made_of(taxonomy, text, reply("Mention the sea.", given="made up by the model"), given)
    assert isinstance(made, Structured)
    assert made.instruction.input == given


@pytest.mark.parametrize(
    "given",
    [
        reply("Mention a purple elephant in the third line."),
        reply("Mention the sea.", description="Compose a symphony for three pianos."),
        reply("Mention the sea.", given="a text that nobody has ever given"),
        reply("Mention the sea in at most 60 words, and be sure that each of the lines rhymes well."),
    ],
    ids=["constraint", "description", "input", "a changed figure"],
)
def test_what_does_not_stand_in_the_text_is_invented(taxonomy: Taxonomy, given: Structuring) -> None:
    text = (
        "Write a poem. Mention the sea in at most 50 words, and be sure that each of the lines rhymes well."
    )
    assert rejected(made_of(taxonomy, text, given)) == "invented_text"


def test_layout_and_width_are_no_invention(taxonomy: Taxonomy) -> None:
    text = "写一首诗。\n（1）不超过５０字。\n（2）提到大海。"
    made = made_of(taxonomy, text, reply("不超过50字", "提到大海", description="写一首诗"))
    assert constraints(made) == ["不超过50字", "提到大海"]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (reply(verdict="contradictory"), "contradictory"),
        (reply("Mention the sea.", verdict="poor"), "poor_instruction"),
        (reply("Mention the sea.", description=None), "poor_instruction"),
        (reply("Mention the sea.", description="NULL"), "poor_instruction"),
        (reply("Mention the sea.", description=" . "), "poor_instruction"),
        (reply(), "no_constraints"),
        (reply("Theme Constraint: mention the sea."), "name_leaked"),
        (reply("Mention the sea.", description="Write a poem. Mention the sea."), "repeated_text"),
        (reply("Mention the sea.", "- Mention the sea"), "repeated_text"),
        (reply("Mention the sea.", given="Mention the sea. Be brief"), "repeated_text"),
        (reply("Mention the sea. Be brief.", given="Mention the sea"), "repeated_text"),
    ],
)
def test_every_fault_has_its_reason(taxonomy: Taxonomy, given: Structuring, reason: str) -> None:
    text = "Write a poem. Mention the sea. Be brief. Theme Constraint: mention the sea."
    assert rejected(made_of(taxonomy, text, given)) == reason


def test_a_verdict_against_the_instruction_keeps_the_models_reason(taxonomy: Taxonomy) -> None:
    made = made_of(taxonomy, "Be brief. Be long.", reply(verdict="contradictory"))
    assert made.detail == "because"  # type: ignore[attr-defined]


def test_a_short_word_may_stand_in_two_fields(taxonomy: Taxonomy) -> None:
    text = "Write a poem in English. In English."
    made = made_of(taxonomy, text, reply("In English.", description="Write a poem in English."))
    assert constraints(made) == ["In English."]
