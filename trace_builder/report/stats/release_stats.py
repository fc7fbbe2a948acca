"""Statistics of a release folder: what its release.json says, and its rows that keep their constraints."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from trace_builder.errors import InputError
from trace_builder.report.lines import read_object, rows
from trace_builder.report.stats.dataset_stats import SetStatistics
from trace_builder.report.stats.instructions import examples, reader
from trace_builder.taxonomy import Taxonomy

#: Made by ``trace-build release``; a folder with this file is a release.
MARK = "release.json"


def release_files(path: Path) -> dict[str, list[Path]]:
    """The files of a release whose rows hold instructions in parts, by format (its folder's name).

    The other formats are chat rows made from the same records, in which constraints cannot be told apart.
    """
    files: dict[str, list[Path]] = {}
    for file in sorted(path.rglob("*.jsonl")):
        first = next((row for _, row in rows(file)), None)
        if first is not None and reader(first) is not None:
            files.setdefault(file.parent.relative_to(path).as_posix(), []).append(file)
    return files


def release_statistics(path: Path, taxonomy: Taxonomy) -> dict[str, Any]:
    """``release`` (release.json as it is) and ``sets``, one a format that ``release_files`` names.

    Raises:
        InputError: release.json is not what a release writes.
    """
    mark = read_object(path / MARK)
    if not isinstance(mark.get("rows"), dict) or not isinstance(mark.get("figures"), dict):
        raise InputError(f"{path / MARK}: not the description of a release (rows and figures are missing)")
    sets = {}
    for name, files in release_files(path).items():
        statistics = SetStatistics(taxonomy)
        for file in files:
            _, first = next(rows(file))
            read = reader(first)
            assert read is not None
            statistics.add_all(examples(file, read))
        sets[name] = statistics.summary()
    return {"release": mark, "sets": sets}


def format_rows(mark: dict[str, Any]) -> dict[str, dict[str, int]]:
    """Rows by format and split, out of release.json. Files of ids beside a format ("iopo/trace_ids") are no
    format of their own."""
    table: dict[str, dict[str, int]] = {}
    for name, count in mark["rows"].items():
        folder, _, file = name.rpartition("/")
        split = file.partition(".")[0]
        if folder and not folder.endswith("_ids") and isinstance(count, int):
            table.setdefault(folder, {})[split] = count
    return table
