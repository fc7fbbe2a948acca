"""Folders and files that the tests of statistics and pages read."""

from __future__ import annotations

from pathlib import Path

import pytest
from report_run_folder import Maker


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    """A finished run over 60 seeds, the first of which is hostile."""
    return Maker(tmp_path / "run", size=60).write()
