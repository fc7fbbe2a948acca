"""The statistics of a run: its funnel, the sets it made, the judge, IOPO's yield, and what the calls cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Literal

from pydantic import Field, ValidationError

from trace_builder.errors import InputError
from trace_builder.records import (
    Answered,
    FailedResponse,
    Harvested,
    IopoGroup,
    Item,
    Outcome,
    Preference,
    Status,
)
from trace_builder.report.stats.call_stats import CallDetails, Pace, StageCalls, Timeline, totals
from trace_builder.report.stats.dataset_stats import Dataset, Statistics
from trace_builder.report.stats.histogram import Figures, percent
from trace_builder.report.stats.instructions import record_examples
from trace_builder.report.stats.judge_stats import (
    Groups,
    GroupStats,
    JudgeStats,
    Pairs,
    PairStats,
    Scores,
)
from trace_builder.stages.stage_registry import AnyStage, stage_classes
from trace_builder.storage.calls import CallTotals
from trace_builder.storage.cost import Cost, cost_of
from trace_builder.storage.run_folder import RunFolder, StageFunnel
from trace_builder.taxonomy import Taxonomy

#: How the prompts that rewrite x1 are called; the rest is the operation.
_REWRITES = "iopo_"


class RunFacts(Figures):
    """What a run says of itself. ``rehearsal``: a drill with the embedded model; ``sources``: seeds by
    source."""

    profile: str
    created: str
    finished: bool
    rehearsal: bool
    models: tuple[str, ...]
    seeds: int
    sources: dict[str, int]
    fingerprints: dict[str, str]


class ReasonRow(Figures):
    """``share`` is percent of what entered the stage."""

    status: Status
    reason: str
    count: int
    share: float


class StageRow(Figures):
    """One stage of the funnel: entered = accepted + rejected + failed + pending."""

    stage: str
    follows: str | None
    entered: int = Field(serialization_alias="in")
    accepted: int
    rejected: int
    failed: int
    pending: int
    stale: int
    kept_share: float
    reasons: tuple[ReasonRow, ...]


class CallStats(Figures):
    """Calls by stage, and tokens by the model that answered."""

    total: StageCalls
    stages: dict[str, StageCalls]
    models: dict[str, CallTotals]
    cost: Cost
    timeline: Timeline


class RunStats(Statistics):
    """Everything about a run. ``products`` counts rows; ``sets`` has the instructions of each product, for
    IOPO both of a group."""

    kind: Literal["run"] = "run"
    run: RunFacts
    funnel: tuple[StageRow, ...]
    products: dict[str, int]
    judge: JudgeStats
    pairs: PairStats
    iopo: GroupStats
    calls: CallStats


def run_stats(run: RunFolder, taxonomy: Taxonomy) -> RunStats:
    """Everything ``stats`` and ``report`` say about a run; of stages that are not installed here the funnel
    and the calls.

    Raises:
        InputError: a record or a call is not what a run writes; names file, line and field.
    """
    stages = stage_classes()
    funnel = {row.name: row for row in run.funnel()}
    operations, calls = _calls(run)
    made = _Made(run, taxonomy, operations)
    for name in run.stages:
        if name in stages:
            made.add_stage(name, stages[name])
    known = [(stage.product.name, name) for name, stage in stages.items() if stage.product and name in funnel]
    return RunStats(
        path=str(run.path),
        run=_facts(run),
        funnel=tuple(_row(row, run.follows(name)) for name, row in funnel.items()),
        products={product: made.rows[product] for product, _ in known},
        sets={name: dataset.stats() for name, dataset in made.sets.items()},
        judge=JudgeStats(
            response=made.response.stats(), worse=made.worse.stats(), mismatch=made.mismatch.stats()
        ),
        pairs=made.pairs.stats(),
        iopo=made.groups.stats(),
        calls=calls,
    )


def _facts(run: RunFolder) -> RunFacts:
    manifest = run.manifest
    return RunFacts(
        profile=run.profile,
        created=manifest.created,
        finished=run.finished,
        rehearsal=manifest.rehearsal,
        models=tuple(sorted({model.name for model in manifest.models.values()})),
        seeds=run.seed_count,
        sources=manifest.seeds.sources if manifest.seeds else {},
        fingerprints={name: entry.fingerprint for name, entry in manifest.stages.items()},
    )


def _row(row: StageFunnel, follows: str | None) -> StageRow:
    return StageRow(
        stage=row.name,
        follows=follows,
        entered=row.entered,
        accepted=row.accepted,
        rejected=row.rejected,
        failed=row.failed,
        pending=row.pending,
        stale=row.stale,
        kept_share=percent(row.accepted, row.entered),
        reasons=tuple(
            ReasonRow(status=status, reason=reason, count=n, share=percent(n, row.entered))
            for (status, reason), n in row.reasons.items()
        ),
    )


def _calls(run: RunFolder) -> tuple[dict[str, str], CallStats]:
    """The operation that was drawn for each record of iopo, and the calls' statistics."""
    operations: dict[str, str] = {}
    details: dict[str, CallDetails] = {}
    pace = Pace()
    for stage in run.stages:
        found = details[stage] = CallDetails()
        for call in run.calls(stage):
            found.add(call)
            pace.add(call.at, call.usage.completion)
            if call.prompt.startswith(_REWRITES):
                operations[call.id] = call.prompt.removeprefix(_REWRITES)
    usage = run.usage()
    everything = CallDetails()
    for part in details.values():
        everything.join(part)
    models = sorted({name for by_model in usage.values() for name in by_model})
    return operations, CallStats(
        total=everything.stats(totals(t for by_model in usage.values() for t in by_model.values())),
        stages={stage: found.stats(totals(usage[stage].values())) for stage, found in details.items()},
        models={
            name: totals(by_model[name] for by_model in usage.values() if name in by_model) for name in models
        },
        cost=cost_of(run.manifest, usage),
        timeline=pace.timeline(),
    )


@dataclass
class _Made:
    """What is counted over the outcomes of the stages that make products."""

    run: RunFolder
    taxonomy: Taxonomy
    operations: Mapping[str, str]
    sets: dict[str, Dataset] = field(default_factory=dict)
    rows: Counter[str] = field(default_factory=Counter)
    response: Scores = field(default_factory=Scores)
    worse: Scores = field(default_factory=Scores)
    mismatch: Scores = field(default_factory=Scores)
    pairs: Pairs = field(default_factory=Pairs)
    groups: Groups = field(default_factory=Groups)

    def add_stage(self, name: str, stage: AnyStage) -> None:
        if stage.product is None:
            return
        dataset = self.sets.setdefault(stage.product.name, Dataset(self.taxonomy))
        for record in self.run.records(name, stage.makes):
            self._accepted(record, dataset)
            self.rows[stage.product.name] += len(record.groups) if isinstance(record, Harvested) else 1
        statuses: tuple[Status, ...] = ("rejected", "failed")
        for outcome in chain(*(self.run.outcomes(name, status=status) for status in statuses)):
            self._lost(outcome, stage)

    def _accepted(self, record: Item, dataset: Dataset) -> None:
        groups = record.groups if isinstance(record, Harvested) else ()
        for group in groups:
            self._accepted(group, dataset)
        dataset.add_all(record_examples(record, record.id, record.lang))
        if isinstance(record, Answered):
            self.response.add(record.judgement, record.instruction)
            for attempt in record.imperfect:
                self.response.add(attempt.judgement, record.instruction)
        elif isinstance(record, Preference):
            self.pairs.add(record)
            self.worse.add(record.rejected_judgement, record.instruction)
        elif isinstance(record, IopoGroup):
            self.groups.add(record)
            self.mismatch.add(record.cells.x1y2, record.x1)
            self.mismatch.add(record.cells.x2y1, record.x2)

    def _lost(self, outcome: Outcome, stage: AnyStage) -> None:
        if issubclass(stage.makes, Answered):
            for attempt in imperfect(self.run, outcome):
                self.response.add(attempt.judgement, None)
        elif issubclass(stage.makes, Harvested):
            self.groups.turned_down("harvest", str(outcome.reason))
        elif issubclass(stage.makes, IopoGroup):
            operation = self.operations.get(outcome.id, "unknown")
            self.groups.turned_down(operation, str(outcome.reason))


def imperfect(run: RunFolder, outcome: Outcome) -> Iterable[FailedResponse]:
    """The imperfect responses that an outcome keeps, accepted or rejected.

    Raises:
        InputError: they have other fields than they should; names file and line.
    """
    try:
        return outcome.imperfect
    except (ValidationError, TypeError):
        where = run.where(outcome.stage, outcome.id)
        raise InputError(f"{where}: record {outcome.id!r} keeps what is no response") from None
