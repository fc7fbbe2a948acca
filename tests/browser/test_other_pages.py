"""The pages of the released set, of a release and of evaluations, in a real browser."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trace_builder.report.build import build_report

pytestmark = pytest.mark.browser

Open = Callable[..., Any]


def _page(folder: Path, *paths: Path) -> Path:
    page = folder / "page.html"
    page.write_text(build_report(*paths), encoding="utf-8")
    return page


def _quiet(found: Any, page: Path) -> None:
    assert found.requests == [page.resolve().as_uri()]
    assert found.complaints == []


def test_the_released_set(look: Open, shared: Path, tmp_path: Path) -> None:
    path = _page(tmp_path, shared / "data" / "trace_eval" / "2024_trace_evaluation.jsonl")
    found = look(path)
    page = found.page
    assert page.locator(".rings .slice").count() == 5 + 26 + 2
    assert "5,087 constraints" in page.locator(".set").inner_text()
    assert page.locator("#count").inner_text() == "1,042 of 1,042 records"
    page.select_option("#filter-language", "en")
    assert page.locator("#count").inner_text() == "4 of 1,042 records"
    page.select_option("#filter-language", "")
    page.select_option("#filter-dimension", "negative_example")
    assert 0 < page.locator("#list [role=option]").count() <= 16
    _quiet(found, path)


def test_the_bundled_demo(look: Open, tmp_path: Path) -> None:
    program = [sys.executable, "-c", "from trace_builder.cli import main; main()"]
    subprocess.run([*program, "run", "--limit", "20", "--output", str(tmp_path / "run")], check=True)
    path = _page(tmp_path, tmp_path / "run")
    found = look(path)
    page = found.page
    assert page.locator(".tile .figure").first.inner_text() != "0"
    page.locator("#detail details.calls summary").first.click()
    assert page.locator("#detail details.calls details summary").first.inner_text().startswith("System part")
    _quiet(found, path)


def _evaluation(folder: Path, model: str, followed: bool) -> Path:
    """An evaluation over two instructions, as ``trace-build evaluate`` writes it."""
    share = 100.0 if followed else 50.0
    part = {"n": 2, "followed": 2 if followed else 1, "percent": share, "low": 20.0, "high": 100.0}
    figure = {**part, "unscored": 0, "scored_only": part}
    both = {"if": figure, "csr": figure}
    scores = {
        **dict.fromkeys(("if", "if_s", "if_m", "csr"), figure),
        "by_count": [{"count": 1, **both}, {"count": 3, **both}],
        "by_language": [{"language": "en", **both}, {"language": "zh", **both}],
        "by_type": [{"type": "content", "csr": figure}, {"type": None, "csr": figure}],
        "by_dimension": [{"dimension": "theme", "type": "content", "csr": figure}],
    }
    results = {
        "kind": "trace_builder.evaluation",
        "data": {"path": "set.jsonl", "digest": "d", "instructions": 2, "constraints": 4},
        "models": {"tested": {"name": model}, "judge": {"name": "judge", "rehearsal": False}},
        "results": {"followed": 1, "not_followed": 1, "unscored": 0, "unanswered": 0},
        "scores": scores,
        "score_counts": {**{str(n): 0 for n in range(10)}, "10": 3, "unscored": 1},
        "authors_reading": None,
        "votes": None,
    }
    constraint = {"id": "c1", "text": "<b>a</b>", "dimension": "theme", "score": 10}
    empty = {"why": None, "fault": None, "overall": None, "votes": []}
    rows = [
        {
            **empty,
            "id": f"i{n}",
            "lang": "en",
            "result": result,
            "constraints": [{**constraint, "reasoning": "", "by": "judge"}],
            "prompt": f"Prompt {n}",
            "response": f"{model} says {n}",
        }
        for n, result in enumerate(("followed", "not_followed"))
    ]
    folder.mkdir()
    (folder / "results.json").write_text(json.dumps(results), encoding="utf-8")
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / "instructions.jsonl").write_text(lines, encoding="utf-8")
    return folder


def test_two_models_side_by_side(look: Open, tmp_path: Path) -> None:
    first = _evaluation(tmp_path / "a", "alpha", True)
    second = _evaluation(tmp_path / "b", "beta", False)
    path = _page(tmp_path, first, second)
    found = look(path)
    page = found.page
    assert "alpha follows 100.0%" in page.locator(".lead").first.inner_text()
    assert page.locator("#overview .intervals li").count() == 8
    whiskers = page.locator(".whisker").evaluate_all("all => all.map(e => e.getBoundingClientRect().width)")
    assert all(width > 20 for width in whiskers)
    page.locator("#list [role=option]").first.click()
    detail = page.locator("#detail").inner_text()
    assert "alpha says 0" in detail
    assert "beta says 0" in detail
    assert "<b>a</b>" in detail
    page.select_option("#filter-stage", "beta")
    page.select_option("#filter-status", "followed")
    assert page.locator("#count").inner_text() == "1 of 2 records"
    _quiet(found, path)
