"""The statistics of whatever a path holds."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from trace_builder.evaluate.results import Results, read_results
from trace_builder.report.detect import detect
from trace_builder.report.stats.dataset_stats import Dataset, Statistics
from trace_builder.report.stats.instructions import examples
from trace_builder.report.stats.release_stats import release_stats
from trace_builder.report.stats.run_stats import run_stats
from trace_builder.storage.run_folder import RunFolder
from trace_builder.taxonomy import Taxonomy, load_taxonomy


class EvaluationStats(Statistics):
    kind: Literal["evaluation"] = "evaluation"
    results: Results


def statistics(path: Path, taxonomy: Taxonomy | None = None) -> Statistics:
    """Statistics of a run (``RunStats``), a release, an evaluation, or a file of records.

    Args:
        taxonomy: another one than the run's own or the shipped one.

    Raises:
        InputError: the path holds nothing that has statistics, or a file of it cannot be read.
    """
    source = detect(path)
    if source.kind == "run":
        with RunFolder.open(source.path) as run:
            return run_stats(run, taxonomy or run_taxonomy(run))
    if source.kind == "evaluation":
        return EvaluationStats(path=str(source.path), sets={}, results=read_results(source.path))
    taxonomy = taxonomy or load_taxonomy()
    if source.kind == "release":
        return release_stats(source.path, taxonomy)
    return records_stats(source.path, taxonomy)


def records_stats(path: Path, taxonomy: Taxonomy) -> Statistics:
    """Statistics of one file of records."""
    dataset = Dataset(taxonomy).add_all(examples(path))
    return Statistics(kind="records", path=str(path), sets={path.name: dataset.stats()})


def run_taxonomy(run: RunFolder) -> Taxonomy:
    """The taxonomy that a run was made with, where its file still can be read; else the shipped one."""
    entry = run.manifest.taxonomy
    return load_taxonomy(Path(entry.path) if entry and Path(entry.path).is_file() else None)
