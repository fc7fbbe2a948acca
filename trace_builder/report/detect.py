"""Tells apart what a path holds, by content: a run, a release, an evaluation, a file of records."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from trace_builder.errors import InputError
from trace_builder.report.lines import Row, read_object, rows
from trace_builder.report.stats.instructions import reader
from trace_builder.report.stats.release_stats import MARK

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
    if path.is_dir():
        return _folder(path)
    if not path.exists():
        raise InputError(f"{path}: no such file or folder")
    if path.name == "run.json":
        return _folder(path.parent)
    if path.suffix == ".json" and _is_results(path):
        return Source("evaluation", path)
    first = _first_row(path)
    if reader(first) is None:
        raise InputError(f"{path}:1: a row with the fields {_named(first)}; {_HINT}")
    return Source("records", path)


def _folder(path: Path) -> Source:
    results = path / "results.json"
    if results.is_file():
        if not _is_results(results):
            raise InputError(f"{results}: not the results of an evaluation")
        return Source("evaluation", results)
    if (path / "items.jsonl").is_file():
        raise InputError(f"{path}: an evaluation that is not finished; run it again on this folder first")
    if (path / "run.json").is_file():
        return Source("run", path)
    if (path / MARK).is_file():
        return Source("release", path)
    raise InputError(f"{path}: neither run.json nor results.json nor a release is in this folder; {_HINT}")


def _is_results(path: Path) -> bool:
    with path.open("rb") as file:
        if not file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
            return False
    return read_object(path).get("kind") == "trace_builder.evaluation"


def _first_row(path: Path) -> Row:
    for _, row in rows(path):
        return row
    raise InputError(f"{path}: the file is empty; {_HINT}")


def _named(row: Row) -> str:
    names = [repr(name) for name in list(row)[:8]]
    return ", ".join(names) + (" ..." if len(row) > len(names) else "")
