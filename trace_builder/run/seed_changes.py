"""What other seeds would do to a folder that has data already: said in numbers, and asked about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from trace_builder.config import RunConfig
from trace_builder.errors import InputError
from trace_builder.stages.base import Stage
from trace_builder.storage.layout import SEEDS
from trace_builder.storage.run_folder import RunFolder
from trace_builder.storage.seeds import SeedIndex


def seed_guard(
    config: RunConfig, stages: Sequence[Stage[Any, Any]], agree: Callable[[str], bool]
) -> Callable[[Path], None]:
    """A check of a file of new seeds. It raises InputError where they drop decided records and ``agree``,
    told how many, does not; more seeds drop nothing and are not asked about."""

    def check(new: Path) -> None:
        if (question := _lost(config.output, new, stages)) and not agree(question):
            raise InputError(f"{config.output}: left as it was")

    return check


def _lost(folder: Path, new: Path, stages: Sequence[Stage[Any, Any]]) -> str:
    """What the present seeds lose; nothing where none is decided, or the folder cannot be read: then a run
    makes good what is damaged, and complains of what it cannot."""
    if not (folder / SEEDS).exists():
        return ""
    try:
        gone, edited = _differences(folder / SEEDS, new)
        if not gone and not edited:
            return ""
        with RunFolder.open(folder) as run:
            return _told(run, gone, edited, stages)
    except InputError:
        return ""


def _differences(old: Path, new: Path) -> tuple[set[str], set[str]]:
    """Ids that are no longer among the seeds, and ids whose seed is another one now."""
    before, after = SeedIndex(old), SeedIndex(new)
    gone, edited = set(), set()
    try:
        for place, name in enumerate(before.ids()):
            now = after.place_of(name)
            if now is None:
                gone.add(name)
            elif after.digest(now) != before.digest(place):
                edited.add(name)
    finally:
        before.close()
        after.close()
    return gone, edited


def _told(run: RunFolder, gone: set[str], edited: set[str], stages: Sequence[Stage[Any, Any]]) -> str:
    lost = gone | edited
    roots = [name for name in run.stages if run.follows(name) is None]
    decided = sum(any(run.status(root, name) for root in roots) for name in lost)
    if not decided:
        return ""
    rows: Counter[str] = Counter()
    for stage in stages:
        if stage.product is not None and stage.name in run.stages:
            rows[stage.product.name] += sum(run.status(stage.name, name) == "accepted" for name in lost)
    ways = [(gone, "no longer among the seeds"), (edited, "with another text under the same id")]
    why = ", ".join(f"{len(names):,} {what}" for names, what in ways if names)
    held = ", ".join(f"{count:,} of {name}" for name, count in rows.items())
    return (
        f"{run.path} holds {run.seed_count:,} seeds: {why}. {decided:,} of those are decided, and what they "
        f"gave leaves the products (records: {held}); their answers stay on disk and count again when the "
        "seeds come back. Another --output keeps both"
    )
