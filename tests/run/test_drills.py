"""Servers that fail in every known way: what a run loses is nothing, or is told with its reason."""

from __future__ import annotations

import json
import resource
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from run_program import command, digests, lines, run, served

from trace_builder.config import RehearsalConfig
from trace_builder.rehearsal.server.faults import CONTENT_FAULTS, WIRE_FAULTS
from trace_builder.rehearsal.server.process import start
from trace_builder.report.stats.run_status import read_status

QUICK = ("--set", "wire.backoff=0.02", "--set", "wire.backoff_max=0.3", "--set", "wire.timeout=1.5")
WIRE = dict.fromkeys(set(WIRE_FAULTS) - {"dies", "slow", "hang"}, 0.05) | {"hang": 0.01}
CONTENT = dict.fromkeys(CONTENT_FAULTS, 0.05)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sound") / "run"
    with served() as (url, _):
        assert run(folder, "--base-url", url).returncode == 0
    return folder


def outcomes(folder: Path) -> Iterator[dict[str, object]]:
    for file in sorted((folder / "stages").glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)


def accounted_for(folder: Path) -> bool:
    """In = accepted + rejected + failed in every stage, each outcome but the accepted with its reason."""
    accepted: dict[object, set[object]] = {None: set()}
    before = {
        "structure": "expand",
        "quality": "structure",
        "respond": "quality",
        "dpo": "respond",
        "iopo": "respond",
    }
    seen: dict[object, set[object]] = {}
    for row in outcomes(folder):
        seen.setdefault(row["stage"], set()).add(row["id"])
        if row["status"] == "accepted":
            accepted.setdefault(row["stage"], set()).add(row["id"])
        else:
            assert row["reason"], row
    return all(seen.get(stage, set()) == accepted.get(upstream, set()) for stage, upstream in before.items())


def test_faults_of_the_wire_cost_no_record_and_change_no_byte(sound: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with served(faults=WIRE) as (url, model):
        done = run(folder, "--base-url", url, *QUICK)
    assert done.returncode == 0, done.stderr
    assert digests(folder) == digests(sound)
    assert " retries" in done.stderr
    assert model.total >= lines(folder, "calls")


def test_faults_of_content_lose_nothing_silently_and_do_the_same_twice(tmp_path: Path) -> None:
    with served(faults=CONTENT) as (url, _):
        first = run(tmp_path / "a", "--base-url", url)
        second = run(tmp_path / "b", "--base-url", url, "--concurrency", "3")
    assert first.returncode == second.returncode
    assert first.returncode in (0, 1)
    assert accounted_for(tmp_path / "a")
    assert digests(tmp_path / "a") == digests(tmp_path / "b")
    assert lines(tmp_path / "a", "calls") > lines(tmp_path / "a", "stages"), "broken answers are kept as well"


def test_a_failed_record_is_tried_again_by_the_next_run_with_new_attempts(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with served(faults={"schema_break": 0.45}) as (url, model):
        assert run(folder, "--base-url", url, "--set", "wire.attempts=1").returncode == 1
        failed = {(r["stage"], r["id"]) for r in outcomes(folder) if r["status"] == "failed"}
        run(folder, "--base-url", url, "--set", "wire.attempts=1")
        assert model.repeated == 0, "what was answered is not asked again, broken or not"
    again = {(r["stage"], r["id"]) for r in outcomes(folder) if r["status"] == "failed"}
    assert failed - again


def test_killed_under_all_faults_the_run_ends_with_the_same_bytes(tmp_path: Path) -> None:
    faults = {**WIRE, **CONTENT, "hang": 0.0}
    with served(faults=faults) as (url, _):
        run(tmp_path / "calm", "--base-url", url, *QUICK)
    folder = tmp_path / "killed"
    with served(faults=faults) as (url, _):
        for kill in range(5):
            process = subprocess.Popen(
                command(folder, "--base-url", url, *QUICK),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            deadline = time.monotonic() + 60
            while (
                lines(folder, "calls") < 10 + 30 * kill
                and process.poll() is None
                and time.monotonic() < deadline
            ):
                time.sleep(0.005)
            process.send_signal(signal.SIGKILL)
            process.wait()
        run(folder, "--base-url", url, *QUICK)
    assert digests(folder) == digests(tmp_path / "calm")


def test_with_no_room_left_the_run_stops_whole_and_resumes_once_there_is_room(
    sound: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    with served() as (url, _):
        full = subprocess.run(
            command(folder, "--base-url", url),
            capture_output=True,
            text=True,
            timeout=120,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)),
        )
        assert full.returncode == 3, full.stderr
        assert "error: " in full.stderr
        assert "Traceback" not in full.stderr
        for file in folder.rglob("*.jsonl"):
            assert all(json.loads(line) for line in file.read_text(encoding="utf-8").splitlines())
        assert run(folder, "--base-url", url).returncode == 0
    assert digests(folder) == digests(sound)


def test_a_server_that_is_gone_for_a_while_is_waited_for(sound: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    server = start(RehearsalConfig(latency="0.01"), any_model=True)
    port = int(server.base_url.split(":")[2].split("/")[0])
    process = subprocess.Popen(
        command(folder, "--base-url", server.base_url, "--concurrency", "4"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    while lines(folder, "calls") < 30 and process.poll() is None:
        time.sleep(0.01)
    server.stop()
    reopened: list[object] = []
    timer = threading.Timer(2, lambda: reopened.append(start(RehearsalConfig(), any_model=True, port=port)))
    timer.start()
    assert process.wait(90) == 0, process.stderr.read() if process.stderr else ""
    timer.join()
    for again in reopened:
        again.stop()  # type: ignore[attr-defined]
    assert digests(folder) == digests(sound)


@pytest.mark.parametrize("before", [0, 30], ids=["never up", "gone in the middle"])
def test_one_signal_stops_a_run_that_waits_for_a_server(tmp_path: Path, before: int) -> None:
    folder = tmp_path / "run"
    server = start(RehearsalConfig(latency="0.01"), any_model=True)
    if not before:
        server.stop()
    process = subprocess.Popen(
        command(folder, "--base-url", server.base_url, "--concurrency", "4"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while lines(folder, "calls") < before and process.poll() is None:
        time.sleep(0.01)
    server.stop()
    time.sleep(2)  # long enough for the run to notice that nobody answers
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 130


def test_past_the_outage_limit_the_run_stops_and_can_be_resumed(sound: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with served() as (url, _):
        run(folder, "--base-url", url, "--stage", "expand")
    gone = run(folder, "--base-url", url, "--outage-limit", "1")
    assert gone.returncode == 3, gone.stderr
    assert gone.stderr.strip().splitlines()[-1].startswith("error: ")
    with served() as (url, _):
        assert run(folder, "--base-url", url).returncode == 0
    assert digests(folder) == digests(sound)


def test_of_two_servers_one_may_die_half_way(sound: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    doomed = start(RehearsalConfig(latency="0.01"), any_model=True)
    with served(latency="0.01") as (url, model):
        process = subprocess.Popen(
            command(folder, "--base-url", url, "--base-url", doomed.base_url, "--concurrency", "8"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while lines(folder, "calls") < 40 and process.poll() is None:
            time.sleep(0.01)
        doomed.stop()
        assert process.wait(90) == 0
        assert model.total < lines(folder, "calls") + model.repeated, "both had answered"
    assert digests(folder) == digests(sound)


def test_faults_of_the_wire_are_told_with_count_and_latest_text(tmp_path: Path) -> None:
    with served(faults={"error_500": 0.3}) as (url, _):
        done = run(tmp_path / "run", "--base-url", url, *QUICK, limit=4)
    assert done.returncode == 0, done.stderr
    assert "server_error " in done.stderr.splitlines()[-1], "the progress line names the most frequent fault"
    told = read_status(tmp_path / "run").as_dict()["faults"]
    assert [fault["kind"] for fault in told] == ["server_error"]
    assert told[0]["count"] >= 1
    assert "500" in told[0]["latest"]
