"""The pipeline against a real vLLM. The model writes noise, so nearly every record is rejected: what is
tested is that every one of them is accounted for and that every structured answer was read."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from vllm_server import KEY_VARIABLE, NAME, VllmServer

pytestmark = pytest.mark.vllm

STAGES = ("expand", "structure", "quality", "respond", "dpo", "iopo")
PROGRAM = (sys.executable, "-c", "from trace_builder.cli import main; main()")
#: structure asks about running text alone, and so the records that stages start from are written as text.
AS_TEXT = ("--set", "expand.writes=text")
#: Options of a stage that make it ask more: dpo would take answers that respond has paid for.
SETTINGS = {"dpo": ("--set", "dpo.sampled=false")}
#: 0: done; 1: done, some records failed. Noise may well fail to be an answer three times in a row.
DONE = (0, 1)


def command(folder: Path, *options: str, server: VllmServer | None = None) -> list[str]:
    where = ("--base-url", server.base_url) if server is not None else ()
    key = ("--set", f"models.default.api_key_env={KEY_VARIABLE}")
    return [*PROGRAM, "run", "--output", str(folder), "--model", NAME, *where, *key, *options]


def run(folder: Path, *options: str, server: VllmServer | None = None) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        command(folder, *options, server=server), capture_output=True, text=True, check=False
    )
    assert done.returncode in DONE, done.stderr
    return done


def status(folder: Path) -> dict[str, Any]:
    done = subprocess.run([*PROGRAM, "status", str(folder), "--json"], capture_output=True, check=True)
    return {stage["stage"]: stage for stage in json.loads(done.stdout)["stages"]}


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def check_accounts(folder: Path, stage: str, entered: int) -> None:
    """in = accepted + rejected + failed, one line a record, a reason for each loss, no call made twice."""
    figures = status(folder)[stage]
    outcomes = rows(folder / "stages" / f"{stage}.jsonl")
    assert figures["in"] == entered == figures["accepted"] + figures["rejected"] + figures["failed"]
    assert figures["pending"] == 0
    assert len({outcome["id"] for outcome in outcomes}) == len(outcomes) == entered
    assert all(outcome["reason"] for outcome in outcomes if outcome["status"] != "accepted")
    calls = rows(folder / "calls" / f"{stage}.jsonl")
    assert {outcome["id"] for outcome in outcomes} <= {call["id"] for call in calls}
    assert all(count == 1 for count in Counter(call["key"] for call in calls).values())


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run with the embedded model, under the real one's name: records for every stage to start
    from, which stay valid when the servers change."""
    folder = Path(tmp_path_factory.mktemp("rehearsed")) / "run"
    run(folder, "--limit", "20", *AS_TEXT)
    return folder


def test_a_whole_run_accounts_for_every_record(vllm: VllmServer, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    run(folder, "--limit", "20", server=vllm)
    check_accounts(folder, "expand", 20)
    found = status(folder)
    for stage, figures in found.items():
        lost = figures["rejected"] + figures["failed"]
        assert (stage, figures["in"], figures["pending"]) == (stage, figures["accepted"] + lost, 0)
    for name in ("sft.jsonl", "dpo.jsonl", "iopo.jsonl", "run.json"):
        assert (folder / name).is_file()
    assert found["expand"]["cached"] > found["expand"]["prompt"] // 2


@pytest.mark.parametrize("stage", STAGES)
def test_each_stage_walks_real_records_with_the_real_server(
    vllm: VllmServer, rehearsed: Path, tmp_path: Path, stage: str
) -> None:
    folder = tmp_path / "run"
    shutil.copytree(rehearsed, folder)
    entered = status(folder)[stage]["in"]
    assert entered >= 10
    # Nothing of the stage itself, nor of what follows, is left from the rehearsal.
    for later in STAGES[STAGES.index(stage) :]:
        for kind in ("stages", "calls"):
            (folder / kind / f"{later}.jsonl").unlink()
    run(folder, "--limit", "20", "--stage", stage, *AS_TEXT, *SETTINGS.get(stage, ()), server=vllm)
    check_accounts(folder, stage, entered)
    calls = rows(folder / "calls" / f"{stage}.jsonl")
    assert {call["server"] for call in calls} == {vllm.base_url}


def test_a_server_killed_and_started_again_costs_no_record(vllm: VllmServer, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    calls = folder / "calls" / "expand.jsonl"
    options = ("--stage", "expand", "--concurrency", "4", "--outage-limit", "300")
    with subprocess.Popen(
        command(folder, *options, server=vllm), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        while running.poll() is None and (not calls.exists() or calls.read_bytes().count(b"\n") < 20):
            time.sleep(0.02)
        assert running.poll() is None, running.communicate()
        vllm.kill()
        vllm.start()
        vllm.wait_until_ready()
        _, errors = running.communicate()
    assert running.returncode in DONE, errors
    assert "the servers have been gone" in errors
    check_accounts(folder, "expand", 80)
    # Records may fail for the model's noise, but none for the outage.
    failed = {row["reason"] for row in rows(folder / "stages" / "expand.jsonl") if row["status"] == "failed"}
    assert failed <= {"unfit_answer"}, failed
