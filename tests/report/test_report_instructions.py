from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from report_run_folder import Maker

from trace_builder.errors import InputError
from trace_builder.report.detect import detect
from trace_builder.report.runs import RunFolder
from trace_builder.report.stats.instructions import examples, language, reader

RELEASED = {
    "id": "7",
    "messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "d\na\nb\n# Inputs:\ni\n"}],
    "description": "d",
    "constraints": "a\nb",
    "input": "i",
    "constraints_num": 2,
    "constraints_splits": ["a", "b"],
    "levels2": ["主题约束", "数值约束"],
}


def _read(row: dict[str, Any], tmp_path: Path) -> list[Any]:
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(row, ensure_ascii=False) + "\n", encoding="utf-8")
    read = reader(row)
    assert read is not None
    return list(examples(path, read))


def test_a_released_row_keeps_what_its_format_promises(tmp_path: Path) -> None:
    (example,) = _read(RELEASED, tmp_path)
    assert example.constraints == (("a", "主题约束"), ("b", "数值约束"))
    assert (example.input, example.lang) == ("i", "en")
    assert [kept for _, kept in example.checks] == [True, True, True]


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        ({"constraints_num": 3}, 0),
        ({"levels2": ["主题约束"]}, 0),
        ({"constraints": "a b"}, 1),
        ({"input": "other"}, 2),
    ],
)
def test_a_row_that_breaks_its_format_is_read_and_counted(
    tmp_path: Path, change: dict[str, Any], broken: int
) -> None:
    (example,) = _read({**RELEASED, **change}, tmp_path)
    assert not example.checks[broken][1]
    assert len(example.constraints) == 2


@pytest.mark.parametrize("field", ["description", "constraints", "constraints_splits", "levels2"])
def test_a_missing_field_is_named_with_file_and_line(tmp_path: Path, field: str) -> None:
    row = {key: value for key, value in RELEASED.items() if key != field}
    with pytest.raises(InputError, match=rf"rows.jsonl:1: .*'{field}'"):
        _read(row, tmp_path)


def test_a_group_is_two_instructions_each_with_its_response(run_folder: Path) -> None:
    record = next(RunFolder(run_folder).product("iopo"))
    read = reader(record)
    assert read is not None
    first, second = read(record)
    assert [first.id, second.id] == [f"{record['id']} x1", f"{record['id']} x2"]
    assert (first.responses, second.responses) == ((record["y1"],), (record["y2"],))
    released = {**record, "x1": "text", "x2": "text", "x1_parts": record["x1"], "x2_parts": record["x2"]}
    read_released = reader(released)
    assert read_released is not None
    assert list(read_released(released)) == [first, second]


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("写一首诗", "zh"),
        ("Translate 你好 into English and explain every part of it at length", "en"),
        ("用Python和NumPy写一个快速排序函数", "zh"),
        ("", "en"),
        ("12345", "en"),
    ],
)
def test_language_goes_by_the_share_of_letters(text: str, lang: str) -> None:
    assert language(text) == lang


def _written(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        ("\n\n", "the file is empty"),
        ('{"a": 1}\n', r":1: a row with the fields 'a'"),
        ("[1]\n", r":1: a JSON object was expected, not list"),
        ("{\n", r":1: not JSON"),
        (b"\xff\xfe\n", r":1: not UTF-8"),
        ("[" * 100_000, r":1: not JSON \(nested too deep\)"),
    ],
)
def test_files_that_hold_nothing_known_are_refused_in_a_sentence(
    tmp_path: Path, text: str | bytes, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        detect(_written(tmp_path / "rows.jsonl", text))


def test_kinds_are_told_by_content(tmp_path: Path, run_folder: Path) -> None:
    assert detect(run_folder).kind == detect(run_folder / "run.json").kind == "run"
    released = _written(tmp_path / "any.name", "\ufeff" + json.dumps(RELEASED) + "\n")
    assert detect(released).kind == "records"
    folder = tmp_path / "evaluation"
    folder.mkdir()
    _written(folder / "run.json", "{}")
    _written(folder / "items.jsonl", "")
    with pytest.raises(InputError, match="an evaluation that is not finished"):
        detect(folder)
    _written(folder / "results.json", '{"kind": "trace_builder.evaluation"}')
    assert detect(folder).kind == detect(folder / "results.json").kind == "evaluation"
    release = tmp_path / "release"
    release.mkdir()
    with pytest.raises(InputError, match=r"neither run\.json nor results\.json"):
        detect(release)
    _written(release / "release.json", "{}")
    assert detect(release).kind == "release"
    with pytest.raises(InputError, match="no such file or folder"):
        detect(tmp_path / "nowhere")


def test_product_files_are_records(tmp_path: Path) -> None:
    run = RunFolder(Maker(tmp_path / "run", size=30).write())
    for stage in ("respond", "dpo", "iopo"):
        lines = "".join(json.dumps(record) + "\n" for record in run.product(stage))
        assert detect(_written(tmp_path / f"{stage}.jsonl", lines)).kind == "records"
