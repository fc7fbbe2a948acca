"""What a stranger does, in an empty folder with nothing but the wheel: init, run, view, release, stats, evaluate."""

from __future__ import annotations

import json
import re
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from clean_environment import ROOT, Environment, build_wheels

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    room = tmp_path_factory.mktemp("stranger")
    (wheel,) = build_wheels(room / "wheel", ROOT)
    return Environment(room / "venv", wheel)


@pytest.fixture
def server(stranger: Environment) -> Iterator[str]:
    """The address of a server that is started as a user would start one."""
    command = [stranger.bin / "trace-build", "rehearse", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        said = ""
        while (found := re.search(r"http://\S+/v1", said)) is None:
            line = process.stdout.readline()
            assert line, said
            said += line
        yield found.group()
        process.terminate()


def test_from_nothing_to_a_first_look_and_on(stranger: Environment, server: str, tmp_path: Path) -> None:
    made = stranger.run("trace-build", "init", "mine", cwd=tmp_path).stdout
    here = tmp_path / "mine"
    drill = next(line.strip() for line in made.splitlines() if "rehearsal={}" in line)
    stranger.run("trace-build", *drill.split()[1:], cwd=here)
    assert (here / "outputs" / "drill" / "iopo.jsonl").stat().st_size > 0

    (here / "own.jsonl").write_text(
        "".join(json.dumps({"instruction": f"Write {n} lines about a harbour."}) + "\n" for n in range(2, 8))
    )
    run = ("run", "--config", "config.yaml", "--base-url", server, "--seeds", "own.jsonl")
    summary = json.loads(stranger.run("trace-build", *run, "--json", cwd=here).stdout)
    assert summary["folder"] == "outputs/server"
    assert summary["products"]["sft"] > 0
    manifest = json.loads((here / "outputs" / "server" / "run.json").read_text())
    assert manifest["profile"] == "server"
    assert manifest["config"]["models"]["default"]["name"] == "rehearsal", "asked from the server"

    status = json.loads(stranger.run("trace-build", "status", "outputs/server", "--json", cwd=here).stdout)
    assert status["finished"]
    stranger.run("trace-build", "report", "outputs/server", cwd=here)
    stranger.run("trace-build", "release", "outputs/server", "--to", "set", "--eval-quota", "none", cwd=here)
    assert "sft/messages" in stranger.run("trace-build", "stats", "set", cwd=here).stdout
    look(stranger, here)
    stranger.run("trace-build", "release", "outputs/drill", "--to", "drill-set", cwd=here)
    data = ("--data", "drill-set/evaluation/test.jsonl")
    score = ("evaluate", *data, "--base-url", server, "--model", "rehearsal")
    judge = ("--judge-base-url", server, "--judge-model", "rehearsal")
    stranger.run("trace-build", *score, *judge, "--output", "outputs/scores", cwd=here)
    assert (here / "outputs" / "scores" / "results.json").exists()


def look(stranger: Environment, here: Path) -> None:
    """Opens the live page as a browser would; tests/browser/test_live_page.py does it in one."""
    command = [stranger.bin / "trace-build", "view", "outputs/server"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=here) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        with urllib.request.urlopen(url, timeout=30) as page:
            assert b'data-view="live"' in page.read()
        process.terminate()
        process.wait(20)


@pytest.mark.parametrize("name", ["qwen2-72b", "paper", "server", "rehearsal"])
def test_every_shipped_configuration_is_there_by_name(stranger: Environment, name: str, tmp_path: Path) -> None:
    shown = stranger.run("trace-build", "config", "show", name, "--resolved", cwd=tmp_path).stdout
    assert json.loads(shown)["profile"] == name
