"""structure: pieces are copies, and what was not there is not invented."""

from __future__ import annotations

import pytest
from stage_scripts import Scripted, config, expanded, instruction, rejected, walk

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
    ],
    ids=["constraint", "description", "input"],
)
def test_what_does_not_stand_in_the_text_is_invented(taxonomy: Taxonomy, given: Structuring) -> None:
    text = (
        "Write a poem. Mention the sea in at most 50 words, and be sure that each of the lines rhymes well."
    )
    assert rejected(made_of(taxonomy, text, given)) == "invented_text"


def test_a_changed_figure_is_put_right_and_one_torn_out_of_another_is_invented(taxonomy: Taxonomy) -> None:
    text = "Write a poem. Mention the sea in at most 150 words, and see that each of the lines rhymes well."
    changed = "Mention the sea in at most 60 words, and see that each of the lines rhymes well."
    assert constraints(made_of(taxonomy, text, reply(changed))) == [text.removeprefix("Write a poem. ")]
    assert rejected(
        made_of(taxonomy, text, reply("50 words, and see that each of the lines rhymes well"))
    ) == ("invented_text")


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
    ],
)
def test_the_models_own_verdict_has_its_reason(taxonomy: Taxonomy, given: Structuring, reason: str) -> None:
    assert rejected(made_of(taxonomy, "Write a poem. Mention the sea.", given)) == reason


@pytest.mark.parametrize(
    ("text", "given", "reason"),
    [
        ("Write a poem.", reply(), "no_constraints"),
        (
            "Write a poem. Theme Constraint: mention the sea.",
            reply("Theme Constraint: mention the sea."),
            "name_leaked",
        ),
        (
            "Write a poem. Mention the sea.",
            reply("Mention the sea.", description="Write a poem. Mention the sea."),
            "repeated_text",
        ),
        (
            "Write a poem. Mention the sea.",
            reply("Mention the sea.", "- Mention the sea"),
            "repeated_text",
        ),
        (
            "Write a poem. Mention the sea. Be brief.",
            reply("Mention the sea.", given="Mention the sea. Be brief"),
            "repeated_text",
        ),
        (
            "Write a poem. Mention the sea. Be brief.",
            reply("Mention the sea. Be brief.", given="Mention the sea"),
            "repeated_text",
        ),
    ],
)
def test_every_fault_has_its_reason(taxonomy: Taxonomy, text: str, given: Structuring, reason: str) -> None:
    assert rejected(made_of(taxonomy, text, given)) == reason


def test_a_verdict_against_the_instruction_keeps_the_models_reason(taxonomy: Taxonomy) -> None:
    made = made_of(taxonomy, "Be brief. Be long.", reply(verdict="contradictory"))
    assert made.detail == "because"  # type: ignore[attr-defined]


def test_a_short_word_may_stand_in_two_fields(taxonomy: Taxonomy) -> None:
    text = "Write a poem in English. In English."
    made = made_of(taxonomy, text, reply("In English.", description="Write a poem in English."))
    assert constraints(made) == ["In English."]


WHOLE = "Write a poem. Mention the sea. End with a line of three words. Be brief."


def test_a_lost_sentence_is_asked_for_once_more_and_warmer(taxonomy: Taxonomy) -> None:
    less, whole = (
        reply("Mention the sea.", "Be brief."),
        reply("Mention the sea.", "End with a line of three words.", "Be brief."),
    )
    ask = Scripted(structure=[less, whole])
    made = walk(Structure(config(), taxonomy), expanded(WHOLE), ask)
    assert len(constraints(made)) == 3
    assert [question.sample for question in ask.asked] == [0, 1]
    cold, warm = (question.call.temperature for question in ask.asked)
    assert cold < warm, "at 0 it would be answered like the first"


def test_a_sentence_lost_twice_is_lost_text(taxonomy: Taxonomy) -> None:
    less = reply("Mention the sea.", "Be brief.")
    made = walk(Structure(config(), taxonomy), expanded(WHOLE), Scripted(structure=[less, less]))
    assert rejected(made) == "lost_text"
    assert made.detail.endswith("End with a line of three words.")


@pytest.mark.parametrize(
    ("text", "copied", "kept"),
    [
        (
            "Write a poem. Use the word tide in both the title and the end.",
            "Use the word tide in the title and the end.",
            "Use the word tide in both the title and the end.",
        ),
        ("写一首诗。语言风格要活泼生动。", "语言要活泼生动。", "语言风格要活泼生动。"),
    ],
)
def test_a_near_copy_is_snapped_to_the_text_and_not_rejected(
    taxonomy: Taxonomy, text: str, copied: str, kept: str
) -> None:
    description = text.split("Use")[0].split("语")[0]
    assert constraints(made_of(taxonomy, text, reply(copied, description=description))) == [kept]


def test_a_fragment_is_no_constraint(taxonomy: Taxonomy) -> None:
    text = 'Write a poem that ends with the word "shore". Be brief.'
    made = made_of(taxonomy, text, reply('that ends with the word "shore".', "Be brief."))
    assert rejected(made) == "fragment"


class TestParts:
    """What expand wrote in parts is verified without asking."""

    def of(self, taxonomy: Taxonomy, *texts: str, description: str = "Name a river.") -> object:
        parts = instruction(*texts).model_copy(update={"description": description})
        record = expanded("").model_copy(update={"text": None, "parts": parts})
        return walk(Structure(config(), taxonomy), record, Scripted())

    def test_good_ones_pass_as_they_are(self, taxonomy: Taxonomy) -> None:
        assert constraints(self.of(taxonomy, "Use one word.", "Be kind.")) == ["Use one word.", "Be kind."]

    @pytest.mark.parametrize(
        ("texts", "reason"),
        [
            ((), "no_constraints"),
            (("Use one word.", "which is short."), "fragment"),
            (("Use one word.", "Use one word"), "repeated_text"),
            (("Name a river.",), "repeated_text"),
            (("Output Format: one word.",), "name_leaked"),
        ],
    )
    def test_faults_are_seen_by_code(self, taxonomy: Taxonomy, texts: tuple[str, ...], reason: str) -> None:
        assert rejected(self.of(taxonomy, *texts)) == reason


def test_constraints_that_exclude_each_other_are_found_by_code(taxonomy: Taxonomy) -> None:
    """Whether the model has written parts or taken a text apart; nobody is asked about them."""
    texts = ("Use at most 50 words.", "Mention the sea.", "Use at least 200 words.")
    record = expanded("-").model_copy(update={"text": None, "parts": instruction(*texts)})
    made = walk(Structure(config(judge={"code_checks": True}), taxonomy), record, Scripted())
    assert rejected(made) == "contradictory"
    assert "c1 and c3" in made.detail
    assert constraints(walk(Structure(config(), taxonomy), record, Scripted())) == list(texts)
