from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from run_folders import small_run
from typer.testing import CliRunner

from trace_builder.commands.looking.status import status
from trace_builder.errors import InputError
from trace_builder.report.stats.run_status import read_status
from trace_builder.storage.run_folder import RunFolder

PRICES = "models.default.prices={currency: EUR, prompt: 1.0, cached: 0.1, completion: 2.0, gpus: 8}"

_APP = typer.Typer(pretty_exceptions_enable=False)
_APP.command()(status)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_run(tmp_path_factory.mktemp("status") / "run", PRICES, limit=20)


def _run(*arguments: object) -> str:
    result = CliRunner().invoke(_APP, [str(argument) for argument in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_in_every_stage_what_went_in_came_out(folder: Path) -> None:
    rows = read_status(folder).funnel
    assert [row.name for row in rows] == [
        "expand",
        "structure",
        "quality",
        "bind",
        "respond",
        "dpo",
        "iopo",
        "harvest",
    ]
    assert rows[0].entered == 20
    for row in rows:
        assert row.entered == row.accepted + row.rejected + row.failed
        assert sum(row.reasons.values()) == row.rejected + row.failed
    by_name = {row.name: row for row in rows}
    assert by_name["dpo"].entered == by_name["iopo"].entered == by_name["respond"].accepted


def test_tokens_are_those_of_the_calls_on_disk(folder: Path) -> None:
    found = read_status(folder)
    with RunFolder.open(folder) as run:
        calls = {stage: list(run.calls(stage)) for stage in run.stages}
        recorded = {stage: row["calls"] for stage, row in run.manifest.usage.items()}
    assert {stage: totals.calls for stage, totals in found.calls.items()} == recorded
    assert {stage: len(made) for stage, made in calls.items()} == recorded
    for name in ("prompt", "cached", "completion"):
        on_disk = sum(getattr(call.usage, name) for made in calls.values() for call in made)
        assert getattr(found.total, name) == on_disk


def test_prices_turn_tokens_into_money_and_time_into_gpu_hours(folder: Path) -> None:
    found = read_status(folder)
    total = found.total
    fresh = total.prompt - total.cached
    expected = (fresh * 1.0 + total.cached * 0.1 + total.completion * 2.0) / 1e6
    with RunFolder.open(folder) as run:
        seconds = run.manifest.seconds
    assert found.cost.money == pytest.approx(expected, abs=1e-4)
    assert found.cost.gpu_hours == pytest.approx(seconds * 8 / 3600, abs=1e-4)
    assert f"cost: {found.cost.money:,.2f} EUR" in _run(folder)


def test_the_command_prints_the_same_for_people_and_for_programs(folder: Path) -> None:
    document = json.loads(_run(folder, "--json"))
    funnel, calls = _run(folder).split("\nCalls\n")
    assert document["finished"] is True
    assert calls.endswith("finished\n")
    assert f"{document['total']['calls']} calls; prompt tokens {document['total']['prompt']:,}" in calls
    for row in document["stages"]:
        for text, names in (
            (funnel, ("in", "accepted", "rejected", "failed", "pending")),
            (calls, ("calls", "prompt", "cached", "completion", "retries", "wasted")),
        ):
            line = next(x for x in text.splitlines() if x.split()[:1] == [row["stage"]])
            assert line.split()[1:] == [f"{row[name]:,}" for name in names]


def test_a_folder_without_a_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"run\.json is missing"):
        read_status(tmp_path)


def test_a_damaged_manifest_is_named_with_its_line(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text((folder / "run.json").read_text()[:200])
    with pytest.raises(InputError, match=r"run\.json:\d+: "):
        read_status(tmp_path)
