"""Wheels built from the checkout, installed into an environment that knows nothing of it."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments]
    made = subprocess.run(command, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr


def build_wheels(folder: Path, *sources: Path) -> list[Path]:
    """A wheel of each source, in their order."""
    at_hand = ["--no-build-isolation"] if importlib.util.find_spec("hatchling") else []
    made = []
    for source in sources:
        pip("wheel", str(source), "--no-deps", "--wheel-dir", str(folder / source.name), *at_hand)
        made += (folder / source.name).glob("*.whl")
    return made


class Environment:
    """A virtual environment with some wheels in it. What they depend on comes from the environment of the
    tests: a path in a .pth file does not bring along its editable installation of the checkout."""

    def __init__(self, home: Path, *wheels: Path) -> None:
        self.bin = home / "bin"
        venv.create(home, symlinks=True)
        self.install(*wheels)
        site = self.run("python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))")
        Path(site.stdout.strip(), "dependencies.pth").write_text(sysconfig.get_path("purelib"))

    def install(self, *wheels: Path) -> None:
        pip("--python", str(self.bin / "python"), "install", "--no-deps", *map(str, wheels))

    def run(
        self, program: str, *arguments: str | Path, cwd: Path | None = None, rc: int = 0
    ) -> subprocess.CompletedProcess[str]:
        """Runs a program of the environment and checks how it ends."""
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV"))}
        made = subprocess.run(
            [self.bin / program, *arguments], capture_output=True, text=True, cwd=cwd, env=clean, timeout=300
        )
        assert made.returncode == rc, made.stdout + made.stderr
        return made
