"""Finds out what a path holds: a run, a release, an evaluation, a file of records."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from trace_builder.errors import InputError
from trace_builder.evaluate.results import KIND, RESULTS_FILE
from trace_builder.release.atomic_folder import MARK
from trace_builder.report.stats.instructions import first_row, row_kind
from trace_builder.storage.jsonl import Row, read_object, unreadable
from trace_builder.storage.layout import MANIFEST
from trace_builder.storage.manifest import find_manifest

Kind = Literal["run", "release", "evaluation", "records"]

_HINT = "a run, a release, an evaluation, or a file of records with constraints is needed"


@dataclass(frozen=True, slots=True)
class Source:
    """What a path holds. ``path`` is the folder of a run or release, the results.json of an evaluation, or
    the file of records."""

    kind: Kind
    path: Path


def detect(path: Path) -> Source:
    """Finds out what ``path`` holds.

    Raises:
        InputError: it does not exist, cannot be read, or is nothing that has statistics.
    """
    try:
        path.stat()
    except (OSError, ValueError) as exc:
        raise unreadable(path, exc) from None
    if path.is_dir():
        return _folder(path)
    if path.name == MANIFEST:
        return _folder(path.parent)
    if path.suffix == ".json" and _is_results(path):
        return Source("evaluation", path)
    first = first_row(path)
    if first is None:
        raise InputError(f"{path}: the file is empty; {_HINT}")
    if row_kind(first) is None:
        raise InputError(f"{path}:1: a row with the fields {_named(first)}; {_HINT}")
    return Source("records", path)


def _folder(path: Path) -> Source:
    results = path / RESULTS_FILE
    if results.is_file():
        if not _is_results(results):
            raise InputError(f"{results}: not the results of an evaluation")
        return Source("evaluation", results)
    manifest = find_manifest(path)
    if manifest is not None and manifest.seeds is None:
        raise InputError(f"{path}: an evaluation that is not finished; run it again on this folder first")
    if manifest is not None:
        return Source("run", path)
    if (path / MARK).is_file():
        return Source("release", path)
    raise InputError(f"{path}: no run, release or evaluation is in this folder; {_HINT}")


def _is_results(path: Path) -> bool:
    """Whether a file holds one JSON object that says so; the first line of a JSON Lines file does not."""
    try:
        return read_object(path).get("kind") == KIND
    except InputError:
        return False


def _named(row: Row) -> str:
    names = [repr(name) for name in list(row)[:8]]
    return ", ".join(names) + (" ..." if len(row) > len(names) else "")
