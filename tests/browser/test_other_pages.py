"""The pages of the released set, of a release and of evaluations, in a real browser."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from evaluation_set import row, write

from trace_builder.evaluate.results import read_results
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


def _commanded(*arguments: object) -> None:
    program = [sys.executable, "-c", "from trace_builder.cli import main; main()"]
    subprocess.run([*program, *map(str, arguments)], check=True)


@pytest.mark.parametrize("width", [1360, 390])
def test_the_bundled_demo(look: Open, tmp_path: Path, width: int) -> None:
    _commanded("run", "--limit", 20, "--output", tmp_path / "run")
    path = _page(tmp_path, tmp_path / "run")
    found = look(path, width=width)
    page = found.page
    assert page.locator(".tile .figure").first.inner_text() != "0"
    page.locator("#list [role=option]").first.click()
    for details in page.locator("details").all():
        details.evaluate("e => { e.open = true; }")
    page.wait_for_timeout(100)
    assert page.locator("#detail details.calls details summary").first.inner_text().startswith("System part")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    _quiet(found, path)


@pytest.mark.parametrize("width", [1360, 390])
def test_a_release(look: Open, tmp_path: Path, width: int) -> None:
    _commanded("run", "--limit", 24, "--output", tmp_path / "run")
    _commanded("release", tmp_path / "run", "--to", tmp_path / "release", "--near-duplicates", "off")
    path = _page(tmp_path, tmp_path / "release")
    found = look(path, width=width)
    assert found.page.locator("#overview .column.ours").count() > 0
    assert found.page.evaluate("document.documentElement.scrollWidth") <= width
    _quiet(found, path)


@pytest.mark.parametrize("width", [1360, 390])
def test_two_models_side_by_side(look: Open, tmp_path: Path, width: int) -> None:
    rows = [row(number) for number in range(12)]
    rows[0]["constraints_splits"] = ["<b>a</b>"]
    rows[0] |= {"constraints": "<b>a</b>", "constraints_num": 1, "levels2": ["数值约束"]}
    rows[0]["messages"][1]["content"] = "\n".join([rows[0]["description"], "<b>a</b>", ""])
    data = write(
        tmp_path / "set.jsonl", [{**one, "input": "NULL"} if not n else one for n, one in enumerate(rows)]
    )
    for model, miss in (("alpha", 0), ("beta", 0.9)):
        options = ("--model", model, "--set", f"rehearsal.miss={miss}")
        _commanded("evaluate", "--data", data, "--output", tmp_path / model, *options)
    path = _page(tmp_path, tmp_path / "alpha", tmp_path / "beta")
    found = look(path, width=width)
    page = found.page
    assert page.locator(".lead").first.inner_text().startswith("alpha follows ")
    assert page.locator("#overview .intervals li").count() == 8
    whiskers = page.locator("#overview .whisker").evaluate_all("all => all.map(e => e.clientWidth)")
    assert any(wide > 20 for wide in whiskers)
    page.fill("#search", "<b>a</b>")
    page.locator("#list [role=option]").first.click()
    detail = page.locator("#detail")
    assert detail.locator(".step h4").count() == 2
    assert "<b>a</b>" in detail.inner_text()
    page.fill("#search", "")
    page.select_option("#filter-stage", "beta")
    page.select_option("#filter-status", "not_followed")
    missed = read_results(tmp_path / "beta").results["not_followed"]
    assert page.locator("#count").inner_text() == f"{missed} of 12 records"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    _quiet(found, path)
