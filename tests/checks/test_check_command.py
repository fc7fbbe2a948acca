"""``trace-build check``, and what share of a set it says is bound."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from trace_builder.cli import app
from trace_builder.errors import InputError

ROW = {
    "id": "r1",
    "instruction": {
        "description": "Write about bees.",
        "constraints": [
            {"id": "c1", "text": "Use at most 40 words.", "dimension": "numerical"},
            {"id": "c2", "text": "Write a witty letter of at most 40 words.", "dimension": "numerical"},
            {"id": "c3", "text": "Be kind.", "dimension": "tone"},
        ],
        "input": None,
    },
}
RELEASED = {
    "id": 1,
    "description": "写写蜜蜂。",
    "constraints": "全文不超过50字。\n语言优美。",
    "constraints_splits": ["全文不超过50字。", "语言优美。"],
    "constraints_num": 2,
    "levels2": ["数值约束", "语气风格约束"],
    "input": "无",
}


def call(*words: object) -> str:
    done = CliRunner().invoke(app, ["check", *map(str, words)])
    assert done.exit_code == 0, (done.output, done.exception)
    return done.output


def write(folder: Path, *rows: object) -> Path:
    path = folder / "set.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


def test_a_constraint_is_bound_measured_and_shown_where_it_breaks(tmp_path: Path) -> None:
    path = tmp_path / "response.txt"
    path.write_text("Well then, bees hum.\nBees dance, too!", "utf-8")
    said = call("--constraint", 'Use no commas and mention "hive".', "--response", path)
    assert "all that it asks for" in said
    assert "verdict   broken" in said
    assert "line 1: Well then" in said
    assert "broken: word: 0 times" in said
    told = json.loads(call("--constraint", "全文不超过50字，语言优美。", "--response", path, "--json"))
    assert told["check"]["whole"] is False
    assert told["verdict"] is None
    assert [finding["verdict"] for finding in told["findings"]] == [True]
    assert told["words"]["en"] == "The response must have at most 50 words."


def test_a_constraint_that_code_cannot_tell_is_said_so(tmp_path: Path) -> None:
    assert call("--constraint", "Be kind.") == "bound to nothing: code cannot tell\n"
    assert json.loads(call("--constraint", "Be kind.", "--json")) == {"constraint": "Be kind.", "check": None}


def test_the_share_bound_of_our_records_of_the_released_format_and_of_lines(tmp_path: Path) -> None:
    ours = json.loads(call("--coverage", write(tmp_path, ROW), "--json"))
    assert ours["total"] == {"constraints": 3, "bound": 2, "whole": 1}
    assert ours["dimensions"]["numerical"] == {"constraints": 2, "bound": 2, "whole": 1}
    assert ours["languages"] == {"en": ours["total"]}
    assert ours["kinds"] == {"words": 2}
    released = json.loads(call("--coverage", write(tmp_path, RELEASED), "--json"))
    assert released["dimensions"]["数值约束"] == {"constraints": 1, "bound": 1, "whole": 1}
    lines = tmp_path / "lines.txt"
    lines.write_text("Use at most 40 words.\n\n全文不超过50字。\nBe kind.\n", "utf-8")
    told = json.loads(call("--coverage", lines, "--json", "--list"))
    assert told["total"] == {"constraints": 3, "bound": 2, "whole": 2}
    assert [row["words"] for row in told["bound"]] == [
        "The response must have at most 40 words.",
        "全文最多50字。",
    ]
    said = call("--coverage", lines, "--list")
    assert "whole: 全文最多50字。" in said
    assert "66.67%" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "one of --constraint and --coverage"),
        (("--constraint", "a", "--coverage", "b"), "one of --constraint and --coverage"),
        (("--coverage", "set.jsonl", "--response", "b"), "--response goes with --constraint"),
        (("--coverage", "set.jsonl"), "no constraints in it"),
        (("--coverage", "nothing.jsonl"), "nothing.jsonl"),
        (("--constraint", "Use at most 5 words.", "--response", "nothing.txt"), "nothing.txt"),
    ],
)
def test_what_cannot_be_checked_is_said_in_one_sentence(
    words: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"a": 1})
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["check", *words])
    assert isinstance(done.exception, InputError)
    assert said in str(done.exception)
