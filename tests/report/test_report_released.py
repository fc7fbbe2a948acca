"""The authors' released file has the figures that were measured on it by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from trace_builder.report.stats.statistics import statistics

DIMENSIONS = {
    "theme": 280, "exclusion": 73, "inclusion": 999, "value": 109, "privacy": 30, "numerical": 890,
    "role_playing": 107, "target_audience": 106, "prior_condition": 79, "nl_process_background": 168,
    "markdown_process_background": 16, "table_background": 41, "text_background": 32,
    "tone_and_style": 376, "emotion": 43, "linguistic_characteristics": 68, "multilingual": 21,
    "output_format": 564, "text_pattern": 259, "grammar_structure": 107, "citation": 199,
    "numbering_and_list": 152, "hierarchical_structure": 241, "template": 77,
    "positive_example": 32, "negative_example": 16,
}  # fmt: skip


@pytest.fixture(scope="module")
def released(shared: Path) -> dict[str, Any]:
    found = statistics(shared / "data" / "trace_eval" / "2024_trace_evaluation.jsonl")
    assert found.kind == "records"
    summary: dict[str, Any] = found.model_dump(mode="json")["sets"]["2024_trace_evaluation.jsonl"]
    return summary


def test_records_and_constraints(released: dict[str, Any]) -> None:
    assert released["records"] == 1042
    assert released["ids"] == {"first": "0", "last": "1041", "repeated": 0}
    assert released["constraints"] == {"total": 5087, "min": 1, "max": 15, "mean": 4.882, "median": 5}


def test_fifteen_counts(released: dict[str, Any]) -> None:
    counts = [row["records"] for row in released["counts"]]
    assert counts == [200, 101, 100, 100, 100, 101, 101, 98, 99, 10, 11, 9, 4, 4, 4]
    assert [row["paper_eval"] for row in released["counts"]] == [200] + [100] * 8 + [10] * 3 + [4] * 3
    assert sum(row["paper_train"] for row in released["counts"]) == 119_345


def test_dimensions_and_strays(released: dict[str, Any]) -> None:
    assert {row["id"]: row["count"] for row in released["dimensions"]} == DIMENSIONS
    assert released["dimensions_present"] == 26
    assert released["labels_outside"] == [
        {"label": "输入格式约束", "count": 1, "ids": ["903"]},
        {"label": "·", "count": 1, "ids": ["951"]},
    ]
    assert released["unlabelled"] == 0


def test_shares_beside_figure_3(released: dict[str, Any]) -> None:
    assert [(t["share"], t["paper"]) for t in released["types"]] == [
        (46.81, 46.0), (10.79, 10.8), (9.99, 9.9), (31.43, 32.3), (0.94, 1.0),
    ]  # fmt: skip


def test_languages_and_inputs(released: dict[str, Any]) -> None:
    assert released["languages"] == {"en": 4, "zh": 1038}
    assert released["with_input"] == 253


def test_the_format_is_kept_in_all_records(released: dict[str, Any]) -> None:
    assert len(released["checks"]) == 3
    assert all(check == {"kept": 1042, "of": 1042} for check in released["checks"].values())


def test_oddities(released: dict[str, Any]) -> None:
    odd = released["oddities"]
    assert released["duplicates"]["groups"] == [["3", "22"], ["602", "607"]]
    assert odd["newline"]["count"] == 24
    assert odd["document"]["count"] == 19
    assert {row["constraint"] for row in odd["document"]["listed"]} == {1}
    assert released["lengths"]["constraint"]["max"] == 5086
    assert odd["label_leaked"]["count"] == 43
    assert odd["no_break_space"]["count"] == 28
    assert odd["no_words"]["listed"] == [{"id": "585", "constraint": 1, "text": "6"}]
    assert odd["numbered"]["last"] == "586"
