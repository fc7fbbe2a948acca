"""Folders and files that the tests of statistics and pages read."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from harbour_run import harbour_run


@pytest.fixture(scope="session")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run over 60 seeds, the first of which is hostile; not to be changed."""
    return harbour_run(tmp_path_factory.mktemp("harbour") / "run")


@pytest.fixture
def run_folder(harbour: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(harbour, tmp_path / "run"))
