"""What a run shows of itself: bars on a terminal, one line every ten seconds elsewhere."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any

from trace_builder.run.stage_run import StageRun
from trace_builder.storage.calls import Call
from trace_builder.storage.run_folder import stage_funnel

if TYPE_CHECKING:
    from trace_builder.llm.types import FaultCount, WireSnapshot

LINE_SECONDS = 10.0
_BAR_SECONDS = 0.5
#: Records that have to end before they tell how long the rest will take.
_TELLING = 10
#: Characters of the most frequent fault's latest text on the progress line; ``status`` has it whole.
_FAULT_SHOWN = 80


@dataclass
class StageCount:
    """A stage's figures. ``done`` and ``accepted`` count earlier runs too, ``fresh`` this run alone;
    ``at_work`` are the records that are in the stage now."""

    name: str
    entered: int
    accepted: int
    done: int
    takes_rejected: bool = False
    before: StageCount | None = None
    after: list[StageCount] = field(default_factory=list)
    fresh: int = 0
    at_work: int = 0
    tokens: int = 0

    def expected(self) -> float:
        """How many records will have entered in the end, if the stages before go on keeping the share they
        have kept so far."""
        if self.before is None or not self.before.done:
            return self.entered
        coming = max(0.0, self.before.expected() - self.before.done)
        return self.entered + coming * self.before.accepted / self.before.done

    def time_left(self, seconds: float) -> float:
        """Seconds to go at the pace of this run; 0 while too few records have ended to tell. The first to end
        are the quick ones: until as many have ended as are at work, they say little of the others."""
        if self.fresh < _TELLING or self.fresh < self.at_work:
            return 0.0
        return max(0.0, self.expected() - self.done) * seconds / self.fresh


class Progress:
    """Counts what happens and shows it; the figures on disk are the truth, these are for the eye."""

    def __init__(
        self,
        runs: tuple[StageRun, ...],
        snapshot: Callable[[], WireSnapshot | None],
        say: Callable[[str], None],
    ) -> None:
        self._snapshot = snapshot
        self._say = say
        self._stages = {run.name: _stage_count(run) for run in runs if run.walked}
        for run in runs:
            if run.walked and run.before and run.before.name in self._stages:
                stage, before = self._stages[run.name], self._stages[run.before.name]
                stage.before = before
                before.after.append(stage)
        self._started = time.monotonic()
        self._asked = self._replayed = self._tokens = self._prompt = self._cached = self._retries = 0
        self._faults: tuple[FaultCount, ...] = ()
        self._task: asyncio.Task[None] | None = None
        self._bars: dict[str, Any] = {}

    def last_look(self) -> None:
        """Takes the wire's figures before it is closed."""
        self._wire_text()

    def answered(self, stage: str, answer: Call, live: bool) -> None:
        """Counts one answer; ``live`` is False for one found on disk."""
        if not live:
            self._replayed += 1
            return
        self._asked += 1
        self._stages[stage].tokens += answer.usage.completion
        self._tokens += answer.usage.completion
        self._prompt += answer.usage.prompt
        self._cached += answer.usage.cached
        self._retries += answer.retries

    def begun(self, stage: str) -> None:
        """Counts one record into a stage."""
        self._stages[stage].at_work += 1

    def ended(self, stage: str, status: str | None) -> None:
        """Counts one record out of a stage; no status: it was left without an outcome."""
        count = self._stages[stage]
        count.at_work -= 1
        if status is None:
            return
        count.done += 1
        count.fresh += 1
        count.accepted += status == "accepted"
        for after in count.after:
            after.entered += status == "accepted" or (status == "rejected" and after.takes_rejected)

    def line(self) -> str:
        """All of it in one line."""
        stages = " | ".join(f"{s.name} {s.done}/{s.entered} kept {s.accepted}" for s in self._stages.values())
        return f"{stages} | {self._wire_text()}{self._time_left()}"

    def _time_left(self) -> str:
        seconds = time.monotonic() - self._started
        left = max((stage.time_left(seconds) for stage in self._stages.values()), default=0.0)
        return f", {_clock(left)} left" if left >= 1 else ""

    def __enter__(self) -> Progress:
        if sys.stderr.isatty():
            self._open_bars()
        self._task = asyncio.ensure_future(self._showing())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
        self._draw()
        for bar in self._bars.values():
            bar.close()
        if not self._bars:
            self._say(self.line())

    async def _showing(self) -> None:
        pause = _BAR_SECONDS if self._bars else LINE_SECONDS
        with contextlib.suppress(asyncio.CancelledError):
            while True:
                await asyncio.sleep(pause)
                if self._bars:
                    self._draw()
                else:
                    self._say(self.line())

    def _open_bars(self) -> None:
        from tqdm import tqdm

        shape = "{desc:<10}{percentage:3.0f}%|{bar:10}| {n_fmt}/{total_fmt} {postfix}"
        for position, stage in enumerate(self._stages.values()):
            self._bars[stage.name] = tqdm(
                desc=stage.name,
                total=stage.entered,
                position=position,
                bar_format=shape,
                leave=True,
                dynamic_ncols=True,
            )
        self._bars[""] = tqdm(position=len(self._stages), bar_format="{desc}", leave=True, dynamic_ncols=True)

    def _draw(self) -> None:
        for name, bar in self._bars.items():
            if not name:
                bar.set_description_str(self._wire_text(), refresh=True)
                continue
            stage = self._stages[name]
            bar.total, bar.n = stage.entered, stage.done
            bar.set_postfix_str(self._stage_text(stage), refresh=True)

    def _stage_text(self, stage: StageCount) -> str:
        """At work, kept, tokens a second, and the time left at the pace of this run."""
        seconds = max(time.monotonic() - self._started, 1e-6)
        text = f"{stage.at_work} at work, kept {stage.accepted}, {stage.tokens / seconds:.0f} tok/s"
        left = stage.time_left(seconds)
        return f"{text}, {_clock(left)} left" if left >= 1 else text

    def _wire_text(self) -> str:
        seconds = max(time.monotonic() - self._started, 1e-6)
        share = f", {self._cached / self._prompt:.0%} of prompts cached" if self._cached else ""
        text = f"{self._asked} asked, {self._replayed} replayed, {self._tokens / seconds:.0f} tokens/s{share}"
        if self._retries:
            text += f", {self._retries} retries"
        shot = self._snapshot()
        if shot is not None and shot.limit:
            text += f", {shot.in_flight}/{shot.limit} in flight"
            if shot.paused_for is not None:
                text += f", the servers have been gone for {_clock(shot.paused_for)}"
            if shot.stops_in is not None:
                text += f", stopping in {_clock(shot.stops_in)} unless one comes back"
        if shot is not None and shot.faults:
            self._faults = shot.faults
        if self._faults:
            text += ", " + ", ".join(f"{fault.kind} {fault.count}" for fault in self._faults)
            text += f" ({_one_line(self._faults[0].latest)})"
        return text


def _one_line(text: str) -> str:
    """The beginning of what a fault says."""
    line = " ".join(text.split())
    return line if len(line) <= _FAULT_SHOWN else f"{line[:_FAULT_SHOWN]}..."


def _stage_count(run: StageRun) -> StageCount:
    funnel = stage_funnel(run.name, run.outcomes, run.seeds)
    done = funnel.entered - funnel.pending
    return StageCount(run.name, funnel.entered, funnel.accepted, done, run.stage.takes_rejected)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
