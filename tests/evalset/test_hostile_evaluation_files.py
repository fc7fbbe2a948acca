"""Files that are nothing like what the commands expect: one sentence, exit code 2, and no traceback."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from evaluation_set import evaluation_file, row
from typer.testing import CliRunner

from trace_builder.cli import app
from trace_builder.errors import InputError

RESULTS = '{"kind": "trace_builder.evaluation", "version": 1'
FILES: dict[str, str | bytes] = {
    "empty": "",
    "null": "null\n",
    "number": "5\n",
    "list": "[1]\n",
    "deep": '{"id": ' + "[" * 100_000,
    "deep list": "[" * 100_000,
    "digits": '{"id": ' + "9" * 5000 + "}\n",
    "not UTF-8": b'{"id": "\xff"}\n',
    "NUL": b"\0\0\0\0\n",
    "half a surrogate": json.dumps({**row(0), "id": "\ud83d"}) + "\n",
    "wrong types": json.dumps({name: {"a": [1]} for name in row(0)}) + "\n",
    "id is a list": '{"id": [1], "text": 5, "response": {"a": 1}}\n',
    "results of wrong types": RESULTS + ', "data": 5}',
    "results of another version": RESULTS.replace("1", "9") + "}",
}
COMMANDS = {
    "data": ("evaluate", "--output", "out", "--data"),
    "responses": ("evaluate", "--data", "set.jsonl", "--output", "out", "--responses"),
    "judgements": ("evaluate", "--data", "set.jsonl", "--output", "out", "--judgements"),
    "compare": ("evaluate", "--compare", "done"),
    "select": ("evalset", "select", "--to", "new.jsonl"),
    "check": ("evalset", "check", "--output", "out"),
    "checks": ("evalset", "export", "set.jsonl", "--to", "sheet", "--checks"),
    "agree": ("evalset", "agree", "set.jsonl"),
    "write": ("evalset", "write", "set.jsonl", "--to", "new.jsonl"),
}


def said(*args: str) -> str:
    result = CliRunner().invoke(app, args)
    assert isinstance(result.exception, InputError), (result.exception, result.output)
    return str(result.exception)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    evaluation_file(tmp_path, 2)
    rescored("done")
    return tmp_path


def rescored(name: str) -> None:
    """An evaluation that needs no model."""
    texts = [{"id": str(n), "text": "Constraints Overall Score: [[10]]"} for n in range(2)]
    Path("texts.jsonl").write_text("".join(json.dumps(text) + "\n" for text in texts), encoding="utf-8")
    args = ["evaluate", "--data", "set.jsonl", "--output", name, "--judgements", "texts.jsonl"]
    assert CliRunner().invoke(app, args).exit_code == 0


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
@pytest.mark.parametrize("data", FILES.values(), ids=FILES)
def test_a_hostile_file_gets_one_sentence(here: Path, command: tuple[str, ...], data: Any) -> None:
    path = here / "hostile.jsonl"
    if data == "" and "--checks" in command:
        pytest.skip("no findings is an answer too")
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    message = said(*command, "hostile.jsonl")
    assert "\n" not in message
    assert len(message) < 500
    assert message.startswith("hostile.jsonl")


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
@pytest.mark.parametrize("name", ["folder", "loop", "nothing", "x" * 300, "closed/file"])
def test_what_is_no_file_gets_one_sentence(here: Path, command: tuple[str, ...], name: str) -> None:
    (here / "folder").mkdir()
    (here / "loop").symlink_to("loop")
    (here / "closed").mkdir(mode=0o000)
    assert "\n" not in said(*command, name)


def test_damaged_evaluations_are_named_with_file_and_line(here: Path) -> None:
    rescored("two")
    lines = (here / "two" / "instructions.jsonl").read_text(encoding="utf-8").splitlines()
    (here / "two" / "instructions.jsonl").write_text(f"{lines[0]}\n{lines[1][:-9]}\n", encoding="utf-8")
    assert said("evaluate", "--compare", "done", "two").startswith("two/instructions.jsonl:2: ")
    (here / "two" / "instructions.jsonl").write_text(lines[0] + "\n", encoding="utf-8")
    assert "1 instructions, but the results speak of 2" in said("evaluate", "--compare", "done", "two")
    (here / "two" / "results.json").write_text("{\n", encoding="utf-8")
    assert said("evaluate", "--compare", "done", "two").startswith("two/results.json:")
