"""A real run's release, and a real evaluation on the release's own evaluation set, have figures and pages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from trace_builder.cli import app
from trace_builder.report.build import build_report
from trace_builder.report.stats.statistics import statistics


def _command(*arguments: object) -> str:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``run``, ``release`` and ``evaluation``."""
    folder = tmp_path_factory.mktemp("made")
    _command("run", "--limit", 24, "--output", folder / "run")
    _command("release", folder / "run", "--to", folder / "release", "--near-duplicates", "off")
    data = folder / "release" / "evaluation" / "test.jsonl"
    _command("evaluate", "--data", data, "--output", folder / "evaluation")
    return folder


def _rows(path: Path) -> int:
    return sum(1 for line in path.read_bytes().split(b"\n") if line)


def test_the_sets_of_a_release_are_its_files(made: Path) -> None:
    found = statistics(made / "release")
    assert found.kind == "release"
    assert set(found.sets) == {"evaluation", "iopo/groups"}
    evaluation = found.sets["evaluation"]
    assert evaluation.records == _rows(made / "release" / "evaluation" / "test.jsonl")
    assert all(check.kept == check.of for check in evaluation.checks.values())
    groups = sum(_rows(path) for path in (made / "release" / "iopo" / "groups").glob("*.jsonl"))
    assert found.sets["iopo/groups"].records == 2 * groups


def test_the_page_of_a_release_says_what_it_holds(made: Path) -> None:
    page = build_report(made / "release")
    mark = json.loads((made / "release" / "release.json").read_text(encoding="utf-8"))
    whole = sum(figures["instructions"] for figures in mark["figures"].values())
    formats = {name.rpartition("/")[0] for name in mark["rows"] if name.startswith(("sft/", "dpo/", "iopo/"))}
    assert f"{whole} instructions</strong> in {len(formats - {'iopo/trace_ids'})} training formats" in page
    assert page.count("<td>") > 30
    assert "Nothing was left out." in page


def test_the_page_of_a_release_names_why_pairs_were_left_out(made: Path, tmp_path: Path) -> None:
    options = ("--format", "dpo/trl", "--format", "parquet", "--max-length-ratio", 1.5)
    _command("release", made / "run", "--to", tmp_path / "r", "--near-duplicates", "off", *options)
    removed = _rows(tmp_path / "r" / "removed.jsonl")
    page = build_report(tmp_path / "r")
    assert removed > 0
    assert f"Left out: {removed} length ratio." in page
    assert " in 1 training format. " in page


def test_an_evaluation_has_figures_and_a_page(made: Path) -> None:
    results = json.loads((made / "evaluation" / "results.json").read_text(encoding="utf-8"))
    percent = results["scores"]["if"]["percent"]
    assert f" {percent:.1f} " in _command("stats", made / "evaluation")
    page = build_report(made / "evaluation")
    assert f'<p class="figure">{percent:.1f}%</p>' in page
    assert page.count('class="interval-name"') >= len(results["scores"]["by_count"])


def test_an_evaluation_without_instructions_of_one_kind_does_not_speak_of_them(
    made: Path, tmp_path: Path
) -> None:
    rows = [
        json.loads(line) for line in (made / "release/evaluation/test.jsonl").read_text("utf-8").splitlines()
    ]
    several = [json.dumps(row, ensure_ascii=False) for row in rows if row["constraints_num"] > 1]
    (tmp_path / "several.jsonl").write_text("\n".join(several), encoding="utf-8")
    _command("evaluate", "--data", tmp_path / "several.jsonl", "--output", tmp_path / "e")
    page = build_report(tmp_path / "e")
    assert f"of the {len(several)} instructions with several constraints: every constraint" in page
    assert "with one constraint:" not in page
    assert "of the 0 " not in page


def test_two_evaluations_of_different_data_do_not_go_side_by_side(made: Path, tmp_path: Path) -> None:
    results = json.loads((made / "evaluation" / "results.json").read_text(encoding="utf-8"))
    results["data"]["digest"] = "another"
    (tmp_path / "results.json").write_text(json.dumps(results), encoding="utf-8")
    result = CliRunner().invoke(app, ["report", str(made / "evaluation"), str(tmp_path)])
    assert result.exit_code != 0
    assert "another data set" in str(result.exception)


@pytest.mark.parametrize("name", ["sft", "dpo", "iopo"])
def test_product_files_have_the_figures_of_their_run(made: Path, name: str) -> None:
    run = statistics(made / "run").sets[name]
    file = statistics(made / "run" / f"{name}.jsonl").sets[f"{name}.jsonl"]
    assert file == run
