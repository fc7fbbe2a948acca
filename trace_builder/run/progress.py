"""What a run shows of itself: bars on a terminal, one line every ten seconds elsewhere."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any

from trace_builder.llm.types import ChatAnswer
from trace_builder.run.outcomes import ACCEPTED, FAILED, REJECTED
from trace_builder.run.rooms import Room

if TYPE_CHECKING:
    from trace_builder.llm.types import WireSnapshot

LINE_SECONDS = 10.0
_BAR_SECONDS = 0.5
_STATUS = {"accepted": ACCEPTED, "rejected": REJECTED, "failed": FAILED}


@dataclass
class StageCount:
    """A stage's figures of this run and of those before it."""

    name: str
    entered: int
    accepted: int
    done: int
    after: tuple[str, ...]
    fresh: int = 0


class Progress:
    """Counts what happens and shows it; the figures on disk are the truth, these are for the eye."""

    def __init__(
        self,
        rooms: tuple[Room, ...],
        snapshot: Callable[[], WireSnapshot | None],
        say: Callable[[str], None],
    ) -> None:
        self._snapshot = snapshot
        self._say = say
        self._stages = {room.name: _stage_count(room) for room in rooms if room.walked}
        self._upstream = {room.name: room.before.name for room in rooms if room.walked and room.before}
        for name, before in self._upstream.items():
            if before in self._stages:
                self._stages[name].entered = self._stages[before].accepted
        self._started = time.monotonic()
        self._asked = self._replayed = self._tokens = self._prompt = self._cached = self._retries = 0
        self._task: asyncio.Task[None] | None = None
        self._bars: dict[str, Any] = {}

    def answered(self, stage: str, answer: ChatAnswer, live: bool) -> None:
        """Counts one answer; ``live`` is False for one found on disk."""
        if not live:
            self._replayed += 1
            return
        self._asked += 1
        self._tokens += answer.usage.completion
        self._prompt += answer.usage.prompt
        self._cached += answer.usage.cached
        self._retries += answer.retries

    def decided(self, stage: str, status: str, reason: str | None) -> None:
        """Counts one outcome."""
        count = self._stages[stage]
        count.done += 1
        count.fresh += 1
        if status == "accepted":
            count.accepted += 1
            for after in count.after:
                if after in self._stages:
                    self._stages[after].entered += 1

    def line(self) -> str:
        """All of it in one line."""
        stages = " | ".join(f"{s.name} {s.done}/{s.entered} kept {s.accepted}" for s in self._stages.values())
        return f"{stages} | {self._wire_text()}"

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

        shape = "{desc:<10}{percentage:3.0f}%|{bar:24}| {n_fmt}/{total_fmt} {postfix}"
        for position, stage in enumerate(self._stages.values()):
            self._bars[stage.name] = tqdm(
                desc=stage.name, total=stage.entered, position=position, bar_format=shape, leave=True
            )
        self._bars[""] = tqdm(position=len(self._stages), bar_format="{desc}", leave=True)

    def _draw(self) -> None:
        for name, bar in self._bars.items():
            if not name:
                bar.set_description_str(self._wire_text(), refresh=True)
                continue
            stage = self._stages[name]
            bar.total, bar.n = stage.entered, stage.done
            bar.set_postfix_str(f"kept {stage.accepted}{self._left(stage)}", refresh=True)

    def _left(self, stage: StageCount) -> str:
        """Time left for what has reached the stage so far, at the pace of this run."""
        seconds = time.monotonic() - self._started
        remaining = stage.entered - stage.done
        if not stage.fresh or remaining <= 0:
            return ""
        return f", {_clock(remaining * seconds / stage.fresh)} left"

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
                text += f", waiting for the servers ({_clock(shot.paused_for)} until giving up)"
        return text


def _stage_count(room: Room) -> StageCount:
    counts = room.outcomes.counts()
    before = room.before
    entered = before.outcomes.counts()[ACCEPTED] if before else len(room.source)
    done = counts[ACCEPTED] + counts[REJECTED] + counts[FAILED]
    return StageCount(room.name, entered, counts[ACCEPTED], done, tuple(after.name for after in room.after))


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
