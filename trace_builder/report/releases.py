"""Statistics of a release folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from trace_builder.report.instructions import examples, reader
from trace_builder.report.lines import rows
from trace_builder.report.sets import SetStatistics
from trace_builder.taxonomy import Taxonomy


def release_statistics(path: Path, taxonomy: Taxonomy) -> dict[str, Any]:
    """``sets``: each JSON Lines file of the release whose rows hold structured instructions."""
    sets: dict[str, Any] = {}
    for file in sorted(path.rglob("*.jsonl")):
        first = next((row for _, row in rows(file)), None)
        read = reader(first) if first else None
        if read is not None:
            name = file.relative_to(path).as_posix()
            sets[name] = SetStatistics(taxonomy).add_all(examples(file, read)).summary()
    return {"sets": sets}
