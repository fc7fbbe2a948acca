"""What share of the constraints code can verify, in the figures, on the terminal and on the page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from run_folders import small_run
from typer.testing import CliRunner

from trace_builder.cli import app
from trace_builder.records import Answered, BoundCheck, Checked, FailedResponse
from trace_builder.report.build import build_report
from trace_builder.report.stats.dataset_stats import Dataset
from trace_builder.report.stats.instructions import Example, record_examples
from trace_builder.report.stats.run_stats import RunStats
from trace_builder.report.stats.statistics import statistics
from trace_builder.stages.common.constraint_checks import read_check
from trace_builder.storage.run_folder import RunFolder
from trace_builder.taxonomy import load_taxonomy

BRIEF = "Use at most 50 words."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run in which many responses miss something."""
    to = tmp_path_factory.mktemp("coverage") / "run"
    return small_run(to, "rehearsal.miss=0.6", limit=24)


def example(*constraints: tuple[str, str | None, BoundCheck | None], lang: str = "en") -> Example:
    return Example(
        id="a",
        lang=lang,
        description="Describe a harbour.",
        constraints=tuple((text, label) for text, label, _ in constraints),
        bound=tuple(check for *_, check in constraints),
        input=None,
        prompt="p",
    )


def test_shares_by_language_dimension_and_kind() -> None:
    whole = read_check(BRIEF)
    assert whole is not None
    part = whole.model_copy(update={"whole": False, "by": "model"})
    found = Dataset(load_taxonomy()).add_all(
        [
            example((BRIEF, "numerical", whole), ("Be kind.", "Tone and Style", None), ("So.", None, None)),
            example((BRIEF, "numerical", part), lang="zh"),
        ]
    )
    coverage = found.stats().coverage
    rows = {"all": coverage.total, **coverage.by_language, **coverage.by_dimension}
    assert {name: (row.constraints, row.bound, row.whole, row.share) for name, row in rows.items()} == {
        "all": (4, 2, 1, 50.0),
        "en": (3, 1, 1, 33.33),
        "zh": (1, 1, 0, 100.0),
        "-": (1, 0, 0, 0.0),
        "numerical": (2, 2, 1, 100.0),
        "tone_and_style": (1, 0, 0, 0.0),
    }
    assert (coverage.kinds, coverage.by_model) == ({"words": 2}, 1)


def test_a_run_shows_what_its_records_carry(folder: Path) -> None:
    with RunFolder.open(folder) as run:
        carried = [
            check
            for record in run.records("respond", Answered)
            for one in record_examples(record, record.id, record.lang)
            for check in one.bound
        ]
    coverage = statistics(folder).sets["sft"].coverage
    assert coverage.total.constraints == len(carried)
    assert coverage.total.bound == sum(check is not None for check in carried) > 0
    assert coverage.by_model == sum(check is not None and check.by == "model" for check in carried)


def test_a_file_of_the_released_format_is_read_by_the_grammar(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    row = {
        "id": "1",
        "description": "Describe a harbour.",
        "constraints_splits": [BRIEF, "Be kind."],
        "constraints_num": 2,
        "levels2": ["数值约束", "语气风格约束"],
        "input": "NULL",
        "lang": "en",
    }
    path.write_text(json.dumps(row, ensure_ascii=False) + "\n", encoding="utf-8")
    total = statistics(path).sets["set.jsonl"].coverage.total
    assert (total.constraints, total.bound, total.whole) == (2, 1, 1)


def test_terminal_and_page_say_it(folder: Path) -> None:
    coverage = statistics(folder).sets["sft"].coverage
    told = f"{coverage.total.bound:,} of {coverage.total.constraints:,}"
    printed = CliRunner().invoke(app, ["stats", str(folder)]).output
    assert f"Constraints that code can verify: {told}" in printed
    page = build_report(folder)
    assert "Verified by code" in page
    assert f"{told} constraints ({coverage.total.share:.1f}%)" in page


def test_responses_that_code_turned_down_are_no_figures_of_the_judge(folder: Path) -> None:
    failed: list[FailedResponse] = []
    with RunFolder.open(folder) as run:
        for outcome in run.outcomes("respond"):
            failed += outcome.imperfect
    judged = [one.judgement for one in failed if one.judgement]
    by_code = [judgement for judgement in judged if not judgement.votes]
    assert by_code
    assert all(score.by == "code" and score.kinds for one in by_code for score in one.scores)
    found = statistics(folder)
    assert isinstance(found, RunStats)
    scores = found.judge.response
    assert scores.by_code == len(by_code)
    assert scores.responses == found.products["sft"] + len(judged) - len(by_code)
    printed = CliRunner().invoke(app, ["stats", str(folder)]).output
    assert f"{len(by_code)} responses were turned down by code alone" in printed
    assert "turned down by code, and no judge was asked" in build_report(folder)


def test_status_has_a_row_for_what_binding_costs(folder: Path) -> None:
    told = json.loads(CliRunner().invoke(app, ["status", str(folder), "--json"]).output)
    (row,) = (row for row in told["stages"] if row["stage"] == "bind")
    with RunFolder.open(folder) as run:
        assert row["calls"] == sum(1 for _ in run.calls("bind"))
        assert row["accepted"] == sum(1 for _ in run.records("bind", Checked))
