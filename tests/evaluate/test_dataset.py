from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from evaluation_set import evaluation_file, row, write

from trace_builder.errors import InputError
from trace_builder.evaluate.dataset import read_evalset
from trace_builder.evaluate.external import read_judge_texts, read_responses
from trace_builder.taxonomy import load_taxonomy

TAXONOMY = load_taxonomy()


def test_an_array_reads_as_well(tmp_path: Path) -> None:
    path = tmp_path / "set.json"
    path.write_text(json.dumps([row(0), row(1)], indent=1), encoding="utf-8-sig")
    assert len(read_evalset(path, TAXONOMY).items) == 2


def test_a_bad_row_is_named_with_file_and_line(tmp_path: Path) -> None:
    path = write(tmp_path / "set.jsonl", [row(0), {**row(1), "constraints_num": 5}])
    with pytest.raises(InputError, match=r"set\.jsonl:2: 'constraints_num' is 5"):
        read_evalset(path, TAXONOMY)
    write(path, [row(0), row(1), row(0)])
    with pytest.raises(InputError, match=r"set\.jsonl:3: the id '0' is already in line 1"):
        read_evalset(path, TAXONOMY)
    write(path, [row(0), [1]])  # type: ignore[list-item]
    with pytest.raises(InputError, match=r"set\.jsonl:2: a JSON object was expected"):
        read_evalset(path, TAXONOMY)


def test_a_limit_takes_the_first_and_knows_the_others(tmp_path: Path) -> None:
    found = read_evalset(evaluation_file(tmp_path, 5), TAXONOMY, limit=2)
    assert ([item.id for item in found.items], len(found.ids)) == (["0", "1"], 5)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "no instructions"),
        (b'{"id": "0"\n', ":1: not JSON"),
        (b'\n\n{"id": "\xff"}\n', ":3: not UTF-8"),
        (b"[" * 100_000, "not JSON"),
        (b'{"id": ' + b"[" * 100_000, ":1: not JSON"),
        (b'{"id": ' + b"9" * 5000 + b"}", ":1: a number of 5000 digits"),
    ],
    ids=["empty", "cut", "bytes", "deep", "deep row", "digits"],
)
def test_bad_files(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "set.jsonl"
    path.write_bytes(data)
    with pytest.raises(InputError, match=message):
        read_evalset(path, TAXONOMY)
    with pytest.raises(InputError, match="no such file"):
        read_evalset(tmp_path / "absent.jsonl", TAXONOMY)


def responses(tmp_path: Path, rows: list[Any], allow_missing: bool = False) -> list[Any]:
    data = read_evalset(evaluation_file(tmp_path, 3), TAXONOMY)
    return list(read_responses(write(tmp_path / "answers.jsonl", rows), data, allow_missing))


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
    data = read_evalset(evaluation_file(tmp_path, 2), TAXONOMY)
    fine = {"全文不超过200字": 10, "写得漂亮": 10}
    rows = [
        {"id": "1", "text": "Fine Grained Score: [10, 10]\nConstraints Overall Score: [[10]]"},
        {"id": "0", "text": f"Fine Grained Score: {json.dumps([fine])}\nConstraints Overall Score: [[10]]"},
    ]
    said: list[str] = []
    judged = read_judge_texts(write(tmp_path / "judge.jsonl", rows), data, say=said.append)
    assert len(said) == 1
    assert "judge.jsonl:2: the judge scored '写得漂亮', which the instruction 0 does not have" in said[0]
    assert [[s.score for s in j.judgement.scores] for j in judged] == [[10], [10, 10]]
