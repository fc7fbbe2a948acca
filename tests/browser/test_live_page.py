"""The live page in a real browser: the same page, with its records and figures asked of the server."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from harbour_run import harbour_run

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The address of a view of a run, and the run."""
    folder = harbour_run(tmp_path_factory.mktemp("live") / "run", 240)
    command = [sys.executable, "-m", "trace_builder", "view", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip(), folder
        process.terminate()


@pytest.fixture
def page(browser: Any, served: tuple[str, Path]) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": 1360, "height": 900}, reduced_motion="reduce")
    made = context.new_page()
    made.complaints = []
    made.on("pageerror", lambda error: made.complaints.append(str(error)))
    made.asked = []
    made.on("request", lambda request: made.asked.append(request.url))
    visit(made, served[0])
    yield made
    assert made.complaints == []
    assert all(url.startswith((served[0], "data:", "blob:")) for url in made.asked)
    context.close()


def until(page: Any, expression: str, argument: Any = None, seconds: float = 60) -> None:
    """Waits for an expression to be true. The page's policy keeps the driver's own way of waiting out."""
    deadline = time.monotonic() + seconds
    while not page.evaluate(expression, argument):
        assert time.monotonic() < deadline, f"never true: {expression}"
        time.sleep(0.05)


def visit(page: Any, url: str) -> None:
    page.goto("about:blank")
    page.goto(url)
    page.wait_for_selector("html[data-ready=true]")
    until(page, "document.querySelector('#sampled').textContent.startsWith('240 of 240')")


def counted(page: Any, text: str) -> None:
    until(page, "text => document.querySelector('#count').textContent === text", text)


def test_search_and_filters_find_what_the_static_page_finds(page: Any) -> None:
    page.fill("#search", "港口")
    counted(page, "34 of 240 records")
    page.fill("#search", "number harbour 118")
    until(page, "document.querySelector('#list').textContent.includes('s00118')")
    page.fill("#search", "S00042")
    counted(page, "1 of 240 records")
    page.click("#clear")
    page.select_option("#filter-stage", "respond")
    page.select_option("#filter-status", "rejected")
    until(page, "!document.querySelector('#count').textContent.startsWith('240')")
    assert 0 < page.locator("#list [role=option]").count() < 60


def test_a_link_leads_to_what_is_seen_and_back_and_forward_work(page: Any, served: tuple[str, Path]) -> None:
    page.select_option("#filter-language", "zh")
    until(page, "location.hash.includes('language=zh')")
    page.locator("#list [role=option]").nth(1).click()
    until(page, "location.hash.includes('record=')")
    first, shown = page.url, page.locator("#count").inner_text()
    page.locator("#list [role=option]").nth(2).click()
    until(page, "first => location.href !== first", first)
    second = page.url
    page.go_back()
    until(page, "first => location.href === first", first)
    name = first.rpartition("record=")[2]
    until(page, "id => document.querySelector('#detail .note')?.textContent.startsWith(id)", name)
    page.go_forward()
    until(page, "second => location.href === second", second)
    visit(page, first)
    counted(page, shown)
    assert page.locator("#filter-language").input_value() == "zh"
    assert page.locator("#detail .note").first.inner_text().startswith(name)


def test_an_unknown_record_says_so(page: Any, served: tuple[str, Path]) -> None:
    visit(page, f"{served[0]}#record=nobody")
    assert page.locator("#detail").inner_text() == "There is no record nobody here."


def test_the_figures_arrive_and_lead_to_records(page: Any) -> None:
    page.wait_for_selector(".funnel .reason", timeout=60_000)
    chip = page.locator(".funnel .reason", has_text="name leaked").first
    number = chip.locator("b").inner_text()
    chip.click()
    counted(page, f"{number} of 240 records")
    page.get_by_role("tab", name="DPO set").click()
    assert page.locator("#panel-DPO-set").is_visible()


def test_an_export_is_what_is_filtered(page: Any) -> None:
    page.select_option("#filter-language", "zh")
    until(page, "!document.querySelector('#count').textContent.startsWith('240')")
    number = int(page.locator("#count").inner_text().split()[0])
    with page.expect_download() as download:
        page.click("#export")
    rows = [json.loads(line) for line in Path(download.value.path()).read_text("utf-8").splitlines()]
    assert len(rows) == number
    assert {row["lang"] for row in rows} == {"zh"}


def test_hostile_text_shows_as_text(page: Any) -> None:
    page.fill("#search", "s00000")
    counted(page, "1 of 240 records")
    page.locator("#list [role=option]").first.click()
    until(page, "document.querySelector('#detail').textContent.includes('<script>')")
    assert page.evaluate("window.pwned") is None
    assert page.locator("#detail img, #detail script, #list img, #list script").count() == 0


@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_navigation_is_there_at_every_width(page: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.wait_for_selector(".funnel", timeout=60_000)
    assert page.locator("nav a", has_text="Records").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
