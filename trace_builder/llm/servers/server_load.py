"""Reads a vLLM server's own queue from its ``/metrics`` page (Prometheus text format)."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

_WAITING = b"vllm:num_requests_waiting"
_RUNNING = b"vllm:num_requests_running"


@dataclass(frozen=True, slots=True)
class Load:
    """Requests in the server's queue and in its batch, summed over its engines."""

    waiting: float
    running: float


def read_load(page: bytes) -> Load | None:
    """The load that ``page`` tells, or None when it is not a vLLM server's."""
    totals = {_WAITING: 0.0, _RUNNING: 0.0}
    found = set()
    for line in page.splitlines():
        if not line.startswith(b"vllm:num_requests_"):
            continue
        name = line.partition(b"{")[0].partition(b" ")[0]
        value = _value(line)
        if name in totals and value is not None:
            totals[name] += value
            found.add(name)
    return Load(totals[_WAITING], totals[_RUNNING]) if len(found) == len(totals) else None


def _value(line: bytes) -> float | None:
    """The sample's value: what follows the labels, before a timestamp if there is one. None for a number that
    counts nothing."""
    fields = line.rpartition(b"}")[2].split() if b"}" in line else line.split()[1:]
    try:
        value = float(fields[0])
    except (IndexError, ValueError):
        return None
    return value if 0 <= value < inf else None
