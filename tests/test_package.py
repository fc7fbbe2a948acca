"""The wheel: complete, small in what it brings along, and at work far from the checkout."""

from __future__ import annotations

import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from clean_environment import ROOT, Environment, build_wheels
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

SHIPPED = ("prompts", "taxonomy", "configs", "seeds")
LIMIT = 60_000_000


def files_below(folder: Path) -> set[str]:
    paths = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix() for path in paths if not path.name.startswith(".")}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    (made,) = build_wheels(tmp_path_factory.mktemp("wheel"), ROOT)
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
    here = tmp_path / "empty"
    here.mkdir()
    environment = Environment(tmp_path / "venv", wheel)
    where = environment.run("python", "-c", "import trace_builder; print(trace_builder.__file__)", cwd=here)
    assert Path(where.stdout.strip()).is_relative_to(tmp_path / "venv")
    environment.run("trace-build", "run", "--limit", "6", cwd=here)
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
