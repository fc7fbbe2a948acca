"""The statistics of a run: its funnel, the sets it made, the judge, IOPO's yield, and what the calls cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from trace_builder.report.lines import Row, reading
from trace_builder.report.runs import PRODUCTS, RunFolder, Tally
from trace_builder.report.spending import spending
from trace_builder.report.stats.call_stats import Timeline, Usage
from trace_builder.report.stats.dataset_stats import SetStatistics
from trace_builder.report.stats.histogram import percent
from trace_builder.report.stats.instructions import reader
from trace_builder.report.stats.judge_stats import Groups, Pairs, Scores, attempts
from trace_builder.stages.order import AFTER
from trace_builder.taxonomy import Taxonomy


@dataclass
class _Judged:
    """Scores by where they come from: y, the worse responses of dpo, and the four cells."""

    response: Scores = field(default_factory=Scores)
    worse: Scores = field(default_factory=Scores)
    mismatch: Scores = field(default_factory=Scores)

    def summary(self) -> dict[str, Any]:
        return {name: getattr(self, name).summary() for name in ("response", "worse", "mismatch")}


def run_statistics(run: RunFolder, taxonomy: Taxonomy) -> dict[str, Any]:
    """Everything ``stats`` and ``report`` say about a run, JSON-able.

    ``sets`` holds one set of instructions a product; for iopo both instructions of a group count.
    """
    tallies = {stage: run.tally(stage) for stage in run.stages}
    operations, calls = _calls(run)
    made = _products(run, taxonomy, operations)
    with reading(str(run.path / "run.json")):
        manifest = _manifest(run)
    return {
        "manifest": manifest,
        "funnel": [_stage(tallies[stage]) for stage in run.stages],
        "products": {PRODUCTS[stage]: tallies[stage].accepted for stage in PRODUCTS},
        "sets": {name: statistics.summary() for name, statistics in made.sets.items()},
        "judge": made.judged.summary(),
        "pairs": made.pairs.summary(),
        "iopo": made.groups.summary(),
        "calls": calls,
    }


def _manifest(run: RunFolder) -> dict[str, Any]:
    found = run.manifest
    config = found.get("config") if isinstance(found.get("config"), dict) else {}
    models = (config or {}).get("models") or {}
    names = sorted({str(m.get("name")) for m in models.values() if isinstance(m, dict)})
    return {
        "version": found.get("version"),
        "created": found.get("created"),
        "finished": found.get("finished"),
        "profile": found.get("profile"),
        "rehearsal": bool((config or {}).get("rehearsal")),
        "round": found.get("round"),
        "models": names,
        "seeds": run.seed_count,
        "seed_sources": (found.get("seeds") or {}).get("sources"),
        "fingerprints": {
            stage: entry.get("fingerprint")
            for stage, entry in (found.get("stages") or {}).items()
            if isinstance(entry, dict)
        },
        "usage": found.get("usage"),
    }


def _stage(tally: Tally) -> dict[str, Any]:
    reasons = [
        {"status": status, "reason": reason, "count": n, "share": percent(n, tally.entered)}
        for (status, reason), n in tally.reasons.most_common()
    ]
    return {
        "stage": tally.stage,
        "after": AFTER.get(tally.stage),
        "in": tally.entered,
        "accepted": tally.accepted,
        "rejected": tally.rejected,
        "failed": tally.failed,
        "pending": tally.pending,
        "kept_share": percent(tally.accepted, tally.entered),
        "reasons": reasons,
    }


def _calls(run: RunFolder) -> tuple[dict[str, str], dict[str, Any]]:
    """The operation that was drawn for each record of iopo, and the calls' statistics."""
    operations: dict[str, str] = {}
    usage: dict[str, Usage] = {}
    timeline = Timeline()
    models: dict[str, Usage] = {}
    for stage in run.stages:
        spent = usage.setdefault(stage, Usage())
        for row in run.calls(stage):
            with reading(f"{run.path / 'calls' / stage}.jsonl: a call of {row.get('id')!r}"):
                spent.add(row)
                timeline.add(row)
                models.setdefault(str(row.get("model")), Usage()).add(row)
            prompt = str(row.get("prompt"))
            if stage == "iopo" and prompt.startswith("iopo_"):
                operations[str(row.get("id"))] = prompt.removeprefix("iopo_")
    with reading(str(run.path / "run.json")):
        cost = spending(run.manifest, models)
    return operations, {
        "total": Usage.total(usage.values()).summary(),
        "stages": {stage: spent.summary() for stage, spent in usage.items()},
        "models": {name: used.summary() for name, used in sorted(models.items())},
        "cost": cost,
        "timeline": timeline.summary(),
    }


def _products(run: RunFolder, taxonomy: Taxonomy, operations: dict[str, str]) -> _Made:
    made = _Made({name: SetStatistics(taxonomy) for name in PRODUCTS.values()})
    for stage, name in PRODUCTS.items():
        for outcome in run.outcomes(stage):
            with reading(f"{run.path / 'stages' / stage}.jsonl: the record {outcome['id']!r}"):
                made.add(stage, made.sets[name], outcome, operations)
    return made


@dataclass
class _Made:
    """What is counted over the outcomes of the stages that make products."""

    sets: dict[str, SetStatistics]
    judged: _Judged = field(default_factory=_Judged)
    pairs: Pairs = field(default_factory=Pairs)
    groups: Groups = field(default_factory=Groups)

    def add(self, stage: str, instructions: SetStatistics, outcome: Row, operations: dict[str, str]) -> None:
        record: Row = outcome.get("record") or {}
        accepted = outcome["status"] == "accepted" and bool(record)
        if accepted and (read := reader(record)) is not None:
            instructions.add_all(read(record))
        if stage == "respond":
            _count_responses(outcome, self.judged)
        elif accepted and stage == "dpo":
            self.pairs.add(record)
            self.judged.worse.add(record.get("rejected_judgement"), record.get("instruction"))
        elif accepted:
            self.groups.add(record)
            _count_cells(record, self.judged)
        elif stage == "iopo":
            operation = operations.get(str(outcome.get("id")), "unknown")
            self.groups.turned_down(operation, str(outcome.get("reason")))


def _count_responses(outcome: Row, judged: _Judged) -> None:
    record = outcome.get("record") or {}
    judged.response.add(record.get("judgement"), record.get("instruction"))
    for attempt in attempts(outcome):
        judged.response.add(attempt.get("judgement"), record.get("instruction"))


def _count_cells(record: Row, judged: _Judged) -> None:
    cells = record.get("cells") or {}
    judged.mismatch.add(cells.get("x1y2"), record.get("x1"))
    judged.mismatch.add(cells.get("x2y1"), record.get("x2"))
