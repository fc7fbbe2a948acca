"""The command itself, over loopback, with the embedded model."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import typer
from evaluation_set import evaluation_file, rows_of, write
from run_folders import make_run
from typer.testing import CliRunner

from trace_builder.commands.evaluate import evaluate
from trace_builder.errors import InputError
from trace_builder.records import Seed
from trace_builder.storage.layout import calls_file
from trace_builder.storage.run_folder import RunFolder

APP = typer.Typer()
APP.command()(evaluate)
BOOT = "import typer\nfrom trace_builder.commands.evaluate import evaluate\napp = typer.Typer()\n"
BOOT += "app.command()(evaluate)\napp()\n"


def run(*args: object, fails: bool = False) -> Any:
    result = CliRunner().invoke(APP, [str(arg) for arg in args])
    if fails:
        assert isinstance(result.exception, InputError), result.output
        return str(result.exception)
    assert result.exit_code == 0, (result.output, result.exception)
    return result.stdout


def results(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    return found


def calls(folder: Path) -> list[str]:
    with RunFolder.open(folder) as run:
        return [call.key for stage in run.stages for call in run.calls(stage)]


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An evaluation with two votes, and beside it ``set.jsonl``."""
    folder = tmp_path_factory.mktemp("evaluated")
    run("--data", evaluation_file(folder), "--output", folder / "out", "--votes", 2)
    return folder


def test_generates_judges_and_scores(evaluated: Path) -> None:
    found = results(evaluated / "out")
    assert found["models"]["tested"]["temperature"] == 0.1
    assert found["data"]["instructions"] == 24
    assert sum(found["results"].values()) == 24
    assert found["results"]["followed"] > 0
    assert found["votes"]["votes"] == 2
    lines = rows_of(evaluated / "out" / "instructions.jsonl")
    assert [line["id"] for line in lines] == [str(n) for n in range(24)]
    for line in lines:
        full = all(c["score"] == 10 for c in line["constraints"])
        assert (line["result"] == "followed") == full


def test_running_again_asks_nothing(evaluated: Path) -> None:
    before = calls(evaluated / "out")
    text = (evaluated / "out" / "results.json").read_bytes()
    run("--data", evaluated / "set.jsonl", "--output", evaluated / "out", "--votes", 2)
    assert calls(evaluated / "out") == before
    assert (evaluated / "out" / "results.json").read_bytes() == text


def test_answers_already_made_are_judged_alone(evaluated: Path, tmp_path: Path) -> None:
    lines = rows_of(evaluated / "out" / "instructions.jsonl")
    answers = write(tmp_path / "mine.jsonl", [{"id": r["id"], "response": r["response"]} for r in lines])
    run("--data", evaluated / "set.jsonl", "--responses", answers, "--output", tmp_path / "out")
    found = results(tmp_path / "out")
    assert found["models"]["tested"] == {"name": "mine", "responses": str(answers)}
    with RunFolder.open(tmp_path / "out") as run_:
        assert run_.stages == ("judge",)
    assert found["scores"]["if"]["percent"] == results(evaluated / "out")["scores"]["if"]["percent"]


def test_a_runs_folder_is_left_alone(evaluated: Path, tmp_path: Path) -> None:
    folder = make_run(tmp_path / "run", [Seed(id="1", lang="en", instruction="Sing.")], {})
    before = {path.name: path.read_bytes() for path in folder.glob("[!.]*.json*")}
    message = run("--data", evaluated / "set.jsonl", "--output", folder, fails=True)
    assert "a run of the pipeline lives here" in message
    assert {path.name: path.read_bytes() for path in folder.glob("[!.]*.json*")} == before


def test_an_empty_answer_follows_nothing_and_a_missing_one_is_apart(evaluated: Path, tmp_path: Path) -> None:
    answers = write(tmp_path / "a.jsonl", [{"id": "0", "response": "  "}])
    args = (
        "--data",
        evaluated / "set.jsonl",
        "--limit",
        2,
        "--responses",
        answers,
        "--output",
        tmp_path / "out",
    )
    assert "no response for 1 instructions" in run(*args, fails=True)
    run(*args, "--allow-missing")
    assert results(tmp_path / "out")["results"] == {
        "followed": 0, "not_followed": 1, "disputed": 0, "unscored": 0, "unanswered": 1,
    }  # fmt: skip
    assert calls(tmp_path / "out") == []


def test_authors_judge_texts_get_both_readings(evaluated: Path, tmp_path: Path) -> None:
    text = "Fine Grained Score: {}\nConstraints Overall Score: [[10]]"
    texts = [{"id": str(n), "text": text.format([10] * (1 + n % 4))} for n in range(24)]
    texts[3]["text"] = text.format([10, 8, 10, 10])
    folder = tmp_path / "out"
    path = write(tmp_path / "j.jsonl", texts)
    shown = run("--data", evaluated / "set.jsonl", "--judgements", path, "--output", folder)
    found = results(folder)
    assert found["scores"]["if"]["followed"] == 23
    assert found["authors_reading"]["if"]["followed"] == 24
    assert "Two readings of the same judge texts" in shown


def test_two_evaluations_compare(evaluated: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    run("--data", evaluated / "set.jsonl", "--output", other, "--set", "rehearsal.miss=0.9")
    shown = run("--compare", evaluated / "out", other, "--output", tmp_path / "compared")
    found = json.loads((tmp_path / "compared" / "comparison.json").read_text(encoding="utf-8"))
    whole = found["measures"]["if"]
    assert whole["both"] + whole["only_a"] + whole["only_b"] + whole["neither"] == whole["n"] == 24
    assert whole["a_percent"] == pytest.approx(results(evaluated / "out")["scores"]["if"]["percent"])
    assert whole["difference"]["percent"] < 0
    assert "McNemar p" in shown
    assert found["measures"]["if_s"]["n"] + found["measures"]["if_m"]["n"] == 24


def test_only_the_same_instructions_compare(evaluated: Path, tmp_path: Path) -> None:
    run("--data", evaluated / "set.jsonl", "--limit", 5, "--output", tmp_path / "five")
    message = run("--compare", evaluated / "out", tmp_path / "five", fails=True)
    assert "not over the same instructions: 19 are in one alone" in message
    assert "no evaluation here" in run("--compare", evaluated, tmp_path / "five", fails=True)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ((), "--data FILE is missing"),
        (("--data", "x", "--base-url", "http://h/v1", "--model", "m"), "--base-url without --judge-base-url"),
        (("--data", "x", "--judge-base-url", "http://h/v1", "--judge-model", "m"), "nothing to judge"),
        (("--data", "x", "--responses", "r", "--model", "m"), "answers already made"),
        (("--data", "x", "--judgements", "j", "--responses", "r"), "--responses has no place"),
        (("--data", "x", "--responses", "r", "--judge-base-url", "http://h/v1"), "without --judge-model"),
    ],
)
def test_options_that_do_not_fit_together(args: tuple[str, ...], message: str) -> None:
    assert message in run(*args, fails=True)


def test_a_kill_in_the_middle_loses_and_repeats_nothing(evaluated: Path, tmp_path: Path) -> None:
    data = evaluation_file(tmp_path, 60)
    args = ["--data", str(data), "--set", "rehearsal.latency='0.05'", "--concurrency", "4"]
    command = [sys.executable, "-c", BOOT, *args, "--output", str(tmp_path / "killed")]
    journal = calls_file(tmp_path / "killed", "judge")
    said = tmp_path / "said.txt"
    with said.open("wb") as out:
        child = subprocess.Popen(command, stdout=out, stderr=out)
    try:
        deadline = time.monotonic() + 120
        while not (journal.exists() and journal.read_bytes().count(b"\n") >= 8):
            assert child.poll() is None, f"it ended before it could be killed: {said.read_text()[-2000:]}"
            assert time.monotonic() < deadline
            time.sleep(0.01)
    finally:
        child.kill()
        child.wait()
    assert not (tmp_path / "killed" / "results.json").exists()
    bought = calls(tmp_path / "killed")
    run(*args, "--output", tmp_path / "killed")
    run(*args, "--output", tmp_path / "whole")
    after = calls(tmp_path / "killed")
    assert set(bought) <= set(after)
    assert len(after) == len(set(after))
    assert set(after) == set(calls(tmp_path / "whole"))
    for name in ("results.json", "instructions.jsonl"):
        assert (tmp_path / "killed" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
