"""The key comes from the environment and goes to the server alone."""

from __future__ import annotations

from pathlib import Path

from run_program import run, served

from trace_builder.config import RehearsalConfig
from trace_builder.rehearsal.server.server_options import ServerOptions

KEY = "sk-planted-5f1e77"
FAULTS = {"error_500": 0.1, "error_503": 0.1, "not_json": 0.1, "reset_before": 0.05, "schema_break": 0.1}
QUICK = ("--set", "wire.backoff=0.02", "--set", "wire.backoff_max=0.2")


def guarded(**drill: object) -> ServerOptions:
    return ServerOptions(
        drill=RehearsalConfig.model_validate(drill), models=("qwen", "rehearsal"), api_key=KEY
    )


def test_a_planted_key_is_found_nowhere_after_a_run_with_faults(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with served(guarded(faults=FAULTS)) as (url, model):
        done = run(folder, "--base-url", url, *QUICK, limit=6, OPENAI_API_KEY=KEY)
        assert model.total, "the server lets nobody in without the key"
    assert done.returncode in (0, 1), done.stderr
    places = [file for file in tmp_path.rglob("*") if file.is_file() and KEY.encode() in file.read_bytes()]
    assert places == []
    assert KEY not in done.stdout + done.stderr


def test_a_wrong_key_stops_the_run_with_one_sentence_that_does_not_repeat_it(tmp_path: Path) -> None:
    with served(guarded()) as (url, _):
        done = run(tmp_path / "run", "--base-url", url, limit=3, OPENAI_API_KEY="sk-wrong-91c2")
    assert done.returncode == 2
    assert done.stderr.strip().splitlines()[-1].startswith("error: ")
    assert "OPENAI_API_KEY" in done.stderr
    assert "sk-wrong-91c2" not in done.stderr


def test_a_wrong_model_name_stops_the_run_and_names_those_the_server_offers(tmp_path: Path) -> None:
    with served(guarded()) as (url, model):
        done = run(tmp_path / "run", "--base-url", url, "--model", "qwne", limit=3, OPENAI_API_KEY=KEY)
        assert model.total == 0
    assert done.returncode == 2
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("error: ")
    assert "qwne" in last
    assert "qwen" in last


def test_a_password_in_an_address_is_written_and_said_nowhere(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with served() as (url, _):
        done = run(folder, "--base-url", url.replace("http://", "http://user:hush-3344@"), limit=2)
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert files
    assert not [file for file in files if b"hush-3344" in file.read_bytes()]
    assert "asking " in done.stderr
    assert "hush-3344" not in done.stdout + done.stderr
