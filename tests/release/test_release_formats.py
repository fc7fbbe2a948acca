from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from run_folders import group_of, instruction_of, judged

from trace_builder.records import Answered, Constraint, FailedResponse, Instruction, Judgement, Score
from trace_builder.release import formats_dpo, formats_iopo, formats_sft
from trace_builder.release.formats_eval import evaluation
from trace_builder.release.layout import FORMATS
from trace_builder.release.material import Material, Pair, input_pairs, output_pairs
from trace_builder.taxonomy import load_taxonomy

TEXT = st.text(min_size=1).filter(str.strip)


def answered(instruction: Instruction, response: str = "y1") -> Answered:
    return Answered(
        id="s",
        lang="zh",
        source="own",
        instruction=instruction,
        response=response,
        judgement=judged(instruction),
    )


def full(lang: str = "zh", number: int = 3) -> Material:
    record = answered(instruction_of(number, lang))
    group = group_of(record, "full")
    return Material("s", record, group=group, input_pairs=input_pairs(group))


def shape(value: Any) -> Any:
    """Keys and types, down to the leaves."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    return [shape(inner) for inner in value] if isinstance(value, list) else type(value)


@given(
    description=TEXT,
    constraints=st.lists(TEXT, min_size=1, max_size=3),
    input_=st.none() | TEXT,
)
def test_alpaca_rows_join_to_the_prompt_of_every_other_format(
    description: str, constraints: list[str], input_: str | None
) -> None:
    parts = tuple(Constraint(id=f"c{n}", text=text) for n, text in enumerate(constraints))
    instruction = Instruction(description=description, constraints=parts, input=input_)
    [row] = formats_sft.alpaca(Material("s", answered(instruction)))
    joined = "\n".join([row["instruction"], row["input"]] if row["input"] else [row["instruction"]])
    assert joined == instruction.render()
    [chat] = formats_sft.messages(Material("s", answered(instruction)))
    [turns] = formats_sft.sharegpt(Material("s", answered(instruction)))
    assert chat["messages"][0]["content"] == turns["conversations"][0]["value"] == joined


def test_the_input_of_an_alpaca_row_is_the_input_alone() -> None:
    instruction = instruction_of(3, "zh")
    [row] = formats_sft.alpaca(Material("s", answered(instruction)))
    assert row["input"] == f"{instruction.input}\n"
    assert row["instruction"].endswith("\n# Inputs:")


def test_the_authors_record_comes_out_byte_for_byte(shared: Path) -> None:
    path = shared / "data" / "trace_eval" / "iopo_example.json"
    text = path.read_bytes().decode("utf-8")
    [record] = json.loads(text)
    written = formats_iopo.TRACE_OPEN + formats_iopo.trace_text(record) + formats_iopo.TRACE_CLOSE
    assert written == text


def test_our_record_has_the_authors_keys_types_and_turns(shared: Path) -> None:
    path = shared / "data" / "trace_eval" / "iopo_example.json"
    [theirs] = json.loads(path.read_text(encoding="utf-8"))
    [ours] = formats_iopo.trace(full())
    assert shape(ours) == shape(theirs)
    assert list(ours) == list(theirs)
    speakers = [[turn["from"] for turn in row["conversations"]] for row in (ours, theirs)]
    assert speakers[0] == speakers[1] == ["human", "human"]
    assert [ours[key]["from"] for key in ("chosen", "rejected")] == ["gpt", "gpt"]
    assert all(turn["value"].endswith("\n") for turn in ours["conversations"])


@given(st.lists(st.tuples(st.text(), st.text(), st.text(), st.text()), min_size=1, max_size=3))
def test_a_file_in_the_authors_layout_is_json_whatever_the_text(
    rows: list[tuple[str, str, str, str]],
) -> None:
    records = [
        {
            "conversations": [formats_sft.human(x1), formats_sft.human(x2)],
            "chosen": formats_sft.gpt(y1),
            "rejected": formats_sft.gpt(y2),
        }
        for x1, x2, y1, y2 in rows
    ]
    text = formats_iopo.TRACE_BETWEEN.join(map(formats_iopo.trace_text, records))
    assert json.loads(formats_iopo.TRACE_OPEN + text + formats_iopo.TRACE_CLOSE) == records


def test_a_full_group_gives_two_pairs_and_two_input_pairs_the_right_way_round() -> None:
    item = full()
    assert item.group is not None
    x1, x2 = item.group.x1.render(), item.group.x2.render()
    y1, y2 = item.group.y1, item.group.y2
    sides = [(row["prompt"][0]["content"], row["chosen"][0]["content"], row["rejected"][0]["content"])
             for row in formats_iopo.trl(item)]  # fmt: skip
    assert sides == [(x1, y1, y2), (x2, y2, y1)]
    names = ("completion", "chosen_prompt", "rejected_prompt")
    rows = [[row[name][0]["content"] for name in names] for row in formats_iopo.input_preference(item)]
    assert rows == [[y1, x1, x2], [y2, x2, x1]]


def test_a_group_row_loses_nothing() -> None:
    item = full()
    assert item.group is not None
    [row] = formats_iopo.groups(item)
    record = item.group.model_dump(mode="json")
    for name in ("operation", "changes", "terms", "certificate", "y1", "y2", "lang", "source", "id"):
        assert row[name] == record[name]
    assert (row["x1_parts"], row["x2_parts"]) == (record["x1"], record["x2"])
    for name, cell in record["cells"].items():
        assert row["cells"][name] == cell


def test_one_sided_groups_prove_two_claims_about_each_side() -> None:
    group = group_of(answered(instruction_of(3, "en")), "one_sided_x2y1")
    assert [pair.id for pair in output_pairs(group)] == ["s#iopo.y2_over_y1_at_x2"]
    assert [pair.id for pair in input_pairs(group)] == ["s#iopo.x1_over_x2_for_y1"]


def test_kto_rows_name_each_response_once() -> None:
    instruction = instruction_of(2, "en")
    record = answered(instruction, "good")
    bad = FailedResponse(response="bad", judgement=judged(instruction, "c1"))
    pair = Pair("s#dpo", instruction.render(), "good", "bad", "sampled")
    rows = list(formats_dpo.kto(Material("s", record, pairs=(pair,), imperfect=(bad,))))
    assert [(row["completion"][0]["content"], row["label"]) for row in rows] == [
        ("good", True),
        ("bad", False),
    ]
    twins = list(formats_dpo.kto_sharegpt(Material("s", record, pairs=(pair,), imperfect=(bad,))))
    assert [(row["conversations"][1]["value"], row["kto_tag"]) for row in twins] == [
        ("good", True),
        ("bad", False),
    ]


@pytest.mark.parametrize("format_", FORMATS, ids=lambda f: f.name)
def test_rows_have_the_declared_columns(format_: Any) -> None:
    item = full("en")
    pair = Pair("s#dpo", "p", "c", "r", "prompted")
    for row in format_.rows(Material(item.id, item.answered, group=item.group, pairs=(pair,))):
        assert list(row) == list(format_.fields)


def test_evaluation_rows_are_like_the_released_ones(shared: Path) -> None:
    path = shared / "data" / "trace_eval" / "2024_trace_evaluation.jsonl"
    with path.open(encoding="utf-8") as file:
        theirs = [json.loads(line) for line in file]
    taxonomy = load_taxonomy()
    for number, lang in ((3, "zh"), (4, "en")):
        ours = evaluation("e", instruction_of(number, lang), taxonomy)
        assert list(ours) == list(theirs[0])
        assert shape({**ours, "constraints_splits": [], "levels2": []}) == shape(
            {**theirs[0], "constraints_splits": [], "levels2": []}
        )
        assert len(ours["constraints_splits"]) == len(ours["levels2"]) == ours["constraints_num"]
        assert "\n".join(ours["constraints_splits"]) == ours["constraints"]
        assert ours["messages"][1]["content"] == rendered(ours)
    assert set(evaluation("e", instruction_of(3, "zh"), taxonomy)["levels2"]) <= {
        n for r in theirs for n in r["levels2"]
    }
    assert all(row["messages"][1]["content"] == rendered(row) for row in theirs)


def rendered(row: dict[str, Any]) -> str:
    """The user turn as the released set builds it."""
    tail = "" if row["input"] == "NULL" else f"# Inputs:\n{row['input']}\n"
    return f"{row['description']}\n{row['constraints']}\n{tail}"


def test_a_label_outside_the_taxonomy_is_a_dot() -> None:
    one = Constraint(id="c1", text="x", dimension=None)
    other = Constraint(id="c2", text="y", dimension="not_there")
    row = evaluation("e", Instruction(description="d", constraints=(one, other)), load_taxonomy())
    assert row["levels2"] == ["·", "·"]
    assert row["input"] == "NULL"


def test_scores_that_are_missing_stay_missing() -> None:
    judgement = Judgement(scores=(Score(constraint="c1", score=None),))
    item = full()
    assert item.group is not None
    cells = item.group.cells.model_copy(update={"x1y2": judgement, "x2y1": None})
    row = formats_iopo.group_row(item.group.model_copy(update={"cells": cells}))
    assert row["cells"]["x1y2"]["scores"][0]["score"] is None
    assert row["cells"]["x2y1"] is None
