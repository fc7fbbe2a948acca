"""Runs stages over records into a folder: what is on disk is asked for no more, and whatever happens, the
folder resumes."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trace_builder.config import ModelConfig, RehearsalConfig, WireConfig
from trace_builder.errors import InputError, StoppedError
from trace_builder.prompts import PromptBook
from trace_builder.run.asking.ask import AskContext
from trace_builder.run.asking.client import LazyClient
from trace_builder.run.identity.fingerprint import fingerprint, stage_parts
from trace_builder.run.progress import Progress
from trace_builder.run.scheduler import Scheduler
from trace_builder.run.stage_run import StageRun
from trace_builder.run.stop import GracefulStop
from trace_builder.stages.base import Stage
from trace_builder.storage.calls import CallLog, CallTotals
from trace_builder.storage.layout import calls_file, outcomes_file
from trace_builder.storage.manifest import FaultEntry, Manifest, StageEntry, find_manifest, write_manifest
from trace_builder.storage.outcomes import ACCEPTED, PENDING, OutcomeLog
from trace_builder.storage.run_folder import StageFunnel, stage_funnel
from trace_builder.storage.seeds import SeedIndex
from trace_builder.support.redaction import without_secrets

_SYNC_SECONDS = 1.0
#: Between two notes of the wire's faults in the manifest.
_NOTE_SECONDS = 5.0

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RunSpec:
    """What to run.

    Attributes:
        folder: where the run lives; locked by the caller (``storage.lock.folder_lock``).
        stages: in the order of the data's way.
        only: name of the one stage to walk; None walks all.
        about: what the manifest says besides (config, profile, seeds ...); its ``source`` names the file of
            the records that the first stage reads.
        finish: called with the stages at the end of a run that was not stopped, to write products.
        say: takes one line for the user.
    """

    folder: Path
    stages: tuple[Stage[Any, Any], ...]
    prompts: PromptBook
    models: Mapping[str, ModelConfig]
    wire: WireConfig
    rng_seed: int = 0
    rehearsal: RehearsalConfig | None = None
    only: str | None = None
    strict: bool = False
    about: Manifest = field(default_factory=Manifest)
    finish: Callable[[tuple[StageRun, ...]], None] = lambda runs: None
    say: Callable[[str], None] = lambda line: None


@dataclass(frozen=True)
class RunSummary:
    """How a run ended. ``interrupted``: it was asked to stop and can be resumed."""

    stages: tuple[StageFunnel, ...]
    interrupted: bool

    @property
    def failed(self) -> int:
        return sum(stage.failed for stage in self.stages)


async def run_stages(spec: RunSpec) -> RunSummary:
    """Walks every record that has something left to do.

    Raises:
        InputError: the folder, the servers' model or the key do not fit.
        StoppedError: the servers stayed away or the disk is full; what is written resumes.
    """
    with open_stages(spec) as walk:
        interrupted = await walk.walk()
        if not interrupted:
            walk.finish()
        return RunSummary(walk.funnel(), interrupted)


@contextlib.contextmanager
def open_stages(spec: RunSpec) -> Iterator[Walk]:
    """The stages with their files, and what is known of them on disk."""
    if spec.only is not None and spec.only not in {stage.name for stage in spec.stages}:
        raise InputError(f"no stage {spec.only!r}; there are {', '.join(s.name for s in spec.stages)}")
    before = find_manifest(spec.folder) or Manifest()
    seeds = SeedIndex(spec.folder / spec.about.source)
    runs: dict[str, StageRun] = {}
    try:
        for stage in spec.stages:
            upstream = runs[stage.follows] if stage.follows else None
            runs[stage.name] = _stage_run(spec, stage, seeds, upstream, before)
        _announce_changes(spec, tuple(runs.values()), before)
        yield Walk(spec, tuple(runs.values()), before)
    finally:
        for run in runs.values():
            run.calls.close()
            run.outcomes.close()
        seeds.close()


def _stage_run(
    spec: RunSpec, stage: Stage[Any, Any], seeds: SeedIndex, upstream: StageRun | None, before: Manifest
) -> StageRun:
    parts = stage_parts(stage, spec.prompts, spec.models)
    print_ = fingerprint(parts, upstream.fingerprint if upstream else "")
    known = before.stages.get(stage.name)
    walks = known.walks if known and known.fingerprint == print_ else 0
    path = outcomes_file(spec.folder, stage.name)
    run = StageRun(
        stage=stage,
        fingerprint=print_,
        parts=parts,
        walks=walks,
        walked=spec.only in (None, stage.name),
        seeds=seeds,
        outcomes=OutcomeLog(
            path,
            seeds,
            print_,
            walks,
            upstream.outcomes if upstream else None,
            takes_rejected=stage.takes_rejected,
        ),
        calls=CallLog(calls_file(spec.folder, stage.name), seeds),
        before=upstream,
        depth=upstream.depth + 1 if upstream else 0,
    )
    if upstream:
        upstream.after.append(run)
    return run


def _announce_changes(spec: RunSpec, runs: tuple[StageRun, ...], before: Manifest) -> None:
    """Says which stages are walked again, and why; refuses instead where the user asked for that."""
    changed: list[str] = []
    for run in runs:
        known = before.stages.get(run.name)
        if known is None or known.fingerprint == run.fingerprint:
            continue
        parts = [name for name, value in run.parts.items() if known.parts.get(name) != value]
        why = f"{' and '.join(parts)} changed" if parts else "a stage before it changed"
        changed.append(f"{run.name} ({why})")
    if not changed:
        return
    if spec.strict:
        raise InputError(
            f"{spec.folder}: strict, and these stages are no longer what they were: {', '.join(changed)}"
        )
    spec.say(f"walked again, from stored answers where they still apply: {', '.join(changed)}")


class Walk:
    """One walk over the records of a folder, and the manifest that tells of it."""

    def __init__(self, spec: RunSpec, runs: tuple[StageRun, ...], before: Manifest) -> None:
        self.spec = spec
        self.runs = runs
        kept = {name: getattr(before, name) for name in ("created", "modes", "seconds", "usage")}
        self.manifest = spec.about.model_copy(update=kept)
        self._client: LazyClient | None = None
        self._noted = 0.0

    @property
    def roots(self) -> tuple[StageRun, ...]:
        """The stages that read the seeds."""
        return tuple(run for run in self.runs if run.before is None)

    def funnel(self) -> tuple[StageFunnel, ...]:
        return tuple(stage_funnel(run.name, run.outcomes, run.seeds) for run in self.runs)

    async def walk(self) -> bool:
        """Walks what is pending. Returns whether it was stopped on request before its end."""
        pending = self.open_pending()
        self.note(finished=False)
        for row in self.funnel():
            log.info("%s: %d in, %d accepted, %d pending", row.name, row.entered, row.accepted, row.pending)
        if not any(pending):
            self._say_why_idle()
            return False
        spec, began, spent = self.spec, time.monotonic(), self.manifest.seconds
        if spec.rehearsal is None:
            asked = (f"{model.name} at {', '.join(model.base_urls)}" for model in spec.models.values())
            spec.say(f"asking {without_secrets('; '.join(dict.fromkeys(asked)))}")
        self._client = client = LazyClient(
            spec.models, spec.wire, spec.rehearsal, self.manifest.modes, self._found, spec.say
        )
        stop = GracefulStop(client, spec.say)
        with Progress(self.runs, client.snapshot, spec.say) as progress:
            context = AskContext(
                spec.rng_seed,
                spec.prompts,
                spec.models,
                spec.wire,
                client,
                progress.answered,
                stop.raise_if_stopping,
            )
            scheduler = Scheduler(self.roots, context, progress)
            try:
                async with _syncing(self.runs, stop, self._note_faults), stop.listening():
                    at_once = min(_records_at_once(spec.wire.concurrency), sum(pending))
                    await scheduler.walk_all(_open_places(pending, stop), at_once)
            finally:
                progress.last_look()
                faults = self._faults()
                await client.close()
                self.note(finished=False, seconds=round(spent + time.monotonic() - began, 1), faults=faults)
        return stop.requested

    def finish(self) -> None:
        """Sorts the stages' files, writes the products and says that the run is finished."""
        for run in self.runs:
            if run.walked:
                run.walks += 1
                run.outcomes.sort()
        self.spec.finish(self.runs)
        usage = {run.name: _total(run.calls).as_dict() for run in self.runs}
        self.note(finished=not any(stage.pending for stage in self.funnel()), usage=usage)

    def open_pending(self) -> bytearray:
        """Opens the files of the stages that are walked; says which records have something left to do."""
        places = range(len(self.runs[0].seeds))
        pending = bytearray(any(root.needs_work(place) for root in self.roots) for place in places)
        for run in self.runs:
            if run.walked:
                run.outcomes.open()
                run.calls.open()
                undecided = {place for place in run.outcomes.places(PENDING) if pending[place]}
                if undecided:
                    run.calls.index(undecided)
        return pending

    def _say_why_idle(self) -> None:
        """Tells a user who walks one stage what it is still waiting for."""
        run = next((run for run in self.runs if run.name == self.spec.only), None)
        if run is not None and run.before is not None and not run.before.outcomes.counts()[ACCEPTED]:
            first = run.before.name
            self.spec.say(f"nothing to do: {first} has accepted nothing yet; run --stage {first} first")

    def _faults(self) -> tuple[FaultEntry, ...]:
        shot = self._client.snapshot() if self._client else None
        faults = shot.faults if shot else ()
        return tuple(FaultEntry(kind=f.kind, count=f.count, latest=f.latest[:500]) for f in faults)

    def _note_faults(self) -> None:
        """Lets ``status`` tell of what goes wrong while the run goes on."""
        faults = self._faults()
        if faults != self.manifest.faults and time.monotonic() - self._noted > _NOTE_SECONDS:
            self._noted = time.monotonic()
            self.note(finished=False, faults=faults)

    def _found(self, modes: dict[str, str]) -> None:
        self.note(finished=False, modes=modes)

    def note(self, **fields: object) -> None:
        stages = {
            run.name: StageEntry(
                follows=run.stage.follows,
                takes_rejected=run.stage.takes_rejected,
                fingerprint=run.fingerprint,
                parts=run.parts,
                walks=run.walks,
            )
            for run in self.runs
        }
        updated = self.manifest.model_copy(update={"stages": stages, **fields})
        self.manifest = write_manifest(self.spec.folder, updated)


def _total(log: CallLog) -> CallTotals:
    total = CallTotals()
    for part in log.totals().values():
        total.add(part)
    return total


def _records_at_once(concurrency: int) -> int:
    """A few more records than requests in flight: while one is between two questions, another is ready."""
    return concurrency + max(8, concurrency // 4)


def _open_places(pending: bytearray, stop: GracefulStop) -> Iterator[int]:
    for place, open_ in enumerate(pending):
        if stop.requested:
            return
        if open_:
            yield place


@asynccontextmanager
async def _syncing(
    runs: tuple[StageRun, ...], stop: GracefulStop, synced: Callable[[], None]
) -> AsyncIterator[None]:
    """Syncs all files every second in the background: calls before outcomes, which rest on them. Then calls
    ``synced``."""

    def sync() -> None:
        for run in runs:
            run.calls.sync()
        for run in runs:
            run.outcomes.sync()

    async def ticking() -> None:
        while True:
            await asyncio.sleep(_SYNC_SECONDS)
            try:
                await asyncio.to_thread(sync)
                synced()
            except StoppedError as exc:
                stop.broken = exc
                return

    task = asyncio.ensure_future(ticking())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    sync()
