from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from evaluation_set import evaluation_file, row, write

from trace_builder.errors import InputError
from trace_builder.evaluate.answers import read_judge_texts, read_responses
from trace_builder.evaluate.reading import read_evalset, released_row
from trace_builder.taxonomy import load_taxonomy

TAXONOMY = load_taxonomy()


def test_reads_what_the_file_says(tmp_path: Path) -> None:
    found = read_evalset(evaluation_file(tmp_path), TAXONOMY)
    assert len(found.items) == 24
    third = found.items[3]
    assert (third.id, third.lang, third.labels[0]) == ("3", "en", "数值约束")
    assert third.constraints[0].dimension == "numerical"
    assert third.instruction.input == "Notes:\n- item 3"
    assert third.prompt == row(3)["messages"][1]["content"]
    assert found.items[1].instruction.input is None


def test_a_row_without_messages_is_rendered_and_integer_ids_are_texts(tmp_path: Path) -> None:
    plain = row(6)
    prompt = plain.pop("messages")[1]["content"]
    path = write(tmp_path / "x.jsonl", [{**plain, "id": 6}])
    assert read_evalset(path, TAXONOMY).items[0].prompt == prompt
    assert read_evalset(path, TAXONOMY).items[0].id == "6"


def test_an_array_reads_as_well(tmp_path: Path) -> None:
    path = tmp_path / "set.json"
    path.write_text(json.dumps([row(0), row(1)], indent=1), encoding="utf-8-sig")
    assert len(read_evalset(path, TAXONOMY).items) == 2


def test_written_again_it_is_the_same_row(tmp_path: Path) -> None:
    found = read_evalset(evaluation_file(tmp_path), TAXONOMY)
    assert [released_row(item, {}) for item in found.items] == [row(n) for n in range(24)]


def changed(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in {**row(1), **values}.items() if value != "gone"}


SYSTEM_TURN = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "x\n"}]


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (changed(difficulty=3), "unknown field 'difficulty'"),
        (changed(constraints_splits="gone"), "'constraints_splits' is missing"),
        (changed(constraints_splits=[], constraints_num=0, constraints="", levels2=[]), "no constraints"),
        (changed(constraints_splits=["a", " "], constraints="gone"), "empty constraint"),
        (changed(constraints_splits="a"), "must be a list of texts"),
        (changed(constraints_num=5), "'constraints_num' is 5"),
        (changed(constraints="other"), "not the lines"),
        (changed(levels2=["x"]), "1 labels for 2"),
        (changed(description="gone"), "'description' must be a text"),
        (changed(input=3), "'input' must be a text"),
        (changed(id=True), "'id' must be"),
        (changed(id="gone"), "'id' must be"),
        (changed(lang="fr"), "'lang' must be en or zh"),
        (changed(id="0"), "already in line 1"),
        (changed(messages=[]), "exactly one user turn"),
        (changed(messages="hello"), "'messages' must be a list"),
        (
            changed(messages=[{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]),
            "'assistant'",
        ),
        (changed(messages=SYSTEM_TURN), "its system turn is 'Be brief.'"),
        ([1], "a JSON object was expected"),
    ],
)
def test_bad_rows_are_named_with_file_and_line(tmp_path: Path, bad: Any, message: str) -> None:
    path = write(tmp_path / "set.jsonl", [row(0), bad])
    with pytest.raises(InputError, match=r"set\.jsonl:2: ") as caught:
        read_evalset(path, TAXONOMY, system=lambda lang: "You are a helpful assistant.")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "no instructions"),
        (b'{"id": "0"\n', ":1: not JSON"),
        (b'\n\n{"id": "\xff"}\n', ":3: not UTF-8"),
        (b"[" * 100_000, "not JSON"),
    ],
    ids=["empty", "cut", "bytes", "deep"],
)
def test_bad_files(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "set.jsonl"
    path.write_bytes(data)
    with pytest.raises(InputError, match=message):
        read_evalset(path, TAXONOMY)
    with pytest.raises(InputError, match="No such file"):
        read_evalset(tmp_path / "absent.jsonl", TAXONOMY)


def responses(tmp_path: Path, rows: list[Any], allow_missing: bool = False) -> list[Any]:
    items = read_evalset(evaluation_file(tmp_path, 3), TAXONOMY).items
    path = write(tmp_path / "answers.jsonl", rows)
    return read_responses(path, items, {item.id for item in items}, allow_missing)


def test_responses_by_whatever_name(tmp_path: Path) -> None:
    rows = [{"id": 2, "output": "c"}, {"id": "0", "response": "a"}, {"id": "1", "gen": [""]}]
    found = responses(tmp_path, rows)
    assert [(g.response, g.fault) for g in found] == [("a", None), ("", "empty_response"), ("c", None)]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            [{"id": "7", "response": "a"}],
            "answers.jsonl:1: a response for '7', which the evaluation file does not have",
        ),
        ([{"id": "0", "response": "a"}] * 2, "answers.jsonl:2: a second response for '0', after line 1"),
        ([{"id": "0", "text": "a"}], "answers.jsonl:1: no response; one of the fields"),
        ([{"id": "0", "response": 5}], "answers.jsonl:1: 'response' must be a text"),
        ([{"response": "a"}], "answers.jsonl:1: 'id' must be"),
        ([{"id": "0", "response": "a"}], "no response for 2 instructions of the evaluation file (1, 2)"),
        ([], "no responses in this file"),
    ],
)
def test_bad_responses(tmp_path: Path, rows: list[Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        responses(tmp_path, rows)
    assert message in str(caught.value)


def test_missing_responses_can_be_allowed(tmp_path: Path) -> None:
    found = responses(tmp_path, [{"id": "0", "response": "a"}, {"id": "1", "response": None}], True)
    assert [g.fault for g in found] == [None, "no_response", "no_response"]


def test_verdicts_on_constraints_that_do_not_exist_are_told(tmp_path: Path) -> None:
    items = read_evalset(evaluation_file(tmp_path, 2), TAXONOMY).items
    fine = {"不超过200字": 10, "写得漂亮": 10}
    rows = [
        {"id": "1", "text": "Fine Grained Score: [10, 10]\nConstraints Overall Score: [[10]]"},
        {"id": "0", "text": f"Fine Grained Score: {json.dumps([fine])}\nConstraints Overall Score: [[10]]"},
    ]
    said: list[str] = []
    judged = read_judge_texts(write(tmp_path / "judge.jsonl", rows), items, {"0", "1"}, say=said.append)
    assert len(said) == 1
    assert "judge.jsonl:2: the judge scored '写得漂亮', which the instruction 0 does not have" in said[0]
    assert [[s.score for s in j.judgement.scores] for j in judged] == [[10], [10, 10]]


def test_the_released_set_reads_as_it_is(shared: Path) -> None:
    path = shared / "data" / "trace_eval" / "2024_trace_evaluation.jsonl"
    found = read_evalset(path, TAXONOMY, system=lambda lang: "You are a helpful assistant.")
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert len(found.items) == 1042
    assert sum(len(item.constraints) for item in found.items) == 5087
    assert [item.prompt for item in found.items] == [r["messages"][1]["content"] for r in rows]
    assert [item.instruction.render() for item in found.items] == [item.prompt for item in found.items]
    assert sum(item.lang == "en" for item in found.items) == 4
    strays = [c.dimension for item in found.items for c in item.constraints].count(None)
    assert strays == 2
    assert [released_row(item, {}) for item in found.items] == rows
