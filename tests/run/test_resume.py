"""The promises about stopping and going on, kept by real processes on a real server."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from run_program import NOWHERE, CountingModel, command, digests, lines, run, served

from trace_builder.support.resources import shipped

IN_FLIGHT = 8
AT_ONCE = ("--concurrency", str(IN_FLIGHT), "--set", f"wire.start={IN_FLIGHT}")


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[str, CountingModel]]:
    with served() as pair:
        yield pair


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, server: tuple[str, CountingModel]) -> Path:
    """An undisturbed run over twelve seeds."""
    folder = tmp_path_factory.mktemp("whole") / "run"
    done = run(folder, "--base-url", server[0], *AT_ONCE)
    assert done.returncode == 0, done.stderr
    return folder


def killed_after(folder: Path, answers: int, *options: str, how: signal.Signals) -> int:
    """Starts a run, signals it once that many answers are on disk, and returns its exit code."""
    process = subprocess.Popen(
        command(folder, *options), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 60
    while lines(folder, "calls") < answers and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    process.send_signal(how)
    return process.wait(60)


def test_two_runs_with_the_same_seed_give_the_same_bytes(
    whole: Path, tmp_path: Path, server: tuple[str, CountingModel]
) -> None:
    run(tmp_path / "again", "--base-url", server[0], "--concurrency", "3")
    assert digests(tmp_path / "again") == digests(whole)


def test_another_seed_gives_other_bytes(
    whole: Path, tmp_path: Path, server: tuple[str, CountingModel]
) -> None:
    run(tmp_path / "other", "--base-url", server[0], "--set", "seed=1")
    assert digests(tmp_path / "other")["sft.jsonl"] != digests(whole)["sft.jsonl"]


def test_a_finished_run_asks_nothing_and_changes_nothing(whole: Path) -> None:
    before, calls = digests(whole), lines(whole, "calls")
    assert run(whole, "--base-url", NOWHERE).returncode == 0
    assert digests(whole) == before
    assert lines(whole, "calls") == calls


def test_after_kills_the_bytes_are_the_same_and_at_most_what_was_in_flight_is_asked_again(
    whole: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "killed"
    with served(latency="uniform:0.005,0.02") as (url, model):
        for kill in range(4):
            code = killed_after(folder, 15 + 25 * kill, "--base-url", url, *AT_ONCE, how=signal.SIGKILL)
            assert code == -signal.SIGKILL
        assert run(folder, "--base-url", url, *AT_ONCE).returncode == 0
    assert digests(folder) == digests(whole)
    assert model.repeated <= 4 * IN_FLIGHT
    assert lines(folder, "calls") == lines(whole, "calls")


def test_ctrl_c_drains_says_so_and_resumes(whole: Path, tmp_path: Path) -> None:
    folder = tmp_path / "stopped"
    with served(latency="0.02") as (url, model):
        assert killed_after(folder, 20, "--base-url", url, *AT_ONCE, how=signal.SIGINT) == 130
        assert model.total == lines(folder, "calls"), "every answer that was paid for is kept"
        assert run(folder, "--base-url", url, *AT_ONCE).returncode == 0
        assert model.repeated == 0
    assert digests(folder) == digests(whole)


def test_one_stage_after_another_gives_the_same_bytes(
    whole: Path, tmp_path: Path, server: tuple[str, CountingModel]
) -> None:
    folder = tmp_path / "staged"
    for stage in ("expand", "structure", "quality", "bind", "respond", "dpo", "harvest", "iopo"):
        assert run(folder, "--base-url", server[0], "--stage", stage).returncode == 0
    assert digests(folder) == digests(whole)


def test_a_stage_before_its_turn_says_what_it_waits_for(tmp_path: Path) -> None:
    done = run(tmp_path / "early", "--base-url", NOWHERE, "--stage", "dpo")
    assert done.returncode == 0
    assert "nothing to do: respond has accepted nothing yet; run --stage respond first" in done.stderr


def test_a_larger_limit_goes_on_from_a_smaller_one(
    whole: Path, tmp_path: Path, server: tuple[str, CountingModel]
) -> None:
    folder = tmp_path / "grown"
    run(folder, "--base-url", server[0], limit=5)
    before = server[1].total
    run(folder, "--base-url", server[0], limit=12)
    assert digests(folder) == digests(whole)
    assert server[1].total - before < lines(folder, "calls")


def test_a_changed_prompt_reruns_its_stage_and_those_after_it_and_nothing_before(
    whole: Path, tmp_path: Path, server: tuple[str, CountingModel]
) -> None:
    folder, prompts = tmp_path / "run", tmp_path / "prompts"
    shutil.copytree(whole, folder)
    shutil.copytree(shipped("prompts"), prompts)
    for lang in ("en", "zh"):
        path = prompts / lang / "quality.md"
        path.write_text(
            path.read_text(encoding="utf-8").replace("--- user ---", "\n!\n--- user ---"), "utf-8"
        )
    before = {file.name: file.read_bytes() for file in (folder / "calls").glob("*.jsonl")}
    options = ("--base-url", server[0], "--set", f"prompts={prompts}")
    refused = run(folder, *options, "--strict")
    assert refused.returncode == 2
    assert "quality (prompts changed)" in refused.stderr
    done = run(folder, *options)
    assert done.returncode == 0
    before_it = "(a stage before it changed)"
    assert f"quality (prompts changed), bind {before_it}, respond {before_it}" in done.stderr
    after = {file.name: file.read_bytes() for file in (folder / "calls").glob("*.jsonl")}
    assert {name for name in before if before[name] == after[name]} >= {"expand.jsonl", "structure.jsonl"}
    assert len(after["quality.jsonl"]) > len(before["quality.jsonl"])


def test_a_broken_parser_mended_replays_from_disk_and_asks_nothing(whole: Path, tmp_path: Path) -> None:
    package = tmp_path / "package"
    root = shipped().resolve()
    shutil.copytree(root / "trace_builder", package / "trace_builder")
    for name in ("prompts", "taxonomy", "configs", "seeds"):
        shutil.copytree(root / name, package / name)
    shutil.copy(root / "pyproject.toml", package)
    parser = package / "trace_builder" / "stages" / "structure.py"
    sound = parser.read_text(encoding="utf-8")
    folder = tmp_path / "run"
    shutil.copytree(whole, folder)
    parser.write_text(sound.replace("if not instruction.constraints:", "if 1 / 0:"), encoding="utf-8")
    broken = run(folder, "--base-url", NOWHERE, package=package)
    assert broken.returncode == 1
    status = json.loads((folder / "stages" / "structure.jsonl").read_text().splitlines()[0])
    assert (status["status"], status["reason"]) == ("failed", "internal_error")
    assert "ZeroDivisionError at structure.py" in status["detail"]
    parser.write_text(sound, encoding="utf-8")
    mended = run(folder, "--base-url", NOWHERE, package=package)
    assert mended.returncode == 0, mended.stderr
    assert digests(folder) == digests(whole)
    assert lines(folder, "calls") == lines(whole, "calls")
