"""A rehearsal run over the bundled seeds: what comes out, what it costs, and that it can be repeated."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from run_folders import small_run

from trace_builder.storage.run_folder import RunFolder
from trace_builder.support.bilingual import LANGS
from trace_builder.taxonomy import load_taxonomy

PRODUCTS = ("sft", "dpo", "iopo")


def rows(folder: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / f"{name}.jsonl").read_text("utf-8").splitlines()]


def command(folder: Path) -> list[str]:
    return [sys.executable, "-m", "trace_builder", "run", "--output", str(folder)]


def products(folder: Path) -> dict[str, bytes]:
    return {name: (folder / f"{name}.jsonl").read_bytes() for name in PRODUCTS}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundled") / "run"
    ended = subprocess.run(command(folder), capture_output=True, text=True, timeout=300)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return folder


@pytest.mark.slow
def test_all_dimensions_both_languages_and_every_operation_come_out(made: Path) -> None:
    groups = rows(made, "iopo")
    instructions = [row["instruction"] for row in rows(made, "sft")]
    instructions += [group[name] for group in groups for name in ("x1", "x2")]
    seen = {c["dimension"] for instruction in instructions for c in instruction["constraints"]}
    assert seen - {None} == {d.id for d in load_taxonomy().dimensions}
    for name in PRODUCTS:
        assert {row["lang"] for row in rows(made, name)} == set(LANGS), name
    kinds = Counter((group["operation"], group["certificate"]) for group in groups)
    assert {operation for operation, _ in kinds} == {"add", "delete", "revise", "harvest"}
    assert kinds["add", "full"] == kinds["delete", "full"] == 0
    assert kinds["revise", "full"] > 30
    assert kinds["harvest", "full"] > 3


@pytest.mark.slow
def test_the_bytes_are_the_same_again_and_after_a_kill(made: Path, tmp_path: Path) -> None:
    again, killed = tmp_path / "again", tmp_path / "killed"
    assert subprocess.run(command(again), capture_output=True, timeout=300).returncode == 0
    assert products(again) == products(made)
    process = subprocess.Popen(command(killed), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    outcomes = killed / "stages" / "respond.jsonl"
    while process.poll() is None and not (outcomes.is_file() and outcomes.read_bytes().count(b"\n") > 10):
        time.sleep(0.02)
    process.kill()
    process.wait()
    assert not RunFolder.open(killed).finished
    assert subprocess.run(command(killed), capture_output=True, timeout=300).returncode == 0
    assert products(killed) == products(made)


def test_a_record_costs_four_calls_to_its_sft_row_and_five_more_to_a_full_group(tmp_path: Path) -> None:
    run = RunFolder.open(
        small_run(tmp_path / "run", "rehearsal.miss=0", "rehearsal.flawed=0", "iopo.operations={revise: 1}")
    )
    stages = ("expand", "structure", "quality", "respond", "iopo")
    calls = Counter((call.id, stage) for stage in stages for call in run.calls(stage))
    costs = [
        tuple(calls[name, stage] for stage in stages)
        for name in run.ids
        if (outcome := run.outcome("iopo", name)) and (outcome.record or {}).get("certificate") == "full"
    ]
    assert len(costs) > 6
    assert set(costs) == {(1, 0, 1, 2, 5)}
