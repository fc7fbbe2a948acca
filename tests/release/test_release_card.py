from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from trace_builder.release.build import Release, build
from trace_builder.release.card import header, plain, with_header
from trace_builder.release.options import Options


@pytest.fixture
def released(make_run: Any, tmp_path: Path) -> Release:
    return build(make_run().write(), tmp_path / "out", Options(near_duplicates=None), force=False)


def section(text: str, name: str) -> str:
    return text.split(f"## {name}", 1)[1].split("\n## ", 1)[0]


def cells(table: str) -> dict[str, list[str]]:
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| ")]
    return {row[0].strip(): [cell.strip() for cell in row[1:]] for row in rows}


def test_the_header_names_every_folder_with_its_columns(released: Release, tmp_path: Path) -> None:
    text = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    head = yaml.safe_load(text.split("---\n")[1])
    paths = [entry["path"] for config in head["configs"] for entry in config["data_files"]]
    assert all((tmp_path / "out" / path).is_file() for path in paths)
    infos = {info["config_name"]: info for info in head["dataset_info"]}
    assert set(infos) == {config["config_name"] for config in head["configs"]}
    for config in head["configs"]:
        columns = [feature["name"] for feature in infos[config["config_name"]]["features"]]
        path = tmp_path / "out" / config["data_files"][0]["path"]
        first = path.read_text(encoding="utf-8")
        row = json.loads(first)[0] if path.suffix == ".json" else json.loads(first.splitlines()[0])
        assert list(row) == columns
    assert head["language"] == ["en", "zh"]


def test_huggingface_hubs_classes_make_the_same_bytes(released: Release) -> None:
    pytest.importorskip("huggingface_hub")
    data = header(released)
    assert with_header(data, "# 标题\n\ntext\n") == plain(data, "# 标题\n\ntext\n")


def test_tables_one_and_two_count_what_was_written(
    released: Release, tmp_path: Path, read_rows: Callable[[Path], list[dict[str, Any]]]
) -> None:
    text = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    table = cells(section(text, "Constraints an instruction"))
    rows = read_rows(tmp_path / "out" / "evaluation" / "test.jsonl")
    for count in range(1, 5):
        written = sum(row["constraints_num"] == count for row in rows)
        assert table[str(count)][-3] == str(written)
        assert table[str(count)][-2:] == [
            ["991", "8,003", "26,421", "34,155"][count - 1],
            ["200", "100"][count > 1],
        ]
    assert table["paper train"] == ["119,345", "1", "15", "4.36"]
    assert table["paper evaluation"][0] == "1,042"


def test_the_funnel_adds_up(released: Release, tmp_path: Path) -> None:
    text = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    table = cells(section(text, "The funnel").split("\n\n")[1])
    for stage in ("expand", "structure", "quality", "respond", "dpo", "iopo"):
        entered, accepted, rejected, failed, pending = map(int, table[stage])
        assert entered == accepted + rejected + failed + pending
    assert "| respond | server_error | 4 |" in text


def test_yield_by_operation_knows_what_was_drawn_for_rejected_records(
    released: Release, tmp_path: Path
) -> None:
    table = cells(section((tmp_path / "out" / "README.md").read_text(encoding="utf-8"), "IOPO yield"))
    assert table["revise"][1] != "0"
    assert table["add"][1] == "0"
    assert table["delete"][1] == "0"
    for counts in table.values():
        if counts[0].isdigit():
            assert int(counts[0]) == sum(map(int, counts[1:6]))


def test_cost_licences_and_checksums(make_run: Any, tmp_path: Path) -> None:
    options = Options(licences={"own": "CC0-1.0"}, near_duplicates=None)
    build(make_run().write(), tmp_path / "out", options, force=False, spent=("cost: 1.00 EUR",))
    text = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert "Cost: 1.00 EUR." in text
    assert "| expand | 3 | 1,000,000 | 500,000 | 10 | 0 | 0 |" in text
    assert re.search(r"\| own \| \d+ \| CC0-1.0 \|", text)
    assert re.search(r"\| hired 雇 \| \d+ \| not stated \|", text)
    assert "license: other" in text
    sums = dict(line.split("  ")[::-1] for line in (tmp_path / "out" / "SHA256SUMS").read_text().splitlines())
    assert sums.keys() == {
        path.relative_to(tmp_path / "out").as_posix()
        for path in (tmp_path / "out").rglob("*")
        if path.is_file() and path.name != "SHA256SUMS"
    }
    for name, digest in sums.items():
        assert name == "README.md" or digest in text


def test_one_licence_for_all_goes_into_the_header(make_run: Any, tmp_path: Path) -> None:
    options = Options(licences={"own": "MIT", "hired 雇": "MIT"}, near_duplicates=None)
    build(make_run().write(), tmp_path / "out", options, force=False)
    assert "license: mit\n" in (tmp_path / "out" / "README.md").read_text(encoding="utf-8")


def test_the_card_names_no_folder_of_this_machine(make_run: Any, tmp_path: Path) -> None:
    run = make_run()
    run.manifest["finished"] = False
    last = list(run.outcomes["iopo"])[-1]
    del run.outcomes["iopo"][last]
    build(run.write(), tmp_path / "out", Options(partial=True, near_duplicates=None), force=False)
    for path in (tmp_path / "out").rglob("*.*"):
        if path.is_file():
            assert str(tmp_path) not in path.read_text(encoding="utf-8"), path
    assert "not finished" in (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
