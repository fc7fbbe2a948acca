"""Where a released row comes from, for lineage.jsonl."""

from __future__ import annotations

from typing import Any

from trace_builder.release.source import Run
from trace_builder.stages.order import AFTER


def lineage_row(run: Run, id_: str, split: str) -> dict[str, Any]:
    """One line of lineage.jsonl: the stages a released seed went through, and the keys of the calls behind
    each outcome, which are those of the run's ``calls/``."""
    seed = run.seeds[id_]
    stages: dict[str, Any] = {}
    for stage in AFTER:
        if id_ not in run.stages[stage].places:
            continue
        outcome = run.stages[stage].outcome(id_)
        stages[stage] = {
            "status": outcome.status,
            "reason": outcome.reason,
            "fingerprint": outcome.fingerprint,
            "calls": list(outcome.calls),
        }
    return {"id": id_, "split": split, "lang": seed.lang, "source": seed.source, "stages": stages}
