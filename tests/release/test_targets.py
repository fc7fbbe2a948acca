from __future__ import annotations

import json
from pathlib import Path

import pytest

from trace_builder.errors import InputError
from trace_builder.release.cleaning.benchmarks import read_targets


def write(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ({"key": 1, "prompt": "p", "kwargs": [{}]}, "p"),
        ({"instruction": "i", "target": ""}, "i"),
        ({"instruction": "i", "input": "n", "output": "o"}, "i\nn"),
        ({"instruction": "i", "input": ""}, "i"),
        ({"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}]}, "u"),
        ({"conversations": [{"from": "human", "value": "h"}, {"from": "gpt", "value": "g"}]}, "h"),
        ({"prompt": [{"role": "user", "content": "u"}]}, "u"),
        ("just a text", "just a text"),
    ],
)
def test_the_text_is_found_by_name(tmp_path: Path, row: object, text: str) -> None:
    for name, content in (("a.jsonl", json.dumps(row) + "\n"), ("a.json", json.dumps([row], indent=1))):
        [target] = read_targets(write(tmp_path / name, content))
        assert target.text == text
        assert target.where == f"{name}:1"


def test_a_field_can_be_named_and_lead_inside(tmp_path: Path) -> None:
    spec = write(tmp_path / "a.jsonl", json.dumps({"prompt": "no", "turns": [{"content": "yes"}]}))
    assert [t.text for t in read_targets(f"{spec}:turns.0.content")] == ["yes"]
    with pytest.raises(InputError, match=r"a.jsonl:1: no text in the field 'turns.5.content'"):
        read_targets(f"{spec}:turns.5.content")


def test_a_file_whose_name_has_a_colon(tmp_path: Path) -> None:
    assert read_targets(write(tmp_path / "a:b.jsonl", '{"prompt": "p"}'))[0].text == "p"


def test_csv_and_folders(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", 'id,question\n1,"two\nlines"\n2,next\n')
    write(tmp_path / "b.jsonl", '{"prompt": "p"}\n\n')
    write(tmp_path / "notes.md", "not read")
    assert [target.text for target in read_targets(str(tmp_path))] == ["two\nlines", "next", "p"]


def test_empty_texts_are_left_out(tmp_path: Path) -> None:
    assert len(read_targets(write(tmp_path / "a.jsonl", '{"prompt": ""}\n{"prompt": "p"}\n'))) == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"prompt": "p"}\n{"answer": "a"}\n', r"a.jsonl:2: no text field found .*--against FILE:field"),
        ('{"prompt": "p"}\nnonsense\n', r"a.jsonl:2: not JSON"),
        ('{"prompt": 5}\n', r"a.jsonl:1: no text field"),
        ("[1, 2", r"a.jsonl:1: not JSON"),
        ("[[1]]", r"a.jsonl:1: no text field"),
        ("", r"no text in it"),
        ("[" * 100_000, r"a.jsonl:1: not JSON \(nested too deep\)"),
        ('{"prompt": "p", "n": ' + "9" * 5000 + "}\n", r"a.jsonl:1: a number of 5000 digits"),
    ],
)
def test_a_file_that_is_none(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_targets(write(tmp_path / "a.jsonl", content))


def test_places_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_targets(str(tmp_path / "none.jsonl"))
    with pytest.raises(InputError, match="file in this folder"):
        read_targets(str(tmp_path))
    (tmp_path / "a.jsonl").write_bytes(b'{"prompt": "ok"}\n\xff\n')
    with pytest.raises(InputError, match=r"a.jsonl:2: not UTF-8"):
        read_targets(str(tmp_path / "a.jsonl"))


def test_a_cell_that_is_too_long_for_csv_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a.csv:2: field larger than field limit"):
        read_targets(write(tmp_path / "a.csv", "id,question\n1," + "x" * 200_000 + "\n"))


def test_names_and_fields_that_lead_nowhere(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_targets("x" * 5000)
    spec = write(tmp_path / "a.jsonl", json.dumps({"turns": ["a", "b"]}))
    assert [t.text for t in read_targets(f"{spec}:turns.-1")] == ["b"]
    for field in ("turns.²", "turns.--1", "turns.99999999999", "turns.2"):
        with pytest.raises(InputError, match="no text in the field"):
            read_targets(f"{spec}:{field}")


def test_a_folder_within_a_folder_that_is_named_like_a_file(tmp_path: Path) -> None:
    (tmp_path / "b.jsonl").mkdir()
    write(tmp_path / "b.jsonl" / "a.jsonl", '{"prompt": "p"}\n')
    assert [target.where for target in read_targets(str(tmp_path))] == ["a.jsonl:1"]
