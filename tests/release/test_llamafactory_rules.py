"""LLaMA-Factory's published rules as replayed here; tests/trainers compares them with the library itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from trace_builder.errors import InputError
from trace_builder.release.builder import build
from trace_builder.release.formats.release_format import all_formats
from trace_builder.release.options import ReleaseOptions
from trace_builder.release.verify.llamafactory import align, kept, read_file, read_register
from trace_builder.release.verify.verification import verify_columns, verify_llamafactory

FORMATS = all_formats()


@pytest.fixture
def released(scripted: Path, tmp_path: Path) -> Path:
    build(scripted, tmp_path / "out", ReleaseOptions(near_duplicates=None))
    return tmp_path / "out"


def test_every_row_of_every_registered_file_is_kept(released: Path) -> None:
    checks = [*verify_llamafactory(released, FORMATS), *verify_columns(released, FORMATS)]
    assert {check.file for check in checks} >= {
        entry["file_name"]
        for entry in json.loads((released / "dataset_info.json").read_text(encoding="utf-8")).values()
    }
    assert all(check.ok and check.rows for check in checks)


def test_every_format_gives_it_the_same_prompt(released: Path) -> None:
    entries = {entry.name: entry for entry in read_register(released)}
    aligned = {
        name: [align(row, entries[name]) for row in read_file(entries[name].file)]
        for name in ("sft_messages", "sft_sharegpt", "sft_alpaca")
    }
    assert aligned["sft_alpaca"] == aligned["sft_sharegpt"] == aligned["sft_messages"]


def test_the_authors_file_is_dropped_whole_as_documented(released: Path) -> None:
    [entry] = [entry for entry in read_register(released) if entry.name == "trace_iopo"]
    rows = list(read_file(entry.file))
    assert entry.stage == "rm"
    assert rows
    assert not any(kept(align(row, entry), entry.stage) for row in rows)


def test_a_dropped_row_is_counted(released: Path) -> None:
    path = released / "dpo" / "ranking" / "train.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines()
    row = json.loads(lines[0])
    row["conversations"].append({"from": "human", "value": "again"})
    path.write_text("\n".join([json.dumps(row), *lines[1:]]) + "\n", encoding="utf-8")
    [check] = [
        check for check in verify_llamafactory(released, FORMATS) if check.file == "dpo/ranking/train.jsonl"
    ]
    assert not check.ok
    assert check.kept == check.rows - 1
    assert check.line().startswith("DROP")


def test_a_damaged_authors_file_is_counted(released: Path) -> None:
    path = released / "iopo" / "trace" / "train.json"
    rows = json.loads(path.read_text(encoding="utf-8"))
    rows[0]["conversations"].pop()
    path.write_text(json.dumps(rows), encoding="utf-8")
    [check] = [check for check in verify_columns(released, FORMATS) if check.file == "iopo/trace/train.json"]
    assert check.kept == check.rows - 1


def test_a_registered_file_that_is_not_there(released: Path) -> None:
    (released / "sft" / "alpaca" / "train.jsonl").unlink()
    with pytest.raises(InputError, match=r"sft_alpaca: .* not found"):
        list(verify_llamafactory(released, FORMATS))
