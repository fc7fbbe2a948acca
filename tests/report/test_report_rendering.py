"""Prompts are shown again for a run that the real pipeline made with the embedded model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from trace_builder.cli import app
from trace_builder.report.page.prompt_replay import Rendering
from trace_builder.report.page.record_entries import journeys
from trace_builder.report.runs import RunFolder
from trace_builder.report.stats.run_stats import run_statistics
from trace_builder.taxonomy import load_taxonomy


@pytest.fixture(scope="module")
def real_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("real") / "run"
    prices = "models.default.prices={prompt: 2.0, cached: 0.5, completion: 6.0, currency: EUR, gpus: 8}"
    result = CliRunner().invoke(app, ["run", "--limit", "12", "--output", str(folder), "--set", prices])
    assert result.exit_code == 0, result.output
    return folder


def _calls(run: RunFolder, rendering: Rendering) -> list[dict[str, Any]]:
    entries = journeys(run, set(run.seed_ids))
    rendering.add(entries)
    return [call for entry in entries.values() for step in entry["steps"] for call in step["calls"]]


def test_every_call_of_a_run_shows_its_prompt(real_run: Path) -> None:
    run = RunFolder(real_run)
    rendering = Rendering(run, load_taxonomy())
    calls = _calls(run, rendering)
    assert not rendering.trouble
    assert len(calls) > 60
    assert all(call["user"] for call in calls)
    judged = next(call for call in calls if call["prompt"] == "judge")
    assert judged["system"] in rendering.systems
    assert '{"id": "c1", "text": ' in judged["user"]


def test_prompts_that_have_changed_since_are_not_passed_off_as_sent(real_run: Path, tmp_path: Path) -> None:
    manifest = json.loads((real_run / "run.json").read_text(encoding="utf-8"))
    manifest["stages"]["quality"]["parts"]["prompts"] = "other"
    (tmp_path / "run.json").write_text(json.dumps(manifest), encoding="utf-8")
    for name in ("seeds.jsonl", "stages", "calls"):
        (tmp_path / name).symlink_to(real_run / name)
    run = RunFolder(tmp_path)
    calls = _calls(run, Rendering(run, load_taxonomy()))
    assert {call["prompt"] for call in calls if "user" not in call} == {"complete", "redundant"}


def test_figures_are_those_of_the_status_command(real_run: Path) -> None:
    result = CliRunner().invoke(app, ["status", str(real_run), "--json"])
    status = json.loads(result.output)
    found = run_statistics(RunFolder(real_run), load_taxonomy())
    theirs = {row["stage"]: row for row in status["stages"]}
    assert list(theirs) == [row["stage"] for row in found["funnel"]]
    for row in found["funnel"]:
        calls = found["calls"]["stages"][row["stage"]]
        same = {
            **{key: row[key] for key in ("in", "accepted", "rejected", "failed", "pending")},
            **{key: calls[f"{key}_tokens"] for key in ("prompt", "cached", "completion", "wasted")},
            **{key: calls[key] for key in ("calls", "retries")},
            "reasons": {entry["reason"]: entry["count"] for entry in row["reasons"]},
        }
        assert {key: theirs[row["stage"]][key] for key in same} == same
    cost = status["total"]["cost"]
    assert cost["money"] > 0
    tables = CliRunner().invoke(app, ["stats", str(real_run)]).output
    assert f"cost: {cost['money']:,.2f} EUR" in tables
    assert found["calls"]["cost"] == {key: cost[key] for key in ("money", "currency", "gpu_hours")}
