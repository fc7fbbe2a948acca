"""configs/paper.yaml does what the paper does, with the embedded model in the place of its 72B one."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from trace_builder.run.config_file import load_config
from trace_builder.stages.iopo import IopoConfig
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


def outcomes(folder: Path, stage: str) -> list[dict[str, Any]]:
    return [row["record"] for row in rows(folder, f"stages/{stage}") if row["status"] == "accepted"]


def asked(folder: Path, stage: str) -> Counter[str]:
    return Counter(row["prompt"] for row in rows(folder, f"calls/{stage}"))


def test_step_2_writes_running_text_once_for_each_seed(folder: Path) -> None:
    assert set(asked(folder, "expand")) == {"expand_text"}
    assert all(record["text"] and record["parts"] is None for record in outcomes(folder, "expand"))
    assert {row["sample"] for row in rows(folder, "calls/expand")} == {0}


def test_step_3_has_the_model_take_it_apart(folder: Path) -> None:
    assert set(asked(folder, "structure")) == {"structure"}
    assert asked(folder, "structure").total() >= len(outcomes(folder, "expand"))


def test_step_4_asks_two_questions_the_second_where_the_first_passes(folder: Path) -> None:
    questions = asked(folder, "quality")
    assert set(questions) == {"complete", "redundant"}
    assert questions["redundant"] <= questions["complete"]
    assert all(record["completeness"] and record["redundancy"] for record in outcomes(folder, "quality"))


def test_step_5_judges_the_task_in_the_place_of_an_overall_score(folder: Path) -> None:
    made = rows(folder, "sft")
    assert made
    assert all(row["judgement"]["task"]["score"] == 10 for row in made)
    assert all(score["score"] == 10 for row in made for score in row["judgement"]["scores"])


def test_imperfect_answers_are_not_harvested(folder: Path) -> None:
    assert not (folder / "stages" / "harvest.jsonl").exists()
    assert "harvest" not in json.loads((folder / "run.json").read_text(encoding="utf-8"))["stages"]


def test_operations_are_drawn_uniformly_and_once() -> None:
    config = load_config(shipped("configs", "paper.yaml"))
    iopo = config.section(IopoConfig)
    assert dict(iopo.operations) == {"add": 1, "delete": 1, "revise": 1}
    assert (iopo.rewritings, iopo.samples) == (1, 1)


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
