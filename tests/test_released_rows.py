"""Rows of the released evaluation set: read as they are, and written as they were."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from evaluation_set import row, rows_of

from trace_builder.errors import InputError
from trace_builder.records import Constraint, Instruction, Item
from trace_builder.released_rows import EvalItem, eval_item, read_released_row, released_row
from trace_builder.taxonomy import load_taxonomy

TAXONOMY = load_taxonomy()


def read(given: dict[str, Any]) -> EvalItem:
    return read_released_row("set.jsonl:2", given, TAXONOMY, lambda lang: "You are a helpful assistant.")


def test_reads_what_the_row_says() -> None:
    third = read(row(3))
    assert (third.id, third.lang, third.labels[0]) == ("3", "en", "数值约束")
    assert third.constraints[0].dimension == "numerical"
    assert third.instruction.input == "Notes:\n- item 3"
    assert third.prompt == row(3)["messages"][1]["content"]
    assert read(row(1)).instruction.input is None


def test_a_row_without_messages_is_rendered_and_integer_ids_are_texts() -> None:
    plain = row(6)
    prompt = plain.pop("messages")[1]["content"]
    found = read({**plain, "id": 6})
    assert (found.prompt, found.id) == (prompt, "6")


def test_what_can_be_told_from_the_rest_may_be_left_out() -> None:
    found = read({"id": "a", "description": "写诗。", "constraints_splits": ["短。"], "source": "mine"})
    assert (found.lang, found.labels, found.source) == ("zh", ("",), "mine")
    assert released_row(found)["levels2"] == ["·"]


def test_written_again_it_is_the_same_row() -> None:
    assert [released_row(read(row(n))) for n in range(24)] == [row(n) for n in range(24)]


def test_a_runs_record_is_labelled_with_chinese_names() -> None:
    instruction = Instruction(
        description="Sing.",
        constraints=(
            Constraint(id="c1", text="Twice.", dimension="numerical"),
            Constraint(id="c2", text="Softly."),
        ),
    )
    found = released_row(eval_item(Item(id="a", lang="en", source="s"), instruction, TAXONOMY))
    assert (found["levels2"], found["input"], found["constraints_num"]) == (["数值约束", "·"], "NULL", 2)
    assert read(found).instruction == instruction


def changed(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in {**row(1), **values}.items() if value != "gone"}


SYSTEM_TURN = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "x\n"}]


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (changed(difficulty=3), "unknown column 'difficulty'"),
        (changed(constraints_splits="gone"), "the column 'constraints_splits' is missing"),
        (
            changed(constraints_splits=[], constraints_num=0, constraints="", levels2=[]),
            "nothing to judge",
        ),
        (changed(constraints_splits=["a", " "], constraints="gone"), "empty constraint"),
        (changed(constraints_splits="a"), "'constraints_splits': input should be a valid list"),
        (changed(constraints_num=5), "'constraints_num' is 5"),
        (changed(constraints="other"), "not the lines"),
        (changed(levels2=["x"]), "1 labels for 2"),
        (changed(description="gone"), "the column 'description' is missing"),
        (changed(input=3), "'input': input should be a valid string"),
        (changed(id=True), "'id': input should be a valid string"),
        (changed(id="gone"), "the column 'id' is missing"),
        (changed(id=""), "'id': string should have at least 1 character"),
        (changed(lang="fr"), "'lang': input should be 'en' or 'zh'"),
        (changed(messages=[]), "exactly one user turn"),
        (changed(messages="hello"), "'messages': input should be a valid list"),
        (
            changed(messages=[{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]),
            "'messages.1.role': input should be 'system' or 'user'",
        ),
        (changed(messages=SYSTEM_TURN), "its system turn is 'Be brief.'"),
    ],
)
def test_bad_rows_are_named_with_file_and_line(bad: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=r"^set\.jsonl:2: ") as caught:
        read(bad)
    assert message in str(caught.value)


def test_the_released_set_reads_as_it_is(shared: Path) -> None:
    rows = rows_of(shared / "data" / "trace_eval" / "2024_trace_evaluation.jsonl")
    items = [read(given) for given in rows]
    assert len(items) == 1042
    assert sum(len(item.constraints) for item in items) == 5087
    assert [item.prompt for item in items] == [r["messages"][1]["content"] for r in rows]
    assert [item.instruction.render() for item in items] == [item.prompt for item in items]
    assert sum(item.lang == "en" for item in items) == 4
    assert [c.dimension for item in items for c in item.constraints].count(None) == 2
    assert [released_row(item) for item in items] == rows
