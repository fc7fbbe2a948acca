"""From a pool of instructions to an adjudicated set, by the commands alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from annotator_files import answer, csv_file, sheet_file
from evaluation_set import evaluation_file, row, rows_of, write
from scripted_server import scripted
from typer.testing import CliRunner

from trace_builder.commands.evalset import app
from trace_builder.errors import InputError
from trace_builder.evalset.annotations import set_digest
from trace_builder.evaluate.dataset import read_evalset
from trace_builder.taxonomy import load_taxonomy


def run(*args: object, fails: bool = False, code: int = 0) -> str:
    result = CliRunner().invoke(app, [str(arg) for arg in args])
    if fails:
        assert isinstance(result.exception, InputError), (result.output, result.exception)
        return str(result.exception)
    assert result.exit_code == code, (result.output, result.exception)
    return result.stdout


def inspector(body: dict[str, Any]) -> str:
    """Finds the second constraint of instruction 3 redundant and everything else in order; about 5
    it answers for a constraint that does not exist."""
    reply: dict[str, Any] = {
        "reasoning": "looked", "empty_description": False, "redundancy": False, "input_mismatch": False,
        "description": None, "constraints": [], "input": None,
    }  # fmt: skip
    prompt = body["messages"][-1]["content"]
    if "(3)" in prompt:
        texts = row(3)["constraints_splits"]
        kept = [{"id": f"c{n}", "text": t} for n, t in enumerate(texts, start=1) if n != 2]
        reply |= {
            "redundancy": True,
            "description": row(3)["description"],
            "constraints": kept,
            "input": "new",
        }
    if "(5)" in prompt:
        reply |= {"redundancy": True, "description": "d", "constraints": [{"id": "c9", "text": "x"}]}
    return json.dumps(reply)


@pytest.fixture
def checked(tmp_path: Path) -> Path:
    """A folder with ``set.jsonl`` and what the check found in it."""
    evaluation_file(tmp_path, 8)
    with scripted(inspector) as (url, _):
        options = ("--base-url", url, "--model", "m", "--set", "models.default.structured=json_schema")
        options += ("--set", "wire.attempts=2")
        shown = run("check", tmp_path / "set.jsonl", "--output", tmp_path / "checks", *options, code=1)
    assert "7 of 8 checked: 1 with a fault (redundancy 1), 1 proposals." in shown
    return tmp_path


def test_the_check_proposes_and_does_not_invent_constraints(checked: Path) -> None:
    found = {line["id"]: line for line in rows_of(checked / "checks" / "checks.jsonl")}
    assert "5" not in found  # it only ever answered for a constraint that does not exist
    assert [c["id"] for c in found["3"]["proposal"]["constraints"]] == ["c1", "c3", "c4"]
    assert found["3"]["proposal"]["input"] == "new"
    assert found["0"]["faults"] == []


def test_from_the_check_to_the_adjudicated_set(checked: Path) -> None:
    data, sheet = checked / "set.jsonl", checked / "sheet"
    run("export", data, "--checks", checked / "checks", "--to", sheet)
    assert '"proposal":{"description"' in (sheet / "sheet.html").read_text(encoding="utf-8")
    digest = set_digest(read_evalset(data, load_taxonomy()).items)
    mended = {
        "description": "Mended.",
        "constraints": [{"id": "c1", "text": "At most 99 words."}],
        "input": None,
    }
    correct = answer(redundancy=True, decision="correct", correction=mended)
    ada = {str(n): answer() for n in range(8)} | {"3": correct, "6": answer(decision="drop")}
    bo = {str(n): answer() for n in range(8)} | {"3": correct, "7": answer(redundancy=True)}
    files = (
        sheet_file(checked, "ada", digest, ada),
        csv_file(sheet / "annotations.csv", checked / "bo.csv", bo),
    )
    shown = run("agree", data, *files, "--to", sheet, "--resamples", 100)
    assert "Cohen's kappa" in shown
    assert "2 disagreements: 6, 7" in shown
    agreed = json.loads((sheet / "agreement.json").read_text(encoding="utf-8"))
    assert agreed["questions"]["decision"]["percent"]["value"] == 7 / 8
    assert [line["id"] for line in rows_of(sheet / "disagreements.jsonl")] == ["6", "7"]
    assert '"adjudication":true' in (sheet / "adjudication.html").read_text(encoding="utf-8")
    assert "still in dispute" in run("write", data, *files, "--to", checked / "final.jsonl", fails=True)
    cy = sheet_file(checked, "cy", digest, {"6": answer()}, role="adjudicator")
    shown = run("agree", data, *files, cy, "--resamples", 100)
    assert f"{cy} is by the adjudicator cy; left out." in shown
    assert "2 annotators of 8 instructions: ada (8), bo (8)" in shown
    shown = run("write", data, *files, cy, "--to", checked / "final.jsonl")
    assert "8 instructions written" in shown
    assert "1 corrected, 0 dropped" in shown
    final = rows_of(checked / "final.jsonl")
    assert [line for line in final if line["id"] != "3"] == [row(n) for n in range(8) if n != 3]
    third = final[3]
    assert third["messages"][1]["content"] == "Mended.\nAt most 99 words.\n"
    assert (third["constraints_num"], third["levels2"], third["input"]) == (1, ["数值约束"], "NULL")


def test_selecting_by_quotas(tmp_path: Path) -> None:
    data = evaluation_file(tmp_path, 24)
    shown = run("select", data, "--to", tmp_path / "out.jsonl", "--quota", "1=3", "--quota", "4=9")
    assert "9 of 24 instructions written" in shown
    assert "Missing to fill the quotas: 3 with 4 constraints." in shown
    assert sorted(line["constraints_num"] for line in rows_of(tmp_path / "out.jsonl")) == [1] * 3 + [4] * 6
    assert "none of its 24" in run("select", data, "--to", tmp_path / "x", "--quota", "9=1", fails=True)


def test_a_sample_goes_out_and_only_it_is_written(tmp_path: Path) -> None:
    data = evaluation_file(tmp_path, 24)
    run("export", data, "--to", tmp_path / "sheet", "--sample", 5)
    tasks = json.loads((tmp_path / "sheet" / "label_studio_tasks.json").read_text(encoding="utf-8"))
    ids = [task["data"]["id"] for task in tasks]
    assert len(ids) == 5
    path = sheet_file(tmp_path, "ada", tasks[0]["data"]["set"], {i: answer() for i in ids})
    assert "19 instructions were not answered" in run("write", data, path, "--to", tmp_path / "x", fails=True)
    run("write", data, path, "--to", tmp_path / "out.jsonl", "--only-annotated")
    assert [line["id"] for line in rows_of(tmp_path / "out.jsonl")] == ids


def test_one_annotator_agrees_with_nobody(tmp_path: Path) -> None:
    data = evaluation_file(tmp_path, 2)
    digest = set_digest(read_evalset(data, load_taxonomy()).items)
    path = sheet_file(tmp_path, "ada", digest, {"0": answer()})
    assert "at least two annotators" in run("agree", data, path, fails=True)


def test_findings_of_another_set(checked: Path) -> None:
    other = write(checked / "other.jsonl", [{**row(0), "id": "new"}])
    message = run("export", other, "--checks", checked / "checks", "--to", checked / "x", fails=True)
    assert "checks.jsonl:1: a finding for '0', which the set does not have" in message
