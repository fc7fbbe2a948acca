"""Runs stages over records into a folder: what is on disk is asked for no more, and whatever happens, the
folder resumes."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trace_builder.config import ModelConfig, RehearsalConfig, WireConfig
from trace_builder.errors import InputError, StoppedError
from trace_builder.prompts import PromptBook
from trace_builder.run.ask import AskContext
from trace_builder.run.client import LazyWire
from trace_builder.run.fingerprint import fingerprint, stage_parts
from trace_builder.run.progress import Progress
from trace_builder.run.scheduler import Scheduler
from trace_builder.run.stage_run import StageRun, stage_file
from trace_builder.run.stop import GracefulStop
from trace_builder.run.tally import StageTally, tally
from trace_builder.stages.base import Stage
from trace_builder.storage.calls import CallLog
from trace_builder.storage.manifest import base_manifest, read_manifest, without_userinfo, write_manifest
from trace_builder.storage.outcomes import ACCEPTED, PENDING, OutcomeLog
from trace_builder.storage.seeds import Source

_SYNC_SECONDS = 1.0


@dataclass(frozen=True)
class RunSpec:
    """What to run.

    Attributes:
        folder: where the run lives; locked by the caller (``lock.folder_lock``).
        source: JSONL file of the records the first stage reads, each line beginning with its id.
        stages: in the order of the data's way.
        only: name of the one stage to walk; None walks all.
        about: what else belongs into the manifest (config, profile, seeds ...).
        finish: called with the rooms at the end of a run that was not stopped, to write products.
        say: takes one line for the user.
    """

    folder: Path
    source: Path
    stages: tuple[Stage, ...]
    prompts: PromptBook
    models: Mapping[str, ModelConfig]
    wire: WireConfig
    seed: int = 0
    rehearsal: RehearsalConfig | None = None
    only: str | None = None
    strict: bool = False
    about: dict[str, Any] = field(default_factory=dict)
    finish: Callable[[tuple[StageRun, ...]], None] = lambda rooms: None
    say: Callable[[str], None] = lambda line: None


@dataclass(frozen=True)
class RunSummary:
    """How a run ended. ``interrupted``: it was asked to stop and can be resumed."""

    stages: tuple[StageTally, ...]
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
    before = read_manifest(spec.folder)
    source = Source(spec.source)
    rooms = build_rooms(spec, source, before)
    _announce_changes(spec, rooms, before)
    try:
        interrupted = await _walk(spec, rooms, source, before)
        if not interrupted:
            _settle(spec, rooms, before)
        return RunSummary(tally(rooms), interrupted)
    finally:
        for room in rooms:
            room.calls.close()
            room.outcomes.close()
        source.close()


def build_rooms(spec: RunSpec, source: Source, before: dict[str, Any]) -> tuple[StageRun, ...]:
    """The stages with their files and what is known of them on disk."""
    if spec.only is not None and spec.only not in {stage.name for stage in spec.stages}:
        raise InputError(f"no stage {spec.only!r}; there are {', '.join(s.name for s in spec.stages)}")
    rooms: dict[str, StageRun] = {}
    for stage in spec.stages:
        upstream = rooms[stage.follows] if stage.follows else None
        parts = stage_parts(stage, spec.prompts, spec.models)
        print_ = fingerprint(parts, upstream.fingerprint if upstream else "")
        known = before.get("stages", {}).get(stage.name, {})
        walks = known.get("walks", 0) if known.get("fingerprint") == print_ else 0
        room = StageRun(
            stage=stage,
            fingerprint=print_,
            parts=parts,
            walks=walks,
            walked=spec.only in (None, stage.name),
            source=source,
            outcomes=OutcomeLog(stage_file(spec.folder, "stages", stage.name), source, print_, walks),
            calls=CallLog(stage_file(spec.folder, "calls", stage.name), source),
            before=upstream,
            depth=upstream.depth + 1 if upstream else 0,
        )
        if upstream:
            upstream.after.append(room)
        rooms[stage.name] = room
    return tuple(rooms.values())


def _announce_changes(spec: RunSpec, rooms: tuple[StageRun, ...], before: dict[str, Any]) -> None:
    """Says which stages are walked again, and why; refuses instead where the user asked for that."""
    changed: list[str] = []
    for room in rooms:
        known = before.get("stages", {}).get(room.name)
        if known is None or known.get("fingerprint") == room.fingerprint:
            continue
        parts = [name for name, value in room.parts.items() if known.get("parts", {}).get(name) != value]
        why = f"{' and '.join(parts)} changed" if parts else "a stage before it changed"
        changed.append(f"{room.name} ({why})")
    if not changed:
        return
    if spec.strict:
        raise InputError(
            f"{spec.folder}: strict, and these stages are no longer what they were: {', '.join(changed)}"
        )
    spec.say(f"walked again, from stored answers where they still apply: {', '.join(changed)}")


async def _walk(spec: RunSpec, rooms: tuple[StageRun, ...], source: Source, before: dict[str, Any]) -> bool:
    """Returns whether the run was stopped on request before its end."""
    root = rooms[0]
    pending = bytearray(root.needs_work(place) for place in range(len(source)))
    for room in rooms:
        if room.walked:
            room.outcomes.open()
            room.calls.open()
            undecided = bytearray(
                open_ and room.outcomes.status(place) == PENDING for place, open_ in enumerate(pending)
            )
            room.calls.index(undecided)
    _write_manifest(spec, rooms, before, finished=False)
    if not any(pending):
        if spec.only is not None:
            _say_why_idle(spec, rooms)
        return False
    if spec.rehearsal is None:
        asked = (f"{model.name} at {', '.join(model.base_urls)}" for model in spec.models.values())
        spec.say(f"asking {without_userinfo('; '.join(dict.fromkeys(asked)))}")

    def found(modes: dict[str, Any]) -> None:
        before["modes"] = modes
        _write_manifest(spec, rooms, before, finished=False)

    began, spent = time.monotonic(), before.get("seconds", 0.0)
    line = LazyWire(spec.models, spec.wire, spec.rehearsal, before.get("modes", {}), found)
    stop = GracefulStop(line, spec.say)
    with Progress(rooms, line.snapshot, spec.say) as progress:
        desk = AskContext(spec.seed, spec.prompts, spec.models, spec.wire, line, progress.answered, stop.gate)
        journeys = Scheduler(root, desk, progress)
        places = _open_places(pending, stop)
        try:
            async with _syncing(rooms, stop), stop.listening():
                await journeys.walk_all(places, _journeys_at_once(spec.wire.concurrency))
        finally:
            await line.close()
            before["seconds"] = round(spent + time.monotonic() - began, 1)
            if stop.requested:
                _write_manifest(spec, rooms, before, finished=False)
    return stop.requested


def _say_why_idle(spec: RunSpec, rooms: tuple[StageRun, ...]) -> None:
    """Tells a user who walks one stage what it is still waiting for."""
    room = next(room for room in rooms if room.name == spec.only)
    if room.before is not None and not room.before.outcomes.counts()[ACCEPTED]:
        first = room.before.name
        spec.say(f"nothing to do: {first} has accepted nothing yet; run --stage {first} first")


def _journeys_at_once(concurrency: int) -> int:
    """A few more records than requests in flight: while one is between two questions, another is ready."""
    return concurrency + max(8, concurrency // 4)


def _open_places(pending: bytearray, stop: GracefulStop) -> Iterator[int]:
    for place, open_ in enumerate(pending):
        if stop.requested:
            return
        if open_:
            yield place


@asynccontextmanager
async def _syncing(rooms: tuple[StageRun, ...], stop: GracefulStop) -> AsyncIterator[None]:
    """Syncs all files every second in the background: calls before outcomes, which rest on them."""

    def sync() -> None:
        for room in rooms:
            room.calls.sync()
        for room in rooms:
            room.outcomes.sync()

    async def ticking() -> None:
        while True:
            await asyncio.sleep(_SYNC_SECONDS)
            try:
                await asyncio.to_thread(sync)
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


def _settle(spec: RunSpec, rooms: tuple[StageRun, ...], before: dict[str, Any]) -> None:
    for room in rooms:
        if room.walked:
            room.walks += 1
            room.outcomes.settle()
    spec.finish(rooms)
    finished = not any(stage.pending for stage in tally(rooms))
    _write_manifest(spec, rooms, before, finished=finished, usage=_usage(rooms))


def _usage(rooms: tuple[StageRun, ...]) -> dict[str, Any]:
    return {room.name: room.calls.totals().as_dict() for room in rooms}


def _write_manifest(
    spec: RunSpec,
    rooms: tuple[StageRun, ...],
    before: dict[str, Any],
    *,
    finished: bool,
    usage: dict[str, Any] | None = None,
) -> None:
    stages = {
        room.name: {
            "after": room.stage.follows,
            "fingerprint": room.fingerprint,
            "parts": room.parts,
            "walks": room.walks,
        }
        for room in rooms
    }
    manifest = {
        **base_manifest(before),
        **spec.about,
        "source": spec.source.name,
        "stages": stages,
        "modes": before.get("modes", {}),
        "finished": finished,
        "seconds": before.get("seconds", 0.0),
        "usage": usage or before.get("usage", {}),
    }
    write_manifest(spec.folder, manifest)
