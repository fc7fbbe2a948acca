"""What the calls of a run cost: tokens, retries, latency, and how fast they came over time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from trace_builder.report.lines import Row
from trace_builder.report.stats.histogram import Spread, percent

#: Seconds without any answer after which the run was not running: it had been stopped and resumed.
IDLE = 300

#: Slots kept while reading, and points in the finished timeline.
_MOST_SLOTS = 4000
_POINTS = 96


@dataclass
class Usage:
    """Sums over the answers of a stage. Latency is kept in milliseconds; ``wasted`` are completion tokens of
    answers that had to be asked for again."""

    calls: int = 0
    prompt: int = 0
    cached: int = 0
    completion: int = 0
    retries: int = 0
    again: int = 0
    wasted: int = 0
    finish: Counter[str] = field(default_factory=Counter)
    prompts: Counter[str] = field(default_factory=Counter)
    latency: Spread = field(default_factory=Spread)

    def add(self, row: Row) -> None:
        usage = row.get("usage") or {}
        self.calls += 1
        self.prompt += int(usage.get("prompt") or 0)
        self.cached += int(usage.get("cached") or 0)
        self.completion += int(usage.get("completion") or 0)
        self.retries += int(row.get("retries") or 0)
        self.again += bool(row.get("attempt"))
        self.wasted += int(row.get("wasted") or 0)
        self.finish[str(row.get("finish_reason"))] += 1
        self.prompts[str(row.get("prompt"))] += 1
        self.latency.add(round(1000 * float(row.get("latency") or 0)))

    def summary(self) -> dict[str, Any]:
        return {
            "calls": self.calls,
            "prompt_tokens": self.prompt,
            "cached_tokens": self.cached,
            "completion_tokens": self.completion,
            "cached_share": percent(self.cached, self.prompt),
            "retries": self.retries,
            "asked_again": self.again,
            "wasted_tokens": self.wasted,
            "finish_reasons": dict(self.finish.most_common()),
            "prompts": dict(self.prompts.most_common()),
            "latency_ms": self.latency.summary(),
        }

    @classmethod
    def total(cls, parts: Iterable[Usage]) -> Usage:
        whole = cls()
        for part in parts:
            for name in ("calls", "prompt", "cached", "completion", "retries", "again", "wasted"):
                setattr(whole, name, getattr(whole, name) + getattr(part, name))
            whole.finish.update(part.finish)
            whole.prompts.update(part.prompts)
            whole.latency.counts.update(part.latency.counts)
        return whole


@dataclass
class Timeline:
    """Calls and completion tokens in slots of time; slots grow so that their number stays bounded."""

    width: int = 1
    slots: dict[int, tuple[int, int]] = field(default_factory=dict)

    def add(self, row: Row) -> None:
        at = row.get("at")
        if not isinstance(at, int | float) or at <= 0:
            return
        tokens = int((row.get("usage") or {}).get("completion") or 0)
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

    def summary(self) -> dict[str, Any]:
        """Seconds the run was running, when it began and ended, rates, and points of equal length over the
        running time: seconds from the start, calls/s, completion tokens/s."""
        if not self.slots:
            return {"seconds": 0, "began": None, "ended": None, "points": [], "pauses": 0}
        placed, seconds, pauses = self._without_pauses()
        step = max(self.width, -(-seconds // _POINTS))
        sums: Counter[int] = Counter()
        tokens: Counter[int] = Counter()
        for position, calls, made in placed:
            sums[position // step] += calls
            tokens[position // step] += made
        points = [
            {
                "at": n * step,
                "calls": round(sums[n] / min(step, seconds - n * step), 3),
                "tokens": round(tokens[n] / min(step, seconds - n * step), 1),
            }
            for n in range(-(-seconds // step))
        ]
        began, ended = min(self.slots) * self.width, (max(self.slots) + 1) * self.width
        return {"seconds": seconds, "began": began, "ended": ended, "pauses": pauses, "points": points}

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
