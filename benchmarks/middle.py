"""What a benchmark reads from the server's notes of a leg, and what else the machine was doing."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from quick_server import Served

#: Share of the answers before and after which nothing is measured: the ramp-up and the last calls.
HEAD, TAIL = 0.4, 0.2


@dataclass(frozen=True)
class Middle:
    """The middle of a leg.

    Attributes:
        rate: answers a second.
        mean: seconds, of the latencies that were really drawn for these requests.
        held: requests at the server, on average over the time.
        late: seconds that a request stayed there beyond its latency, on average: the server's own doing, or
            the machine's.
    """

    rate: float
    mean: float
    held: float
    late: float

    def share(self, in_flight: int) -> float:
        """Of the ideal, which is ``in_flight`` over the mean latency."""
        return self.rate * self.mean / in_flight


def middle(served: list[Served]) -> Middle:
    rows = sorted(served, key=lambda row: row.answered)
    inside = rows[int(len(rows) * HEAD) : int(len(rows) * (1 - TAIL))]
    start, end = inside[0].answered, inside[-1].answered
    held = sum(max(0.0, min(row.answered, end) - max(row.came, start)) for row in rows)
    return Middle(
        rate=(len(inside) - 1) / (end - start),
        mean=sum(row.drawn for row in inside) / len(inside),
        held=held / (end - start),
        late=sum(row.answered - row.came - row.drawn for row in inside) / len(inside),
    )


def reached(spans: Iterable[tuple[float, float]], in_flight: int) -> float | None:
    """Seconds from the first request to the moment when (nearly) that many were under way."""
    events = sorted(event for came, answered in spans for event in ((came, 1), (answered, -1)))
    now = 0
    for moment, step in events:
        now += step
        if now >= in_flight * 0.99:
            return moment - events[0][0]
    return None


class Machine:
    """CPU spent by this machine's processes, from Linux's /proc; 0 elsewhere. Seconds."""

    def __init__(self) -> None:
        self._tick = os.sysconf("SC_CLK_TCK")

    def busy(self) -> float:
        """By everything, other virtual machines' share included, since the start of the machine."""
        if not Path("/proc/stat").exists():
            return 0.0
        user, nice, system, _, _, irq, softirq, steal = Path("/proc/stat").read_text("ascii").split()[1:9]
        return sum(map(int, (user, nice, system, irq, softirq, steal))) / self._tick

    def of(self, pid: int) -> float:
        stat = Path(f"/proc/{pid}/stat")
        if not stat.exists():
            return 0.0
        fields = stat.read_text("utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / self._tick
