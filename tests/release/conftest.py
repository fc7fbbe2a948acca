"""Runs to release, and reading what was released."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from run_folders import RunFolder, fill


@pytest.fixture
def make_run(tmp_path: Path) -> Callable[..., RunFolder]:
    """``make_run(n)``: a run of n seeds in each language, not yet written."""

    def make(number: int = 20, name: str = "run") -> RunFolder:
        run = RunFolder(tmp_path / name)
        fill(run, number)
        return run

    return make


def rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a JSONL file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


@pytest.fixture
def read_rows() -> Callable[[Path], list[dict[str, Any]]]:
    return rows
