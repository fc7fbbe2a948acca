"""The names of the files in a run's folder."""

from __future__ import annotations

import contextlib
from pathlib import Path

MANIFEST = "run.json"
SEEDS = "seeds.jsonl"
BAD_SEEDS = "bad_seeds.jsonl"
LOCK = ".lock"
STAGES = "stages"
CALLS = "calls"


def is_run(path: Path) -> bool:
    """Whether a run, or an evaluation, lives in this folder."""
    with contextlib.suppress(OSError):
        return (path / MANIFEST).is_file()
    return False


def is_folder(path: Path) -> bool:
    """Whether a folder is there; also for paths that the system refuses to look at."""
    with contextlib.suppress(OSError):
        return path.is_dir()
    return False


def outcomes_file(folder: Path, stage: str) -> Path:
    return folder / STAGES / f"{stage}.jsonl"


def calls_file(folder: Path, stage: str) -> Path:
    return folder / CALLS / f"{stage}.jsonl"


def product_file(folder: Path, product: str) -> Path:
    return folder / f"{product}.jsonl"


def sweep(folder: Path) -> None:
    """Takes away what a killed process left half written. For the one process that holds the folder."""
    for place in (folder, folder / STAGES, folder / CALLS):
        for left in place.glob(".*.new"):
            with contextlib.suppress(OSError):
                left.unlink()
