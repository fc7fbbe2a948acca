"""configs/paper.yaml does what the paper does, with the embedded model in the place of its 72B one."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from trace_builder.support.resources import shipped


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("paper") / "run"
    options = ["--config", str(shipped("configs", "paper.yaml")), "--output", str(folder), "--limit", "40"]
    settings = ["--set", "rehearsal={}", "--model", "rehearsal", "--set", "models.default.extra_body={}"]
    command = [sys.executable, "-m", "trace_builder", "run", *options, *settings]
    made = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert made.returncode == 0, made.stderr
    return folder


def rows(folder: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def test_one_response_and_one_vote(folder: Path) -> None:
    made = rows(folder, "sft")
    assert made
    assert all(row["imperfect"] == [] and row["judgement"]["votes"] == 1 for row in made)
    assert {score["by"] for row in made for score in row["judgement"]["scores"]} == {"judge"}


def test_a_worse_response_is_always_asked_for(folder: Path) -> None:
    made = rows(folder, "dpo")
    assert made
    assert {row["origin"] for row in made} == {"prompted"}


def test_operations_are_drawn_evenly_and_a_group_is_checked_by_one_question(folder: Path) -> None:
    made = rows(folder, "iopo")
    assert made
    assert {row["certificate"] for row in made} == {"rationality"}
    assert all(row["cells"]["x1y2"] is row["cells"]["x2y1"] is None for row in made)
    assert not any(proven for row in made for proven in row["terms"].values())
    asked = Counter(row["prompt"] for row in rows(folder, "calls/iopo"))
    assert {"iopo_add", "iopo_delete", "iopo_revise", "respond", "judge", "rational"} == set(asked)
    assert asked["judge"] <= asked["respond"], "no crossed pair is judged"
