"""What ``trace-build status`` shows, read from the folder alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trace_builder.errors import InputError
from trace_builder.run.stage_run import stage_file
from trace_builder.run.tally import StageTally
from trace_builder.storage.calls import CallLog, CallTotals
from trace_builder.storage.manifest import read_manifest
from trace_builder.storage.outcomes import ACCEPTED, FAILED, REJECTED, OutcomeLog
from trace_builder.storage.seeds import Source


@dataclass(frozen=True)
class StageStatus:
    tally: StageTally
    models: dict[str, CallTotals]
    stale: int

    @property
    def calls(self) -> CallTotals:
        """What the stage's calls add up to, over all models."""
        totals = CallTotals()
        for part in self.models.values():
            totals.add(part)
        return totals

    def as_dict(self) -> dict[str, Any]:
        return {
            "stage": self.tally.name,
            "in": self.tally.entered,
            "accepted": self.tally.accepted,
            "rejected": self.tally.rejected,
            "failed": self.tally.failed,
            "pending": self.tally.pending,
            "reasons": self.tally.reasons,
            "stale": self.stale,
            **self.calls.as_dict(),
        }


@dataclass(frozen=True)
class RunStatus:
    folder: Path
    finished: bool
    stages: tuple[StageStatus, ...]
    manifest: dict[str, Any]


def read_status(folder: Path, source_name: str = "seeds.jsonl") -> RunStatus:
    """The state of a run's folder, also while another process writes to it.

    Raises:
        InputError: no run lives there, or one of its files is damaged.
    """
    manifest = read_manifest(folder)
    if not manifest:
        raise InputError(f"{folder}: no run here (run.json is missing)")
    path = folder / manifest.get("source", source_name)
    if not path.exists():
        raise InputError(f"{path}: the run's seeds are missing")
    source = Source(path)
    stages: list[StageStatus] = []
    accepted: dict[str, int] = {}
    try:
        for name, known in manifest["stages"].items():
            log = OutcomeLog(stage_file(folder, "stages", name), source, known["fingerprint"], 0)
            counts = log.counts()
            before = known.get("after")
            entered = accepted[before] if before else len(source)
            accepted[name] = counts[ACCEPTED]
            row = StageTally(name, entered, counts[ACCEPTED], counts[REJECTED], counts[FAILED], log.reasons())
            calls = CallLog(stage_file(folder, "calls", name), source)
            stages.append(StageStatus(row, calls.totals_by_model(), log.stale))
            log.close()
    finally:
        source.close()
    return RunStatus(folder, bool(manifest.get("finished")), tuple(stages), manifest)
