from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from trace_builder.config import RehearsalConfig
from trace_builder.errors import InputError, StoppedError
from trace_builder.rehearsal.server.process import start

#: A parent that starts a server, says where, and then waits to be killed.
PARENT = """
import sys
from trace_builder.config import RehearsalConfig
from trace_builder.rehearsal.server.process import start
server = start(RehearsalConfig())
print(server.pid, server.base_url, flush=True)
sys.stdin.read()
"""


def models(base_url: str, key: str = "none") -> list[str]:
    request = urllib.request.Request(f"{base_url}/models", headers={"Authorization": f"Bearer {key}"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return [model["id"] for model in json.load(answer)["data"]]


def gone(pid: int) -> bool:
    """Wait for a process to end; it is nobody's child here, so the kernel has to be asked."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def test_a_server_starts_on_a_free_port_and_stops() -> None:
    with start(RehearsalConfig(seed=3), models=("one", "two")) as server:
        assert server.alive
        assert models(server.base_url) == ["one", "two"]
    assert not server.alive
    with pytest.raises(urllib.error.URLError):
        models(server.base_url)
    server.stop()  # a second time does nothing


def test_it_answers_with_the_rule_models_words() -> None:
    body = {"model": "rehearsal", "seed": 1, "messages": [{"role": "user", "content": "Write a greeting."}]}
    answers = []
    for _ in range(2):
        with start(RehearsalConfig()) as server:
            request = urllib.request.Request(
                f"{server.base_url}/chat/completions", json.dumps(body).encode(), method="POST"
            )
            with urllib.request.urlopen(request, timeout=10) as answer:
                answers.append(json.load(answer)["choices"][0])
    assert answers[0] == answers[1]
    assert answers[0]["message"]["content"]


@pytest.mark.parametrize("name", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_it_ends_with_its_parent(name: signal.Signals) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert parent.stdout is not None
    pid, base_url = parent.stdout.readline().split()
    assert models(base_url.decode()) == ["rehearsal"]
    parent.send_signal(name)
    parent.communicate()
    assert gone(int(pid))


def test_ctrl_c_in_the_terminal_does_not_reach_it() -> None:
    with start(RehearsalConfig()) as server:
        assert os.getpgid(server.pid) != os.getpgid(0)
        assert os.getsid(server.pid) != os.getsid(0)


def test_the_key_is_asked_for() -> None:
    with start(RehearsalConfig(), api_key="very-secret") as server:
        assert models(server.base_url, "very-secret") == ["rehearsal"]
        with pytest.raises(urllib.error.HTTPError, match="401"):
            models(server.base_url, "wrong")


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs Linux's /proc")
def test_the_key_is_not_in_the_list_of_processes() -> None:
    with start(RehearsalConfig(), api_key="very-secret") as server:
        command = Path(f"/proc/{server.pid}/cmdline").read_bytes()
        environment = Path(f"/proc/{server.pid}/environ").read_bytes()
    assert b"trace_builder.rehearsal" in command
    assert b"very-secret" not in command + environment


def test_a_port_that_is_taken_is_said() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with pytest.raises(StoppedError, match=f"port {port}"):
            start(RehearsalConfig(), port=port)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Python 3.10 always looks into the current folder")
def test_files_in_the_current_folder_are_not_taken_for_modules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("raise RuntimeError('a file of the user')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [folder for folder in sys.path if folder])
    with start(RehearsalConfig()) as server:
        assert models(server.base_url) == ["rehearsal"]


@pytest.mark.parametrize("bad", [{"latency": "soon"}, {"faults": {"flood": 0.5}}])
def test_what_is_not_understood_is_said_before_anything_starts(bad: dict[str, object]) -> None:
    with pytest.raises(InputError):
        start(RehearsalConfig.model_validate(bad))
