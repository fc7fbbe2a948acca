"""One stage at work in a folder: the stage itself, its two files, and what comes after it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from trace_builder.records import Outcome, Record, Rejection, Status
from trace_builder.stages.base import Stage
from trace_builder.storage.calls import CallLog
from trace_builder.storage.outcomes import PENDING, OutcomeLog
from trace_builder.storage.seeds import SeedIndex
from trace_builder.support.redaction import without_secrets


@dataclass
class StageRun:
    """A stage at work in a folder. ``walked`` says whether this run may give it new outcomes; ``depth``
    counts the stages before it."""

    stage: Stage[Any, Any]
    fingerprint: str
    parts: dict[str, str]
    walks: int
    walked: bool
    seeds: SeedIndex
    outcomes: OutcomeLog
    calls: CallLog
    before: StageRun | None = None
    after: list[StageRun] = field(default_factory=list)
    depth: int = 0

    @property
    def name(self) -> str:
        return self.stage.name

    def needs_work(self, place: int) -> bool:
        """Whether a record has something to do in this run, here or further on."""
        status = self.outcomes.status(place)
        if status == PENDING:
            return self.walked
        return any(run.needs_work(place) for run in self.following(place))

    def following(self, place: int) -> list[StageRun]:
        """The stages that read what this one has made, or kept, of a record."""
        return [run for run in self.after if run.outcomes.incoming(place) is not None]

    def incoming(self, place: int) -> Record:
        """What this stage reads for a record, from disk."""
        if self.before is None:
            seed: Record = self.seeds.read(place, self.stage.reads)
            return seed
        record: Record = self.before.outcomes.read(place).made(self.stage.reads)
        return record

    def made(self, place: int) -> Record:
        """What this stage has accepted for a record, from disk."""
        made: Record = self.outcomes.read(place).made(self.stage.makes)
        return made

    def decide(self, place: int, record_id: str, verdict: Verdict, keys: list[str]) -> None:
        """Writes a record's outcome."""
        failed = verdict.status == "failed"
        self.outcomes.append(
            place,
            Outcome(
                id=record_id,
                stage=self.name,
                status=verdict.status,
                reason=verdict.reason,
                fingerprint=self.fingerprint,
                # Of a verdict it does not matter in which walk it fell.
                round=self.walks if failed else 0,
                tries=self.outcomes.tries(place) + 1 if failed else 0,
                detail=without_secrets(verdict.detail),
                calls=tuple(dict.fromkeys(keys)),
                record=verdict.record,
            ),
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a record in a stage, ready to be written."""

    status: Status
    reason: str | None = None
    detail: str = ""
    record: dict[str, Any] | None = None

    @classmethod
    def of(cls, made: Record | Rejection) -> Verdict:
        if isinstance(made, Rejection):
            kept = made.kept.model_dump(mode="json") if made.kept else None
            return cls("rejected", made.reason, made.detail, kept)
        return cls("accepted", record=made.model_dump(mode="json"))
