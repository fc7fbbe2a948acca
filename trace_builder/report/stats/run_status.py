"""What ``trace-build status`` says, from the heads of a run's lines alone."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from trace_builder.report.stats.call_stats import totals
from trace_builder.storage.calls import CallTotals
from trace_builder.storage.cost import Cost, cost_of
from trace_builder.storage.manifest import FaultEntry
from trace_builder.storage.run_folder import RunFolder, StageFunnel, as_dict


@dataclass(frozen=True)
class RunStatus:
    """``calls`` are those of each stage; ``unfinished`` says why the run is not complete, a sentence
    each; ``faults`` are those of the wire during the latest walk."""

    folder: Path
    unfinished: tuple[str, ...]
    funnel: tuple[StageFunnel, ...]
    calls: dict[str, CallTotals]
    cost: Cost
    faults: tuple[FaultEntry, ...]

    @property
    def total(self) -> CallTotals:
        return totals(self.calls.values())

    @property
    def cached_share(self) -> float:
        """Of the prompt tokens, 0 to 1."""
        return self.total.cached / self.total.prompt if self.total.prompt else 0.0

    def as_dict(self) -> dict[str, Any]:
        total = {
            **self.total.as_dict(),
            "cached_share": round(self.cached_share, 4),
            "cost": asdict(self.cost),
        }
        return {
            "folder": str(self.folder),
            "finished": not self.unfinished,
            "stages": [{**as_dict(row), **self.calls[row.name].as_dict()} for row in self.funnel],
            "total": total,
            "faults": [fault.model_dump() for fault in self.faults],
        }


def read_status(folder: Path) -> RunStatus:
    """The state of a run's folder, also while another process writes to it.

    Raises:
        InputError: no run lives there, or one of its files is damaged.
    """
    with RunFolder.open(folder) as run:
        usage = run.usage()
        calls = {stage: totals(by_model.values()) for stage, by_model in usage.items()}
        cost = cost_of(run.manifest, usage)
        return RunStatus(folder, run.unfinished, run.funnel(), calls, cost, run.manifest.faults)
