"""The statistics of whatever a path holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from trace_builder.report.detect import Source, detect
from trace_builder.report.lines import read_object, rows
from trace_builder.report.runs import RunFolder
from trace_builder.report.stats.dataset_stats import SetStatistics
from trace_builder.report.stats.instructions import examples, reader
from trace_builder.report.stats.release_stats import release_statistics
from trace_builder.report.stats.run_stats import run_statistics
from trace_builder.taxonomy import Taxonomy, load_taxonomy


def statistics(path: Path, taxonomy: Taxonomy | None = None) -> dict[str, Any]:
    """Statistics of a run, a release, an evaluation, or a file of records; JSON-able.

    The keys are ``kind``, ``path``, ``sets`` (one entry a set of instructions, see
    ``SetStatistics.summary``) and what the kind has besides (see ``run_statistics``).

    Raises:
        InputError: the path holds nothing that has statistics, or a file of it cannot be read.
    """
    source = detect(path)
    return source_statistics(source, taxonomy or source_taxonomy(source))


def source_taxonomy(source: Source) -> Taxonomy:
    """The taxonomy file that a run names, where it still can be read; else the shipped one."""
    if source.kind == "run":
        config = RunFolder(source.path).manifest.get("config")
        named = config.get("taxonomy") if isinstance(config, dict) else None
        if isinstance(named, str) and Path(named).is_file():
            return load_taxonomy(Path(named))
    return load_taxonomy()


def source_statistics(source: Source, taxonomy: Taxonomy) -> dict[str, Any]:
    """As ``statistics``, of what ``detect`` has found."""
    head = {"kind": source.kind, "path": str(source.path)}
    if source.kind == "run":
        return {**head, **run_statistics(RunFolder(source.path), taxonomy)}
    if source.kind == "evaluation":
        return {**head, "sets": {}, "results": read_object(source.path)}
    if source.kind == "release":
        return {**head, **release_statistics(source.path, taxonomy)}
    return {**head, "sets": {source.path.name: records_statistics(source.path, taxonomy)}}


def records_statistics(path: Path, taxonomy: Taxonomy) -> dict[str, Any]:
    """Statistics of one file of records."""
    _, first = next(rows(path))
    read = reader(first)
    assert read is not None  # detect has looked
    return SetStatistics(taxonomy).add_all(examples(path, read)).summary()
