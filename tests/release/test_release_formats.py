from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted_runs import scripted_run

from trace_builder.records import (
    Answered,
    Checked,
    Constraint,
    FailedResponse,
    Instruction,
    IopoGroup,
    Judgement,
    Preference,
    Score,
)
from trace_builder.release.examples import (
    Example,
    Pair,
    SeedRecords,
    input_pairs,
    output_pairs,
    training_example,
)
from trace_builder.release.formats.columns import columns_of, fits
from trace_builder.release.formats.dpo_formats import DpoKto, DpoKtoSharegpt
from trace_builder.release.formats.evaluation_format import Evaluation
from trace_builder.release.formats.iopo_formats import IopoGroups, IopoInputPreference, IopoTrace, IopoTrl
from trace_builder.release.formats.release_format import ReleaseFormat, all_formats
from trace_builder.release.formats.sft_formats import SftAlpaca, SftMessages, SftSharegpt
from trace_builder.release.formats.turns import gpt, human
from trace_builder.storage.run_folder import RunFolder
from trace_builder.taxonomy import load_taxonomy

TEXT = st.text(min_size=1).filter(str.strip)
TAXONOMY = load_taxonomy()


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> list[Example]:
    """The answered seeds of a run."""
    found = []
    with RunFolder.open(scripted_run(tmp_path_factory.mktemp("formats") / "run", 12)) as run:
        for answered in run.records("respond", Answered):

            def record(stage: str, kind: Any, id_: str = answered.id) -> Any:
                return run.record(stage, id_, kind) if run.status(stage, id_) == "accepted" else None

            group = record("iopo", IopoGroup)
            records = SeedRecords(
                record("quality", Checked), answered, record("dpo", Preference), group, None, {}
            )
            found.append(training_example(records, TAXONOMY, without=(), uncertified=False))
    return found


@pytest.fixture(scope="module")
def full(examples: list[Example]) -> Example:
    """One with a whole group, in Chinese."""
    return next(one for one in examples if one.groups and one.lang == "zh")


def example_of(instruction: Instruction, response: str = "y1") -> Example:
    fields: dict[str, Any] = {"id": "s", "lang": "zh", "source": "own", "instruction": instruction}
    judgement = Judgement(scores=tuple(Score(constraint=c.id, score=10) for c in instruction.constraints))
    return Example(
        Checked(**fields, completeness="", redundancy=""),
        TAXONOMY,
        answered=Answered(**fields, response=response, judgement=judgement),
    )


def instruction_of(*texts: str, given: str | None = None) -> Instruction:
    parts = tuple(Constraint(id=f"c{n}", text=text) for n, text in enumerate(texts, 1))
    return Instruction(description="写一首诗。", constraints=parts, input=given)


def only(format_: ReleaseFormat, example: Example) -> Any:
    [row] = format_.rows(example)
    return row


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
    example = example_of(Instruction(description=description, constraints=parts, input=input_))
    row = only(SftAlpaca(), example)
    joined = "\n".join([row["instruction"], row["input"]] if row["input"] else [row["instruction"]])
    assert joined == example.instruction.render()
    assert only(SftMessages(), example)["messages"][0]["content"] == joined
    assert only(SftSharegpt(), example)["conversations"][0]["value"] == joined


def test_the_input_of_an_alpaca_row_is_the_input_alone() -> None:
    row = only(SftAlpaca(), example_of(instruction_of("押韵。", given="备注")))
    assert row["input"] == "备注\n"
    assert row["instruction"].endswith("\n# Inputs:")


def test_the_authors_record_comes_out_byte_for_byte(shared: Path) -> None:
    path = shared / "data" / "trace_eval" / "iopo_example.json"
    text = path.read_bytes().decode("utf-8")
    [record] = json.loads(text)
    assert IopoTrace.opening + IopoTrace().encode(record) + IopoTrace.closing == text


def test_our_record_has_the_authors_keys_types_and_turns(shared: Path, full: Example) -> None:
    path = shared / "data" / "trace_eval" / "iopo_example.json"
    [theirs] = json.loads(path.read_text(encoding="utf-8"))
    ours = only(IopoTrace(), full)
    assert shape(ours) == shape(theirs)
    assert list(ours) == list(theirs)
    assert IopoTrace().fits(theirs)
    assert IopoTrace().fits(ours)
    assert not IopoTrace().fits({**ours, "rejected": human("no")})
    speakers = [[turn["from"] for turn in row["conversations"]] for row in (ours, theirs)]
    assert speakers[0] == speakers[1] == ["human", "human"]
    assert [ours[key]["from"] for key in ("chosen", "rejected")] == ["gpt", "gpt"]
    assert all(turn["value"].endswith("\n") for turn in ours["conversations"])


@given(st.lists(st.tuples(st.text(), st.text(), st.text(), st.text()), min_size=1, max_size=3))
def test_a_file_in_the_authors_layout_is_json_whatever_the_text(
    rows: list[tuple[str, str, str, str]],
) -> None:
    records = [
        {"conversations": [human(x1), human(x2)], "chosen": gpt(y1), "rejected": gpt(y2)}
        for x1, x2, y1, y2 in rows
    ]
    text = IopoTrace.between.join(map(IopoTrace().encode, records))
    assert json.loads(IopoTrace.opening + text + IopoTrace.closing) == records


def test_a_full_group_gives_two_pairs_and_two_input_pairs_the_right_way_round(full: Example) -> None:
    x1, x2 = full.groups[0].x1.render(), full.groups[0].x2.render()
    y1, y2 = full.groups[0].y1, full.groups[0].y2
    sides = [
        tuple(row[name][0]["content"] for name in ("prompt", "chosen", "rejected"))
        for row in IopoTrl().rows(full)
    ]
    assert sides == [(x1, y1, y2), (x2, y2, y1)]
    names = ("completion", "chosen_prompt", "rejected_prompt")
    rows = [[row[name][0]["content"] for name in names] for row in IopoInputPreference().rows(full)]
    assert rows == [[y1, x1, x2], [y2, x2, x1]]


def test_a_group_row_loses_nothing(full: Example) -> None:
    row = only(IopoGroups(), full)
    record = full.groups[0].model_dump(mode="json")
    for name in ("operation", "changes", "cells", "terms", "certificate", "y1", "y2", "lang", "source", "id"):
        assert row[name] == record[name]
    assert (row["x1_parts"], row["x2_parts"]) == (record["x1"], record["x2"])
    assert set(record) <= set(row)


def test_scores_that_are_missing_stay_missing(full: Example) -> None:
    judgement = Judgement(scores=(Score(constraint="c1", score=None),))
    cells = full.groups[0].cells.model_copy(update={"x1y2": judgement, "x2y1": None})
    group = full.groups[0].model_copy(update={"cells": cells})
    row = only(IopoGroups(), Example(full.checked, TAXONOMY, groups=(group,)))
    assert row["cells"]["x1y2"]["scores"][0]["score"] is None
    assert row["cells"]["x2y1"] is None


def test_one_sided_groups_prove_two_claims(examples: list[Example]) -> None:
    one_sided = [one for one in examples if not one.groups and one.input_pairs]
    assert one_sided
    for one in one_sided:
        assert len([pair for pair in one.pairs if pair.origin == "iopo"]) == 1
        assert len(one.input_pairs) == 1
    group = next(one.groups[0] for one in examples if one.groups)
    terms = group.terms.model_copy(update={"y1_over_y2_at_x1": False, "x2_over_x1_for_y2": False})
    less = group.model_copy(update={"terms": terms})
    assert [pair.id for pair in output_pairs(less)] == [f"{group.id}#iopo.y2_over_y1_at_x2"]
    assert [pair.id for pair in input_pairs(less)] == [f"{group.id}#iopo.x1_over_x2_for_y1"]


def test_kto_rows_name_each_response_once() -> None:
    base = example_of(instruction_of("押韵。"), "good")
    assert base.answered is not None
    worse = Judgement(scores=(Score(constraint="c1", score=3),))
    disputed = Judgement(scores=(Score(constraint="c1", score=3, disputed=True),))
    stopped = Judgement(scores=(Score(constraint="c1", score=3),), settled=False)
    tried = (
        FailedResponse(response="bad", judgement=worse),
        FailedResponse(response="perhaps", judgement=disputed),
        FailedResponse(response="not asked to the end", judgement=stopped),
        FailedResponse(response="", fault="empty_response"),
    )
    answered = base.answered.model_copy(update={"imperfect": tried})
    pair = Pair("s#dpo", base.instruction, "good", "bad", "sampled")
    example = Example(base.checked, TAXONOMY, answered=answered, pairs=(pair,))
    rows = [(row["completion"][0]["content"], row["label"]) for row in DpoKto().rows(example)]
    assert rows == [("good", True), ("bad", False)]
    twins = [(row["conversations"][1]["value"], row["kto_tag"]) for row in DpoKtoSharegpt().rows(example)]
    assert twins == rows


@pytest.mark.parametrize("format_", all_formats(), ids=lambda format_: format_.name)
def test_rows_have_the_declared_columns(format_: ReleaseFormat, examples: list[Example]) -> None:
    rows = [row for example in examples for row in format_.rows(example)]
    assert rows
    assert all(format_.fits(row) for row in rows)
    assert all(list(row) == list(format_.columns) for row in rows)
    assert not format_.fits({**rows[0], "more": 1})
    assert not format_.fits(dict(reversed(rows[0].items())))


def test_columns_of_a_record_go_down_to_the_leaves() -> None:
    cell = columns_of(IopoGroup)["cells"]["x1y2"]  # type: ignore[call-overload, index]
    assert cell == columns_of(Judgement)
    assert cell["scores"] == [columns_of(Score)]  # type: ignore[index]
    assert {name: columns_of(Score)[name] for name in ("constraint", "score", "by")} == {
        "constraint": "string",
        "score": "int64",
        "by": "string",
    }
    assert fits({"a": ["x", None], "b": {"c": True}}, {"a": ["string"], "b": {"c": "bool"}})
    for wrong in (
        {"a": [1], "b": {"c": True}},
        {"a": ["x"], "b": {"c": 1}},
        {"a": ["x"], "b": {}},
        {"a": "x", "b": None},
    ):
        assert not fits(wrong, {"a": ["string"], "b": {"c": "bool"}})


def test_evaluation_rows_are_like_the_released_ones(shared: Path, examples: list[Example]) -> None:
    path = shared / "data" / "trace_eval" / "2024_trace_evaluation.jsonl"
    with path.open(encoding="utf-8") as file:
        theirs = [json.loads(line) for line in file]
    names = {name for row in theirs for name in row["levels2"]}
    for example in examples:
        ours = only(Evaluation(), example)
        assert list(ours) == list(theirs[0])
        assert shape({**ours, "constraints_splits": [], "levels2": []}) == shape(
            {**theirs[0], "constraints_splits": [], "levels2": []}
        )
        assert len(ours["constraints_splits"]) == len(ours["levels2"]) == ours["constraints_num"]
        assert "\n".join(ours["constraints_splits"]) == ours["constraints"]
        assert ours["messages"][1]["content"] == rendered(ours)
        assert set(ours["levels2"]) <= names
    assert all(row["messages"][1]["content"] == rendered(row) for row in theirs)


def rendered(row: dict[str, Any]) -> str:
    """The user turn as the released set builds it."""
    tail = "" if row["input"] == "NULL" else f"# Inputs:\n{row['input']}\n"
    return f"{row['description']}\n{row['constraints']}\n{tail}"


def test_a_label_outside_the_taxonomy_is_a_dot() -> None:
    parts = (Constraint(id="c1", text="x", dimension=None), Constraint(id="c2", text="y", dimension="none"))
    row = only(Evaluation(), example_of(Instruction(description="d", constraints=parts)))
    assert row["levels2"] == ["·", "·"]
    assert row["input"] == "NULL"
