"""``--verbose``: what the program does, on stderr, without secrets."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from trace_builder.support.logs import ROOT, show_logs


def test_verbose_says_what_is_done_and_without_it_nothing_is_logged(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "trace_builder", "--verbose", "run", "--limit", "2", "--output"]
    done = subprocess.run([*command, str(tmp_path / "a")], capture_output=True, text=True, check=True)
    assert " INFO trace_builder.run.engine: expand: 2 in, 0 accepted, 2 pending" in done.stderr
    command.remove("--verbose")
    done = subprocess.run([*command, str(tmp_path / "b")], capture_output=True, text=True, check=True)
    assert " INFO " not in done.stderr


def test_a_secret_in_an_address_is_not_logged(capsys: pytest.CaptureFixture[str]) -> None:
    logger = logging.getLogger(ROOT)
    try:
        show_logs()
        logging.getLogger(f"{ROOT}.llm").info("asking %s", "https://me:hush-4411@host/v1?api_key=sk-7788")
    finally:
        logger.handlers.clear()
        logger.setLevel(logging.NOTSET)
        logger.propagate = True
    said = capsys.readouterr().err
    assert "https://host/v1" in said
    assert "hush-4411" not in said
    assert "sk-7788" not in said
