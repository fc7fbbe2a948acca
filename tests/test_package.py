"""The wheel: complete, small in what it brings along, and at work far from the checkout."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = ("prompts", "taxonomy", "configs", "seeds")
LIMIT = 60_000_000


def pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments]
    made = subprocess.run(command, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr


def files_below(folder: Path) -> set[str]:
    paths = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix() for path in paths if not path.name.startswith(".")}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    at_hand = ["--no-build-isolation"] if importlib.util.find_spec("hatchling") else []
    pip("wheel", str(ROOT), "--no-deps", "--wheel-dir", str(folder), *at_hand)
    (made,) = folder.glob("trace_builder-*.whl")
    return made


@pytest.mark.slow
def test_it_holds_the_code_and_the_folders_people_edit(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    assert {f"trace_builder/{name}" for name in files_below(ROOT / "trace_builder")} <= held
    for folder in SHIPPED:
        assert {f"trace_builder/shipped/{folder}/{name}" for name in files_below(ROOT / folder)} <= held


@pytest.mark.slow
def test_it_holds_nothing_else(wheel: Path) -> None:
    roots = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    (info,) = roots - {"trace_builder"}
    assert info.endswith(".dist-info")
    assert any(name.endswith("licenses/LICENSE") for name in zipfile.ZipFile(wheel).namelist())


@pytest.mark.slow
def test_installed_it_runs_from_an_empty_folder(wheel: Path, tmp_path: Path) -> None:
    home, here = tmp_path / "venv", tmp_path / "empty"
    here.mkdir()
    venv.create(home, symlinks=True)
    python = home / "bin" / "python"
    pip("--python", str(python), "install", "--no-deps", str(wheel))
    # What the wheel depends on comes from this environment; a path in a .pth file does not bring its
    # editable installation of the checkout along.
    places = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True,
        text=True,
    )
    site = Path(places.stdout.strip())
    site.joinpath("dependencies.pth").write_text(sysconfig.get_path("purelib"))
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV"))}
    where = subprocess.run(
        [python, "-c", "import trace_builder; print(trace_builder.__file__)"],
        capture_output=True,
        text=True,
        cwd=here,
        env=clean,
    )
    assert Path(where.stdout.strip()).is_relative_to(home)
    made = subprocess.run(
        [home / "bin" / "trace-build", "run", "--limit", "6"],
        capture_output=True,
        text=True,
        cwd=here,
        env=clean,
        timeout=120,
    )
    assert made.returncode == 0, made.stderr
    assert {path.name for path in here.iterdir()} == {"outputs"}
    for product in ("sft", "dpo", "iopo"):
        assert (here / "outputs" / "rehearsal" / f"{product}.jsonl").stat().st_size > 0


def core() -> dict[str, metadata.Distribution]:
    """Everything a plain installation brings along, by name."""
    found: dict[str, metadata.Distribution] = {}
    todo: list[tuple[str, frozenset[str]]] = [("trace-builder", frozenset())]
    seen: set[tuple[str, frozenset[str]]] = set()
    while todo:
        name, extras = todo.pop()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        distribution = metadata.distribution(name)
        found[name] = distribution
        for line in distribution.requires or ():
            wanted = Requirement(line)
            if wanted.marker is None or any(wanted.marker.evaluate({"extra": e}) for e in ("", *extras)):
                todo.append((canonicalize_name(wanted.name), frozenset(wanted.extras)))
    del found["trace-builder"]
    return found


def size(distribution: metadata.Distribution) -> int:
    files = distribution.files or ()
    return sum(Path(f.locate()).stat().st_size for f in files if f.suffix != ".pyc" and f.locate().exists())


def test_the_core_stays_small() -> None:
    sizes = {name: size(distribution) for name, distribution in core().items()}
    assert {"openai", "aiohttp", "pydantic", "typer"} <= set(sizes)
    assert sum(sizes.values()) < LIMIT, sorted(sizes.items(), key=lambda item: -item[1])[:8]


@pytest.mark.parametrize(
    "heavy", ["numpy", "pandas", "pyarrow", "torch", "plotly", "datasets", "vllm", "ray"]
)
def test_what_is_heavy_is_an_extra(heavy: str) -> None:
    assert heavy not in core()
