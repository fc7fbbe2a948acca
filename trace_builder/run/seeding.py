"""Brings a run's seed files into its folder, and leaves that out where nothing has changed since."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from trace_builder.config import RunConfig
from trace_builder.seeds.ingest import Ingested, bundled, ingest
from trace_builder.storage.jsonl import raw_lines
from trace_builder.storage.layout import SEEDS
from trace_builder.storage.manifest import SeedsEntry


def bring_in(
    config: RunConfig, known: SeedsEntry | None, allow: Callable[[Path], None] = lambda path: None
) -> tuple[Ingested, SeedsEntry]:
    """The seeds of a run, and what its manifest says about them.

    A file counts as unchanged, as for make, while its size and time of change are the same. Reading 170,000
    seeds again takes seconds of every resumption.

    Args:
        known: what the manifest of an earlier run on the same folder says; None for none.
        allow: told the file of the new seeds before it takes the place of the present one; it may raise.

    Raises:
        InputError: rows that cannot be used, with file and line.
    """
    paths = tuple(config.seeds) or (bundled(),)
    asked = {"limit": config.limit, "skip_bad": config.skip_bad_seeds}
    target = config.output / SEEDS
    same = known is not None and known.asked == asked and known.files == _stamps((*paths, target))
    if known is not None and same and known.count == sum(1 for _ in raw_lines(target)):
        fields = known.model_dump(include={"bad", "digest", "sources", "langs", "renamed", "ignored"})
        return Ingested(path=target, seeds=known.count, **fields), known
    seeds = ingest(paths, config.output, skip_bad=config.skip_bad_seeds, limit=config.limit, allow=allow)
    return seeds, SeedsEntry(
        count=seeds.seeds,
        bad=seeds.bad,
        digest=seeds.digest,
        sources=dict(seeds.sources),
        langs=dict(seeds.langs),
        renamed=seeds.renamed,
        ignored=dict(seeds.ignored),
        asked=asked,
        files=_stamps((*paths, target)),
    )


def _stamps(paths: Sequence[Path]) -> list[list[Any]]:
    """Name, size and time of change in nanoseconds of each file; a missing one has neither."""
    stamps: list[list[Any]] = []
    for path in paths:
        found = path.stat() if path.is_file() else None
        stamps.append([str(path), found.st_size, found.st_mtime_ns] if found else [str(path)])
    return stamps
