"""Runs to release, and reading what was released."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from scripted_runs import scripted_run


@pytest.fixture(scope="session")
def scripted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run over 30 seeds in each language; not to be changed."""
    return scripted_run(tmp_path_factory.mktemp("scripted") / "run", 30)


@pytest.fixture
def run_folder(scripted: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(scripted, tmp_path / "run"))


def rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a JSONL file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


@pytest.fixture
def read_rows() -> Callable[[Path], list[dict[str, Any]]]:
    return rows
