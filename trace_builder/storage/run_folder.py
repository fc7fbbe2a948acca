"""A run's folder, opened for reading: the same answers for every command and for users' scripts."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from pydantic import ValidationError

from trace_builder.errors import InputError
from trace_builder.records import Outcome, Record, Seed, Status
from trace_builder.storage.calls import Call, CallLog, CallTotals
from trace_builder.storage.cost import Cost, cost_of
from trace_builder.storage.jsonl import file_size, first_error, raw_lines
from trace_builder.storage.layout import MANIFEST, calls_file, outcomes_file, product_file
from trace_builder.storage.manifest import Manifest, find_manifest
from trace_builder.storage.outcomes import ACCEPTED, FAILED, REJECTED, STATUS_CODES, STATUS_NAMES, OutcomeLog
from trace_builder.storage.seeds import SeedIndex

R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class StageFunnel:
    """What entered a stage and what became of it: entered = accepted + rejected + failed + pending.

    ``reasons`` counts (status, reason), the most frequent first; ``stale`` counts the pending records that
    have an outcome of earlier prompts, settings, code or input.
    """

    name: str
    entered: int
    accepted: int
    rejected: int
    failed: int
    reasons: Mapping[tuple[Status, str], int] = field(default_factory=dict)
    stale: int = 0

    @property
    def pending(self) -> int:
        return self.entered - self.accepted - self.rejected - self.failed


def stage_funnel(name: str, log: OutcomeLog, seeds: SeedIndex) -> StageFunnel:
    """One stage's counts; what enters it is what the stage before has accepted."""
    counts = log.counts()
    return StageFunnel(
        name, log.entered(), counts[ACCEPTED], counts[REJECTED], counts[FAILED], log.reasons(), log.stale
    )


class RunFolder:
    """A run's folder as it is at the moment of opening, also while another process writes to it.

    Only indexes stay in memory; records are read from disk when they are wanted, always in canonical order:
    that of the seeds. Attributes: ``path``, ``manifest``, ``stages`` (names, in the order of the data's way).
    """

    def __init__(self, path: Path, manifest: Manifest) -> None:
        self.path = path
        self.manifest = manifest
        self.stages = tuple(manifest.stages)
        self._seeds = SeedIndex(path / manifest.source)
        self._logs: dict[str, OutcomeLog] = {}
        self._calls: dict[str, CallLog] = {}
        self._open_logs()

    @classmethod
    def open(cls, path: Path, *, strict: bool = False) -> RunFolder:
        """Opens a folder.

        Args:
            path: the folder.
            strict: refuse a run that is not finished.

        Raises:
            InputError: no run lives there, it is of another version, a line in one of its files is damaged
                (with file and line), or it is not finished and ``strict`` was asked for.
        """
        manifest = find_manifest(path)
        if manifest is None:
            raise InputError(f"{path}: no run here ({MANIFEST} is missing)")
        run = cls(path, manifest)
        if strict and run.unfinished:
            raise InputError(
                f"{path}: {run.unfinished[-1]}; run `trace-build run --output {path}` again to finish it"
            )
        return run

    def __enter__(self) -> RunFolder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the files."""
        for log in self._logs.values():
            log.close()
        for calls in self._calls.values():
            calls.close()
        self._seeds.close()

    # -- the run -------------------------------------------------------------------------------------------

    @property
    def profile(self) -> str:
        return self.manifest.profile

    @property
    def finished(self) -> bool:
        return self.manifest.finished and not self.unfinished

    @cached_property
    def unfinished(self) -> tuple[str, ...]:
        """Why the run is not complete, a sentence each; empty for a finished one."""
        found = [] if self.manifest.finished else [f"{MANIFEST} says that the run is not finished"]
        seeds = self.manifest.seeds
        if seeds is not None and seeds.count != self.seed_count:
            found.append(f"{self.manifest.source} has {self.seed_count} of {seeds.count} seeds")
        found += [
            f"{log.path.relative_to(self.path)} ends in a line that was cut off, which is left out"
            for log in self._logs.values()
            if log.torn()
        ]
        found += [
            f"{stage.pending} of the {stage.entered} records that entered {stage.name} have no outcome"
            for stage in self.funnel()
            if stage.pending
        ]
        return tuple(found)

    def follows(self, stage: str) -> str | None:
        """The stage whose accepted records this one reads; None for the first."""
        return self.manifest.stages[stage].follows

    def funnel(self) -> tuple[StageFunnel, ...]:
        """What entered each stage and what became of it."""
        return tuple(stage_funnel(name, log, self._seeds) for name, log in self._logs.items())

    def usage(self) -> dict[str, dict[str, CallTotals]]:
        """What the calls add up to, by stage and by the model that answered."""
        return {stage: self._call_log(stage).totals() for stage in self.stages}

    def cost(self) -> Cost:
        """Money and GPU-hours."""
        return cost_of(self.manifest, self.usage())

    # -- records -------------------------------------------------------------------------------------------

    @property
    def seed_count(self) -> int:
        return len(self._seeds)

    def __contains__(self, id_: object) -> bool:
        return isinstance(id_, str) and self._seeds.place_of(id_) is not None

    @property
    def ids(self) -> Iterator[str]:
        """The ids of all seeds."""
        return self._seeds.ids()

    def position(self, id_: str) -> int:
        """A seed's place in the canonical order. Raises KeyError."""
        place = self._seeds.place_of(id_)
        if place is None:
            raise KeyError(id_)
        return place

    def seed(self, id_: str) -> Seed:
        """Raises KeyError."""
        return self._seeds.read(self.position(id_), Seed)

    def seeds(self, ids: Container[str] | None = None) -> Iterator[Seed]:
        return self.inputs(Seed, ids)

    def inputs(self, kind: type[R], ids: Container[str] | None = None) -> Iterator[R]:
        """What the first stage reads: seeds, or an evaluation's instructions."""
        if ids is None:
            yield from self._seeds.read_all(kind)
            return
        for place, name in enumerate(self._seeds.ids()):
            if name in ids:
                yield self._seeds.read(place, kind)

    def status(self, stage: str, id_: str) -> Status | None:
        """None: pending, or an outcome that no longer counts. Raises KeyError for an unknown id."""
        return STATUS_NAMES.get(self._logs[stage].status(self.position(id_)))

    def version(self, place: int) -> tuple[int, ...]:
        """Other numbers once another outcome counts for the record at this place of the canonical order."""
        return tuple(log.version(place) for log in self._logs.values())

    def outcome(self, stage: str, id_: str) -> Outcome | None:
        """The outcome that counts; None where there is none. Raises KeyError for an unknown id."""
        place = self.position(id_)
        return self._logs[stage].read(place) if self._logs[stage].status(place) else None

    def outcomes(
        self, stage: str, ids: Container[str] | None = None, status: Status | None = None
    ) -> Iterator[Outcome]:
        """The outcomes that count, of all records or of some, of any status or of one."""
        log = self._logs[stage]
        wanted = STATUS_CODES.values() if status is None else (STATUS_CODES[status],)
        names = self._seeds.ids() if ids is not None else None
        for place in range(len(self._seeds)):
            chosen = names is None or next(names) in (ids or ())
            if chosen and log.status(place) in wanted:
                yield log.read(place)

    def record(self, stage: str, id_: str, kind: type[R]) -> R:
        """What ``stage`` accepted. Raises KeyError where it accepted nothing."""
        outcome = self.outcome(stage, id_)
        if outcome is None or outcome.status != "accepted":
            raise KeyError(id_)
        return self._made(stage, outcome, kind)

    def records(self, stage: str, kind: type[R], ids: Container[str] | None = None) -> Iterator[R]:
        """What ``stage`` accepted, of all records or of some.

        Raises:
            InputError: a record does not have the fields of ``kind``; names file, line and field.
        """
        for outcome in self.outcomes(stage, ids, "accepted"):
            yield self._made(stage, outcome, kind)

    def incoming(self, stage: str, kind: type[R], ids: Container[str] | None = None) -> Iterator[R]:
        """What ``stage`` reads, of all records or of some: what the one before accepted, and what it kept of
        rejected records where the stage takes those.

        Raises:
            InputError: a record does not have the fields of ``kind``; names file, line and field.
        """
        before = self.follows(stage)
        if before is None:
            yield from self.inputs(kind, ids)
            return
        log = self._logs[stage]
        for outcome in self.outcomes(before, ids):
            if log.incoming(self.position(outcome.id)) is not None:
                yield self._made(before, outcome, kind)

    def incoming_of(self, stage: str, kind: type[R], id_: str) -> R | None:
        """What ``stage`` reads of one record; None where nothing has come to it. Raises as ``incoming`` does,
        and KeyError for an unknown id."""
        place = self.position(id_)
        before = self.follows(stage)
        if before is None:
            return self._seeds.read(place, kind)
        if self._logs[stage].incoming(place) is None:
            return None
        outcome = self.outcome(before, id_)
        return None if outcome is None else self._made(before, outcome, kind)

    def where(self, stage: str, id_: str) -> str:
        """File and line of the outcome that counts, for messages."""
        return self._logs[stage].where(self.position(id_))

    def calls(self, stage: str, ids: Container[str] | None = None) -> Iterator[Call]:
        """Every answer a stage got, in the order in which they came."""
        return self._call_log(stage).read_all(ids)

    def calls_of(self, stage: str, id_: str) -> dict[str, Call]:
        """A record's answers in a stage, by key. Raises KeyError for an unknown id."""
        return self._call_log(stage, indexed=True).take(self.position(id_))

    # -- other files ---------------------------------------------------------------------------------------

    def product_rows(self, name: str) -> Iterator[tuple[int, bytes]]:
        """The lines of a product ("sft", "dpo", "iopo"), each with its number; none where it is not there."""
        path = product_file(self.path, name)
        return raw_lines(path) if path.exists() else iter(())

    def file(self, name: str) -> Path:
        """The path of another file in the folder, such as a report."""
        return self.path / name

    def _made(self, stage: str, outcome: Outcome, kind: type[R]) -> R:
        try:
            return outcome.made(kind)
        except ValidationError as exc:
            where = self.where(stage, outcome.id)
            raise InputError(f"{where}: record {outcome.id!r}: {first_error(exc)}") from None

    def _open_logs(self) -> None:
        # The later stages' ends first: a line that another process writes meanwhile is then read together
        # with what it rests on, or not at all.
        ends: dict[str, int] = {}
        for stage in reversed(self.stages):
            path = outcomes_file(self.path, stage)
            ends[stage] = file_size(path)
        for stage, entry in self.manifest.stages.items():
            if entry.follows is not None and entry.follows not in self._logs:
                raise InputError(
                    f"{self.path / MANIFEST}: {stage} follows {entry.follows}, which is not there"
                )
            self._logs[stage] = OutcomeLog(
                outcomes_file(self.path, stage),
                self._seeds,
                entry.fingerprint,
                upstream=self._logs[entry.follows] if entry.follows else None,
                takes_rejected=entry.takes_rejected,
                end=ends[stage],
            )

    def _call_log(self, stage: str, *, indexed: bool = False) -> CallLog:
        if stage not in self._calls:
            self._calls[stage] = CallLog(calls_file(self.path, stage), self._seeds)
        if indexed and not self._calls[stage].indexed:
            self._calls[stage].index()
        return self._calls[stage]


def open_run(path: str | Path, *, strict: bool = False) -> RunFolder:
    """``RunFolder.open``, for scripts."""
    return RunFolder.open(Path(path), strict=strict)


def as_dict(funnel: StageFunnel) -> dict[str, Any]:
    """As JSON; reasons of rejected and failed records are told apart by their names, which differ."""
    return {
        "stage": funnel.name,
        "in": funnel.entered,
        "accepted": funnel.accepted,
        "rejected": funnel.rejected,
        "failed": funnel.failed,
        "pending": funnel.pending,
        "reasons": {reason: count for (_, reason), count in funnel.reasons.items()},
        "stale": funnel.stale,
    }
