"""What calls show beyond their totals: latencies, how they ended, and how fast they came over time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from trace_builder.report.stats.histogram import Figures, Histogram, Summary, percent
from trace_builder.storage.calls import Call, CallTotals

#: Seconds without any answer after which the run was not running: it had been stopped and resumed.
IDLE = 300

#: Slots kept while reading, and points in the finished timeline.
_MOST_SLOTS = 4000
_POINTS = 96


class StageCalls(Figures):
    """The calls of a stage, or of all. ``asked_again`` counts the answers to a new attempt; ``seconds`` adds
    up the latencies."""

    calls: int
    prompt: int
    cached: int
    completion: int
    retries: int
    wasted: int
    seconds: float
    cached_share: float
    asked_again: int
    finish_reasons: dict[str, int]
    prompts: dict[str, int]
    latency_ms: Summary


class Point(Figures):
    """Seconds of running time, and calls and completion tokens a second from there on."""

    at: int
    calls: float
    tokens: float


class Timeline(Figures):
    """``seconds`` the run was running, without ``pauses``; ``began`` and ``ended`` are Unix seconds."""

    seconds: int = 0
    began: int | None = None
    ended: int | None = None
    pauses: int = 0
    points: tuple[Point, ...] = ()


@dataclass
class CallDetails:
    """Counts what call totals lack."""

    again: int = 0
    finish: Counter[str] = field(default_factory=Counter)
    prompts: Counter[str] = field(default_factory=Counter)
    latency: Histogram = field(default_factory=Histogram)

    def add(self, call: Call) -> None:
        self.again += call.attempt > 0
        self.finish[call.finish_reason] += 1
        self.prompts[call.prompt] += 1
        self.latency.add(round(1000 * call.latency))

    def join(self, other: CallDetails) -> None:
        self.again += other.again
        self.finish.update(other.finish)
        self.prompts.update(other.prompts)
        self.latency.counts.update(other.latency.counts)

    def stats(self, totals: CallTotals) -> StageCalls:
        return StageCalls(
            **totals.as_dict(),
            cached_share=percent(totals.cached, totals.prompt),
            asked_again=self.again,
            finish_reasons=dict(self.finish.most_common()),
            prompts=dict(self.prompts.most_common()),
            latency_ms=self.latency.summary(),
        )


def totals(parts: Iterable[CallTotals]) -> CallTotals:
    """What several totals add up to."""
    whole = CallTotals()
    for part in parts:
        whole.add(part)
    return whole


@dataclass
class Pace:
    """Calls and completion tokens in slots of time; slots grow so that their number stays bounded."""

    width: int = 1
    slots: dict[int, tuple[int, int]] = field(default_factory=dict)

    def add(self, at: float, tokens: int) -> None:
        if at <= 0:
            return
        self._put(int(at) // self.width, 1, tokens)
        if len(self.slots) > _MOST_SLOTS:
            self._widen()

    def _put(self, slot: int, calls: int, tokens: int) -> None:
        before = self.slots.get(slot, (0, 0))
        self.slots[slot] = (before[0] + calls, before[1] + tokens)

    def _widen(self) -> None:
        old, self.slots, self.width = self.slots, {}, self.width * 2
        for slot, (calls, tokens) in old.items():
            self._put(slot // 2, calls, tokens)

    def timeline(self) -> Timeline:
        """Points of equal length over the running time."""
        if not self.slots:
            return Timeline()
        placed, seconds, pauses = self._without_pauses()
        step = max(self.width, -(-seconds // _POINTS))
        sums: Counter[int] = Counter()
        tokens: Counter[int] = Counter()
        for position, calls, made in placed:
            sums[position // step] += calls
            tokens[position // step] += made
        lengths = {n: min(step, seconds - n * step) for n in range(-(-seconds // step))}
        points = (
            Point(at=n * step, calls=round(sums[n] / length, 3), tokens=round(tokens[n] / length, 1))
            for n, length in lengths.items()
        )
        return Timeline(
            seconds=seconds,
            began=min(self.slots) * self.width,
            ended=(max(self.slots) + 1) * self.width,
            pauses=pauses,
            points=tuple(points),
        )

    def _without_pauses(self) -> tuple[list[tuple[int, int, int]], int, int]:
        """Each slot as (seconds of running time before it, calls, tokens); the running time; the pauses."""
        placed: list[tuple[int, int, int]] = []
        position = pauses = 0
        last: int | None = None
        for slot in sorted(self.slots):
            gap = 0 if last is None else (slot - last) * self.width
            if gap > IDLE:
                pauses += 1
                gap = self.width
            position += gap
            placed.append((position, *self.slots[slot]))
            last = slot
        return placed, position + self.width, pauses
