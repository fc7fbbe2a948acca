"""Counts by stage: in = accepted + rejected + failed + pending, always."""

from __future__ import annotations

from dataclasses import dataclass, field

from trace_builder.run.stage_run import StageRun
from trace_builder.storage.outcomes import ACCEPTED, FAILED, REJECTED


@dataclass(frozen=True)
class StageTally:
    name: str
    entered: int
    accepted: int
    rejected: int
    failed: int
    reasons: dict[str, int] = field(default_factory=dict)

    @property
    def pending(self) -> int:
        return self.entered - self.accepted - self.rejected - self.failed


def tally(rooms: tuple[StageRun, ...]) -> tuple[StageTally, ...]:
    """One row a stage. What enters a stage is what the stage before has accepted."""
    rows: dict[str, StageTally] = {}
    for room in rooms:
        counts = room.outcomes.counts()
        entered = rows[room.before.name].accepted if room.before else len(room.source)
        rows[room.name] = StageTally(
            room.name,
            entered,
            counts[ACCEPTED],
            counts[REJECTED],
            counts[FAILED],
            room.outcomes.reasons(),
        )
    return tuple(rows.values())
