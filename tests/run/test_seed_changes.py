"""Other seeds on a folder that has data: what they would drop is said in numbers, and asked about."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from trace_builder.errors import InputError
from trace_builder.run.config_file import load_config
from trace_builder.run.pipeline import run_pipeline
from trace_builder.storage.run_folder import open_run
from trace_builder.support.resources import shipped

Run = Callable[..., list[str]]
ROWS = shipped("seeds", "demo.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs over the seeds of a file, and returns what was asked."""

    def running(
        rows: list[str], limit: int | None = None, *, answer: bool = True, strict: bool = False
    ) -> list[str]:
        (tmp_path / "s.jsonl").write_text("".join(rows), encoding="utf-8")
        values = {"output": str(tmp_path / "run"), "seeds": [str(tmp_path / "s.jsonl")], "strict": strict}
        asked: list[str] = []

        def agree(question: str) -> bool:
            asked.append(question)
            return answer

        run_pipeline(load_config(values={**values, "limit": limit}), agree=agree)
        return asked

    return running


def accepted(folder: Path, stage: str, ids: set[str]) -> int:
    with open_run(folder) as opened:
        return sum(opened.status(stage, id_) == "accepted" for id_ in ids)


def test_more_seeds_and_the_same_are_never_asked_about(run: Run) -> None:
    assert run(ROWS[:6], limit=3) == []
    assert run(ROWS[:6], limit=5) == []
    assert run(ROWS[:6]) == []
    assert run(ROWS[:6]) == []
    assert run(ROWS[:8], strict=True) == []
    assert run([*ROWS[6:8], *ROWS[:6]]) == [], "another order loses nothing"


def test_what_would_be_lost_is_counted_from_the_folder(run: Run, tmp_path: Path) -> None:
    run(ROWS[:6])
    lost = {json.loads(row)["id"] for row in ROWS[2:6]}
    rows = {name: accepted(tmp_path / "run", name, lost) for name in ("respond", "dpo", "iopo")}
    harvested = accepted(tmp_path / "run", "harvest", lost)
    (question,) = run(ROWS[:6], limit=2)
    assert "holds 6 seeds: 4 no longer among the seeds. 4 of those are decided" in question
    assert f"{rows['respond']} of sft, {rows['dpo']} of dpo, {rows['iopo'] + harvested} of iopo" in question


def test_an_edited_seed_is_told_from_one_that_is_gone(run: Run) -> None:
    run(ROWS[:3])
    edited = json.loads(ROWS[0])
    edited["instruction"] += " Take your time."
    (question,) = run([json.dumps(edited) + "\n", ROWS[1]])
    assert "1 no longer among the seeds, 1 with another text under the same id" in question


@pytest.mark.parametrize("strict", [False, True])
def test_refused_the_folder_is_left_as_it_was(run: Run, tmp_path: Path, strict: bool) -> None:
    run(ROWS[:4])
    folder = tmp_path / "run"
    before = {path: path.read_bytes() for path in folder.rglob("*.jsonl")}
    with pytest.raises(InputError, match="--yes" if strict else "left as it was"):
        run(ROWS[4:8], answer=strict, strict=strict)
    assert {path: path.read_bytes() for path in folder.rglob("*.jsonl")} == before


def test_seeds_that_come_back_cost_nothing(run: Run, tmp_path: Path) -> None:
    run(ROWS[:4])
    product = (tmp_path / "run" / "sft.jsonl").read_bytes()
    calls = sum(path.stat().st_size for path in (tmp_path / "run" / "calls").iterdir())
    run(ROWS[:1])
    run(ROWS[:4])
    assert (tmp_path / "run" / "sft.jsonl").read_bytes() == product
    assert sum(path.stat().st_size for path in (tmp_path / "run" / "calls").iterdir()) == calls


def program(*words: str) -> list[str]:
    return [sys.executable, "-m", "trace_builder", "run", "--output", "out", *words]


def test_without_a_terminal_it_is_two_and_yes_goes_on(tmp_path: Path) -> None:
    subprocess.run(program("--limit", "3"), cwd=tmp_path, check=True, capture_output=True)
    made = subprocess.run(program("--limit", "2"), cwd=tmp_path, capture_output=True, text=True)
    assert made.returncode == 2
    assert made.stderr.endswith("; --yes goes on\n")
    assert subprocess.run(program("--limit", "2", "--yes"), cwd=tmp_path, capture_output=True).returncode == 0
    assert (tmp_path / "out" / "seeds.jsonl").read_bytes().count(b"\n") == 2


@pytest.mark.parametrize(("answer", "code", "left"), [("y", 0, 2), ("n", 2, 3), ("", 2, 3)])
def test_at_a_terminal_it_asks(tmp_path: Path, answer: str, code: int, left: int) -> None:
    subprocess.run(program("--limit", "3"), cwd=tmp_path, check=True, capture_output=True)
    ours, theirs = pty.openpty()
    with subprocess.Popen(program("--limit", "2"), cwd=tmp_path, stdin=theirs, stderr=theirs) as process:
        os.close(theirs)
        said = b""
        while b"Go on?" not in said:
            said += os.read(ours, 4096)
        os.write(ours, f"{answer}\n".encode())
        while process.poll() is None:
            try:
                os.read(ours, 4096)
            except OSError:
                break
    os.close(ours)
    assert process.returncode == code
    assert (tmp_path / "out" / "seeds.jsonl").read_bytes().count(b"\n") == left
