from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from trace_builder.commands.looking.report import report
from trace_builder.commands.looking.stats import stats
from trace_builder.errors import InputError, StoppedError

_APP = typer.Typer(pretty_exceptions_enable=False)
_APP.command()(stats)
_APP.command()(report)


def _run(*arguments: object) -> str:
    result = CliRunner().invoke(_APP, [str(argument) for argument in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_json_holds_everything(harbour: Path) -> None:
    found = json.loads(_run("stats", harbour, "--json"))
    assert found["kind"] == "run"
    assert found["funnel"][0]["in"] == found["run"]["seeds"] == 60
    kept = {row["stage"]: row["accepted"] for row in found["funnel"]}
    assert found["products"] == {"sft": kept["respond"], "dpo": kept["dpo"], "iopo": kept["iopo"]}


def test_tables_are_plain_in_a_pipe(harbour: Path) -> None:
    output = _run("stats", harbour)
    assert "\x1b" not in output
    assert not any(line != line.rstrip() for line in output.splitlines())
    assert "name_leaked" in output
    funnel = next(line for line in output.splitlines() if line.startswith("expand "))
    assert funnel.split()[:3] == ["expand", "60", "55"]


def test_markup_of_the_terminal_in_a_text_is_only_text(tmp_path: Path) -> None:
    row = {"id": "[red]1[/red]", "description": "d", "constraints": "a", "constraints_splits": ["a"]}
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps({**row, "levels2": ["[bold]x"]}) + "\n", encoding="utf-8")
    output = _run("stats", path)
    assert "label outside the taxonomy: [bold]x" in output
    assert "[red]1[/red] to [red]1[/red]" in output


def test_the_page_goes_into_the_run_or_where_it_is_told(run_folder: Path, tmp_path: Path) -> None:
    assert "report.html" in _run("report", run_folder)
    there = (run_folder / "report.html").read_text(encoding="utf-8")
    _run("report", run_folder, "--to", tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == there


def test_the_page_of_a_file_goes_into_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = {
        "id": "1",
        "description": "d",
        "constraints": "a",
        "constraints_splits": ["a"],
        "levels2": ["theme"],
    }
    source = tmp_path / "data" / "set.jsonl"
    source.parent.mkdir()
    source.write_text(json.dumps(row) + "\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    _run("report", source)
    assert [path.name for path in source.parent.iterdir()] == ["set.jsonl"]
    assert (tmp_path / "set.report.html").is_file()


@pytest.mark.parametrize("name", ["nowhere/page.html", "", "x" * 300, "seeds.jsonl/page.html"])
def test_a_page_that_can_be_written_nowhere_is_a_sentence(run_folder: Path, name: str) -> None:
    with pytest.raises(InputError, match="cannot be written") as caught:
        _run("report", run_folder, "--to", run_folder / name)
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_stops_it_and_leaves_nothing_behind(
    run_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sorted(run_folder.rglob("*"))

    def full(path: Path, mode: str = "r", buffering: int = -1, **more: Any) -> Any:
        made = opened(path, mode, buffering, **more)
        if "w" not in mode:
            return made
        made.close()
        return opened(Path("/dev/full"), mode, buffering, **more)

    opened = Path.open
    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(StoppedError, match=r"report\.html: cannot be written: no room left"):
        _run("report", run_folder)
    assert sorted(run_folder.rglob("*")) == before


def test_another_taxonomy_is_followed(tmp_path: Path, run_folder: Path) -> None:
    path = tmp_path / "mine.yaml"
    both = "{en: [a b, c d], zh: [甲, 乙]}"
    path.write_text(
        "types:\n  - id: form\n    name: {en: Form, zh: 形式约束}\n    dimensions:\n"
        "      - id: numerical\n        name: {en: Counting, zh: 计数约束}\n"
        f"        description: {{en: x, zh: 丙}}\n        examples: {both}\n",
        encoding="utf-8",
    )
    found = json.loads(_run("stats", run_folder, "--json", "--taxonomy", path))
    (row,) = found["sets"]["sft"]["dimensions"]
    assert row["name"] == "Counting"
    assert row["count"] > 0
    assert {stray["label"] for stray in found["sets"]["sft"]["labels_outside"]} >= {"theme", "inclusion"}
