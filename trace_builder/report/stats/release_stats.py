"""Statistics of a release folder: what its release.json says, and its rows that keep their constraints."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel

from trace_builder.release.atomic_folder import MARK
from trace_builder.report.stats.dataset_stats import Dataset, Statistics
from trace_builder.report.stats.instructions import examples, first_row, row_kind
from trace_builder.storage.jsonl import read_model
from trace_builder.taxonomy import Taxonomy


class ProductFigures(BaseModel):
    """Rows of a product (for IOPO, both instructions of a group) by constraint count; their dimensions."""

    rows: int
    by_count: dict[str, int]
    dimensions: dict[str, int]


class SplitFigures(BaseModel):
    """What one split holds."""

    instructions: int
    constraints: int
    by_count: dict[str, int]
    languages: dict[str, int]
    pairs: dict[str, int] = {}
    groups: dict[str, int] = {}
    input_pairs: int = 0
    length: dict[str, float] = {}
    products: dict[str, ProductFigures] = {}


class ReleasedRun(BaseModel):
    profile: str = "unknown"
    finished: bool = True


class Release(BaseModel):
    """What release.json says, as far as it is shown. ``rows`` counts by file: "<folder>/<split>.<suffix>"."""

    made_by: str = "release"
    run: ReleasedRun = ReleasedRun()
    rows: dict[str, int]
    removed: dict[str, int] = {}
    figures: dict[str, SplitFigures]

    @property
    def format_rows(self) -> dict[str, dict[str, int]]:
        """Rows by format and split. Files of ids beside a format ("iopo/trace_ids") are no format."""
        table: dict[str, dict[str, int]] = {}
        for name, count in self.rows.items():
            folder, _, file = name.rpartition("/")
            if folder and not folder.endswith("_ids"):
                table.setdefault(folder, {})[file.partition(".")[0]] = count
        return table


class ReleaseStats(Statistics):
    """``sets`` has one set for each format that ``release_files`` names."""

    kind: Literal["release"] = "release"
    release: Release


def release_files(path: Path) -> dict[str, list[Path]]:
    """The files of a release whose rows hold instructions in parts, by format (its folder's name).

    The other formats are chat rows made from the same records, in which constraints cannot be told apart.
    """
    files: dict[str, list[Path]] = {}
    for file in sorted(path.rglob("*.jsonl")):
        first = first_row(file)
        if first is not None and row_kind(first) is not None:
            files.setdefault(file.parent.relative_to(path).as_posix(), []).append(file)
    return files


def release_stats(path: Path, taxonomy: Taxonomy) -> ReleaseStats:
    """Raises InputError: release.json is not what a release writes, or a row is of no known format."""
    release = read_model(path / MARK, Release)
    sets = {}
    for name, files in release_files(path).items():
        dataset = Dataset(taxonomy)
        for file in files:
            dataset.add_all(examples(file))
        sets[name] = dataset.stats()
    return ReleaseStats(path=str(path), release=release, sets=sets)
