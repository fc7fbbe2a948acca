from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from trace_builder.errors import InputError
from trace_builder.records import IopoGroup
from trace_builder.report.detect import detect
from trace_builder.report.stats.instructions import Example, examples, record_examples
from trace_builder.storage.run_folder import RunFolder

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


def _read(row: dict[str, Any], tmp_path: Path) -> list[Example]:
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(row, ensure_ascii=False) + "\n", encoding="utf-8")
    return list(examples(path))


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


@pytest.mark.parametrize("field", ["id", "description", "constraints_splits"])
def test_a_missing_field_is_named_with_file_and_line(tmp_path: Path, field: str) -> None:
    row = {key: value for key, value in RELEASED.items() if key != field}
    with pytest.raises(InputError, match=rf"rows.jsonl:1: {field}: Field required"):
        _read(row, tmp_path)


def test_a_group_is_two_instructions_each_with_its_response(harbour: Path, tmp_path: Path) -> None:
    with RunFolder.open(harbour) as run:
        group = next(run.records("iopo", IopoGroup))
    first, second = record_examples(group, group.id, group.lang)
    assert [first.id, second.id] == [f"{group.id} x1", f"{group.id} x2"]
    assert (first.responses, second.responses) == ((group.y1,), (group.y2,))
    row = group.model_dump(mode="json")
    assert _read(row, tmp_path) == [first, second]
    released = {**row, "x1": "text", "x2": "text", "x1_parts": row["x1"], "x2_parts": row["x2"]}
    assert _read(released, tmp_path) == [first, second]


def _written(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        ("\n\n", "the file is empty"),
        ('{"a": 1}\n', r":1: a row with the fields 'a'"),
        ("[1]\n", r":1: a JSON object was expected, not int"),
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
    shutil.copy(run_folder / "run.json", folder)
    manifest = json.loads((folder / "run.json").read_text("utf-8"))
    del manifest["seeds"]
    _written(folder / "run.json", json.dumps(manifest))
    with pytest.raises(InputError, match="an evaluation that is not finished"):
        detect(folder)
    _written(folder / "results.json", '{"kind": "trace_builder.evaluation"}')
    assert detect(folder).kind == detect(folder / "results.json").kind == "evaluation"
    release = tmp_path / "release"
    release.mkdir()
    with pytest.raises(InputError, match="no run, release or evaluation"):
        detect(release)
    _written(release / "release.json", "{}")
    assert detect(release).kind == "release"
    with pytest.raises(InputError, match="no such file or directory"):
        detect(tmp_path / "nowhere")


def test_product_files_are_records(harbour: Path) -> None:
    for name in ("sft", "dpo", "iopo"):
        assert detect(harbour / f"{name}.jsonl").kind == "records"
