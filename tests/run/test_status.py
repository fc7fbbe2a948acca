from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from run_program import lines, run, served
from trace_builder.run.cost import cost
from trace_builder.run.status import read_status

from trace_builder.errors import InputError

PRICES = "models.default.prices={prompt: 1.0, cached: 0.1, completion: 2.0, gpus: 8}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("status") / "run"
    with served() as (url, _):
        assert run(path, "--base-url", url, "--set", PRICES, limit=20).returncode == 0
    return path


def test_in_every_stage_what_went_in_came_out(folder: Path) -> None:
    rows = [stage.tally for stage in read_status(folder).stages]
    assert [row.name for row in rows] == ["expand", "structure", "quality", "respond", "dpo", "iopo"]
    assert rows[0].entered == 20
    for row in rows:
        assert row.entered == row.accepted + row.rejected + row.failed
        assert sum(row.reasons.values()) == row.rejected + row.failed
    by_name = {row.name: row for row in rows}
    assert by_name["dpo"].entered == by_name["iopo"].entered == by_name["respond"].accepted


def test_tokens_are_those_of_the_calls_on_disk(folder: Path) -> None:
    calls = [json.loads(line) for file in (folder / "calls").glob("*.jsonl") for line in file.open()]
    state = read_status(folder)
    assert sum(s.calls.calls for s in state.stages) == len(calls) == lines(folder, "calls")
    for name in ("prompt", "cached", "completion"):
        assert sum(getattr(s.calls, name) for s in state.stages) == sum(c["usage"][name] for c in calls)
    recorded = state.manifest["usage"]
    assert {name: row["calls"] for name, row in recorded.items()} == {
        s.tally.name: s.calls.calls for s in state.stages
    }


def test_prices_turn_tokens_into_money_and_time_into_gpu_hours(folder: Path) -> None:
    state = read_status(folder)
    totals = {
        name: sum(getattr(s.calls, name) for s in state.stages) for name in ("prompt", "cached", "completion")
    }
    fresh = totals["prompt"] - totals["cached"]
    expected = (fresh * 1.0 + totals["cached"] * 0.1 + totals["completion"] * 2.0) / 1e6
    found = cost(state)
    assert found["money"] == pytest.approx(expected, abs=1e-4)
    assert found["gpu_hours"] == pytest.approx(state.manifest["seconds"] * 8 / 3600, abs=1e-4)


def test_the_command_prints_the_same_for_people_and_for_programs(folder: Path) -> None:
    base = [sys.executable, "-m", "trace_builder", "status", str(folder)]
    document = json.loads(
        subprocess.run([*base, "--json"], capture_output=True, text=True, check=True).stdout
    )
    text = subprocess.run(base, capture_output=True, text=True, check=True).stdout
    assert document["finished"] is True
    assert document["total"]["calls"] == lines(folder, "calls")
    for row in document["stages"]:
        line = next(x for x in text.splitlines() if x.split()[:1] == [row["stage"]])
        assert line.split()[1:6] == [str(row[k]) for k in ("in", "accepted", "rejected", "failed", "pending")]


def test_a_folder_without_a_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"run\.json is missing"):
        read_status(tmp_path)


def test_a_damaged_manifest_is_named_with_its_line(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text((folder / "run.json").read_text()[:200])
    with pytest.raises(InputError, match=r"run\.json:\d+: "):
        read_status(tmp_path)
