"""Stopping by signals: whenever and however often they come, the run ends by 130 and can be resumed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from trace_builder.run.config_file import load_config
from trace_builder.run.pipeline import run_pipeline

PROGRAM = (sys.executable, "-m", "trace_builder")
SLOW = ("run", "--output", "out", "--limit", "6", "--set", "rehearsal.latency='0.2'")
#: What one run leaves behind at most.
SIGNALS = (signal.SIGINT, signal.SIGTERM)


def started(folder: Path, *words: str, out: int = subprocess.PIPE) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*PROGRAM, *words], stdout=out, stderr=subprocess.PIPE, text=True, cwd=folder, start_new_session=True
    )


def wait_for(process: subprocess.Popen[str], happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not happened():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.001)


def listening(process: subprocess.Popen[str]) -> bool:
    """Whether the program's first lines have run: the interpreter by itself does not catch SIGTERM."""
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
    caught = next(line.split()[1] for line in status.splitlines() if line.startswith("SigCgt"))
    return bool(int(caught, 16) >> (signal.SIGTERM - 1) & 1)


def send_five(process: subprocess.Popen[str], number: signal.Signals, apart: float = 0.0) -> None:
    for _ in range(5):
        if process.poll() is None:
            process.send_signal(number)
        time.sleep(apart)


def said(process: subprocess.Popen[str], code: int = 130) -> str:
    _, err = process.communicate(timeout=60)
    assert process.returncode == code, err
    for noise in ("Traceback", "Exception ignored", "never retrieved", "destroyed"):
        assert noise not in err
    return str(err)


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("after", [0.0, 0.02, 0.1, 0.3, 0.6, 1.0])
def test_five_at_any_moment_of_the_start(tmp_path: Path, number: signal.Signals, after: float) -> None:
    process = started(tmp_path, *SLOW)
    wait_for(process, lambda: listening(process))
    time.sleep(after)
    send_five(process, number)
    said(process)


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("apart", [0.0, 0.005, 0.1])
def test_five_while_questions_are_in_flight(tmp_path: Path, number: signal.Signals, apart: float) -> None:
    process = started(tmp_path, *SLOW)
    calls = tmp_path / "out" / "calls" / "expand.jsonl"
    wait_for(process, lambda: calls.exists() and calls.stat().st_size > 0)
    send_five(process, number, apart)
    assert "stopping: " in said(process)
    kept = calls.read_bytes()
    again = started(tmp_path, *SLOW[:-2])
    said(again, code=0)
    assert calls.read_bytes().startswith(kept), "nothing asked twice"


def test_five_after_the_last_question(tmp_path: Path) -> None:
    """The command has done its work and cannot print: nobody reads what it says."""
    end, full = os.pipe()
    os.set_blocking(full, False)
    while True:
        try:
            os.write(full, b"x" * 4096)
        except BlockingIOError:
            break
    os.set_blocking(full, True)
    process = started(tmp_path, *SLOW[:-2], out=full)
    os.close(full)
    wait_for(process, lambda: (tmp_path / "out" / "iopo.jsonl").exists())
    time.sleep(0.5)
    send_five(process, signal.SIGINT)
    assert said(process).endswith("interrupted\n")
    os.close(end)


def test_five_when_the_interpreter_shuts_down(tmp_path: Path) -> None:
    code = (
        "import atexit, sys, time; from trace_builder.__main__ import main\n"
        "atexit.register(lambda: (print('late', flush=True), time.sleep(1)))\n"
        "sys.argv = ['trace-build', '--version']; main()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    while process.stdout.readline() != "late\n":
        assert process.poll() is None
    send_five(process, signal.SIGINT)
    assert said(process, code=0) == ""


def test_a_command_that_only_reads_is_interrupted_too(tmp_path: Path) -> None:
    fifo = tmp_path / "rows.jsonl"
    os.mkfifo(fifo)
    process = started(tmp_path, "stats", fifo.name)
    end = os.open(fifo, os.O_WRONLY)
    send_five(process, signal.SIGTERM)
    assert said(process) == "interrupted\n"
    os.close(end)


def test_a_host_gets_its_signals_back(tmp_path: Path) -> None:
    """A script or notebook that calls the pipeline is not left deaf by a Ctrl-C that stopped the run."""
    before = [signal.getsignal(number) for number in SIGNALS]
    config = load_config(values={"output": str(tmp_path / "out"), "limit": 6, "rehearsal.latency": "0.3"})
    timer = threading.Timer(3, lambda: os.kill(os.getpid(), signal.SIGINT))
    timer.start()
    try:
        assert run_pipeline(config).summary.interrupted
    finally:
        timer.cancel()
    assert [signal.getsignal(number) for number in SIGNALS] == before
