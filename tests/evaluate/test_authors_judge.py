from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trace_builder.evaluate.authors_judge import read_judge_text

THIRTY: list[dict[str, Any]] = [
    json.loads(line)
    for line in (Path(__file__).parent / "thirty_judgements.jsonl").read_text(encoding="utf-8").splitlines()
]
CONSTRAINTS = ("1. 不超过100字；", "2. 使用表格输出；")


@pytest.mark.parametrize("row", THIRTY, ids=lambda row: row["case"])
def test_each_of_the_thirty_reads_as_written_down(row: dict[str, Any]) -> None:
    found = read_judge_text(row["text"], row["constraints"])
    assert list(found.scores) == row["scores"]
    assert found.overall == row["overall"]
    assert list(found.unknown) == row["unknown"]


@pytest.mark.parametrize(
    ("fine", "scores"),
    [
        ('{"不超过100字": 10, "使用表格输出": 9}', (10, 9)),
        ('[{"不超过100字": 10}, {"使用表格输出": 9}]', (10, 9)),
        ('[{"使用表格输出": 9, "不超过100字": 10}]', (10, 9)),
        ('[{"1": 10, "2": 9}]', (10, 9)),
        ('[{"约束2": 9}, {"约束1": 10}]', (10, 9)),
        ("[10, 9]", (10, 9)),
        ('["10/10", "[[9]]"]', (10, 9)),
        ('[{"不超过100字": {"score": 10, "reason": "ok"}, "使用表格输出": {"score": 9}}]', (10, 9)),
        ('［{"不超过100字": 10, "使用表格输出": 9}］', (10, 9)),
        ('[{"a}]": 10, "b": 9}]', (10, 9)),
        ("[10, 9, 8]", (None, None)),
        ("[10]", (None, None)),
        ("[]", (None, None)),
        ("[[10, 9]]", (None, None)),
        ('[{"不超过100字": true, "使用表格输出": null}]', (None, None)),
        ('[{"constraint": "不超过100字", "score": 10, "score": 3}, {"id": 2, "score": 9}]', (None, 9)),
        ('[{"使用表格输出": 9, "另一条": 10}]', (None, 9)),
        ('[{"不超过100字": 10, "语气友好": 10}]', (10, None)),
        ('[{"不超过100字": 10, "表格输出": 9}]', (10, 9)),
        ('[{"字数": 10, "表格": 9}]', (10, 9)),
        ("[(open('x'), 10)]", (None, None)),
    ],
)  # fmt: skip
def test_forms_of_the_fine_section(fine: str, scores: tuple[int | None, ...]) -> None:
    text = f"解释。\nFine-Grained Scores: {fine}\nConstraints Overall Score: [[9]]"
    found = read_judge_text(text, CONSTRAINTS)
    assert found.scores == scores
    assert found.overall == 9


def test_a_label_that_no_score_follows_is_no_verdict() -> None:
    text = "I will now give the Fine Grained Score: see below.\nFine Grained Score: [10, 10]\n"
    text += "The Overall Score: as follows.\nConstraints Overall Score: [[10]]"
    assert read_judge_text(text, CONSTRAINTS) == read_judge_text(
        text.replace("I will", "Shall I"), CONSTRAINTS
    )
    assert read_judge_text(text, CONSTRAINTS).scores == (10, 10)
    assert read_judge_text(text, CONSTRAINTS).overall == 10


def test_two_constraints_with_the_same_text_are_told_apart_by_position() -> None:
    found = read_judge_text('Fine Grained Score: [{"same": 10}, {"same": 4}]', ("same", "same"))
    assert found.scores == (10, 4)


@given(st.text(alphabet="FineGraiedScor:[]{}\"',0123456789 Overal\n\\", max_size=120))
def test_wild_text_reads_without_error(text: str) -> None:
    found = read_judge_text("Fine Grained Score: " + text, CONSTRAINTS)
    assert len(found.scores) == 2


@pytest.mark.parametrize("piece", ["[", "{", "Fine Grained Score: [", "Overall Score: [[", '"', "(" * 9])
def test_hostile_lengths_end(piece: str) -> None:
    assert read_judge_text("Fine Grained Score: [" + piece * 50_000, CONSTRAINTS).scores == (None, None)


@given(st.lists(st.integers(0, 10), min_size=1, max_size=15))
def test_written_as_the_authors_ask_it_reads_back(scores: list[int]) -> None:
    names = [f"{n}. constraint {'x' * n}" for n in range(1, len(scores) + 1)]
    fine = json.dumps([dict(zip(names, scores, strict=True))])
    found = read_judge_text(f"Fine Grained Score: {fine}\nConstraints Overall Score: [[5]]", names)
    assert list(found.scores) == scores
