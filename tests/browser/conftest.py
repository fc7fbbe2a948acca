"""A headless Chromium, and the pages that the tests look at in it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

#: The run that the tests of statistics look at is looked at here too.
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "report"))

#: Without these Chromium talks to its maker's servers; no test may need the network.
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def _chromium() -> str | None:
    """The browser to use: $CHROMIUM, or one of the usual names."""
    named = os.environ.get("CHROMIUM")
    return named or next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = _chromium()
    if path is None:
        pytest.skip("no Chromium here; set CHROMIUM to its path")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=list(_FLAGS))
        yield started
        started.close()


@dataclass
class Look:
    """An open page, with what it asked for and what it complained about."""

    page: Any
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture
def look(browser: Any) -> Iterator[Any]:
    """Opens a file from disk as a reader would, and waits until the page says that it is ready."""
    contexts = []

    def open_page(path: Path, *, width: int = 1360, scheme: str = "light", anchor: str = "") -> Look:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
        )
        contexts.append(context)
        found = Look(context.new_page())
        found.page.on("request", lambda request: found.requests.append(request.url))
        found.page.on("console", lambda message: found.complaints.append(message.text))
        found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
        found.page.goto(path.resolve().as_uri() + anchor)
        found.page.wait_for_selector("html[data-ready=true]")
        return found

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def run_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a run over 240 seeds, the first of which is hostile."""
    from harbour_run import harbour_run

    from trace_builder.report.build import build_report

    folder = harbour_run(tmp_path_factory.mktemp("browser") / "run", 240)
    page = folder / "report.html"
    page.write_text(build_report(folder), encoding="utf-8")
    return page
