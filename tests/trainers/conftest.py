"""The demo's run, released: what the trainers' own libraries are tried on."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest


def _trace_build(*arguments: object) -> str:
    """Runs the program as its users do; returns what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "trace_builder", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=900,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def trace_build() -> Callable[..., str]:
    return _trace_build


@pytest.fixture(scope="session")
def demo_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled seeds through the whole pipeline, with the embedded model."""
    folder = tmp_path_factory.mktemp("demo") / "run"
    _trace_build("run", "--output", folder)
    return folder


@pytest.fixture(scope="session")
def demo_release(demo_run: Path) -> Path:
    """The demo's run in every format that needs no extra."""
    out = demo_run.parent / "release"
    _trace_build("release", demo_run, "--to", out)
    return out
