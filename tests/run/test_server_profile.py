"""A run with a server and no configuration: its own name, its own folder, and the server's model."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from run_program import NOWHERE, served

from trace_builder.config import RehearsalConfig
from trace_builder.rehearsal.server.server_options import ServerOptions


def run(here: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "trace_builder", "run", "--limit", "3", *words]
    return subprocess.run(command, cwd=here, capture_output=True, text=True, timeout=120)


def offering(*names: str) -> ServerOptions:
    return ServerOptions(drill=RehearsalConfig(), models=names)


def test_it_asks_the_server_for_its_model_and_keeps_out_of_the_demos_folder(tmp_path: Path) -> None:
    assert run(tmp_path).returncode == 0
    demo = (tmp_path / "outputs" / "rehearsal" / "sft.jsonl").read_bytes()
    with served(offering("the-only-one")) as (url, model):
        made = run(tmp_path, "--base-url", url)
        assert made.returncode == 0, made.stderr
        asked = model.total
        assert asked > 0
    manifest = json.loads((tmp_path / "outputs" / "server" / "run.json").read_text())
    assert manifest["profile"] == "server"
    assert manifest["config"]["models"]["default"]["name"] == "the-only-one"
    assert manifest["config"]["judge"]["votes"] == 3
    assert (tmp_path / "outputs" / "rehearsal" / "sft.jsonl").read_bytes() == demo
    again = run(tmp_path, "--base-url", NOWHERE)
    assert again.returncode == 0, "a finished run needs no server to be told its model"


def test_of_several_models_one_is_chosen_by_the_user(tmp_path: Path) -> None:
    with served(offering("b-7b", "a-72b")) as (url, _):
        made = run(tmp_path, "--base-url", url)
        assert made.returncode == 2
        assert "offers several models: a-72b, b-7b; choose one with --model NAME" in made.stderr
        assert run(tmp_path, "--base-url", url, "--model", "b-7b").returncode == 0


def test_a_folder_keeps_its_model_when_another_is_served(tmp_path: Path) -> None:
    with served(offering("first")) as (url, _):
        assert run(tmp_path, "--base-url", url).returncode == 0
    kept = (tmp_path / "outputs" / "server" / "sft.jsonl").read_bytes()
    with served(offering("second")) as (url, _):
        made = run(tmp_path, "--base-url", url, "--limit", "5")
        assert made.returncode == 2
        assert "does not offer the model 'first'; it offers second" in made.stderr
    assert (tmp_path / "outputs" / "server" / "sft.jsonl").read_bytes() == kept


def test_a_server_that_is_not_there_is_three(tmp_path: Path) -> None:
    made = run(tmp_path, "--base-url", NOWHERE)
    assert made.returncode == 3
    assert "--model NAME" in made.stderr
    assert "Traceback" not in made.stderr
