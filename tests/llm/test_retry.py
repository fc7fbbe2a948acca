"""How long a request waits before it is sent again, and what ends it."""

from __future__ import annotations

import asyncio

import pytest

from trace_builder.llm.servers import retry
from trace_builder.llm.servers.retry import Retries, RetryBudget, RetryPolicy
from trace_builder.llm.types import ErrorKind, WireError


def _waits(
    monkeypatch: pytest.MonkeyPatch, errors: list[WireError], policy: RetryPolicy, excused: int = 0
) -> list[float]:
    """Seconds waited between failures, until an answer comes. The clock does not run: sleeping is noted."""
    waits: list[float] = []
    left = [excused]

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    async def is_excused() -> bool:
        left[0] -= 1
        return left[0] >= 0

    async def hopeless() -> bool:
        return True

    rest = iter(errors[1:])

    async def send() -> str:
        error = next(rest, None)
        if error is not None:
            raise error
        return "answer"

    monkeypatch.setattr(retry, "_sleep", sleep)
    retries = Retries(policy, None, excused=is_excused, hopeless=hopeless)
    assert asyncio.run(retries.run(errors[0], send)) == "answer"
    return waits


def _errors(kind: ErrorKind, count: int, **fields: float) -> list[WireError]:
    return [WireError(kind, "x", retry_after=fields.get("retry_after")) for _ in range(count)]


POLICY = RetryPolicy(retries=20, backoff=0.5, backoff_max=60.0, longest=1800.0)


def test_refusals_are_waited_out_longer_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    waits = _waits(monkeypatch, _errors("rate_limited", 12), POLICY)
    assert len(waits) == 12
    for n, wait in enumerate(waits):
        assert min(60.0, 0.5 * 2**n) <= wait <= min(60.0, 0.5 * 2**n) + 0.5


def test_a_stray_fault_is_not_waited_out_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    assert max(_waits(monkeypatch, _errors("connection", 12), POLICY)) <= retry.FAULT_WAIT + 0.5


def test_a_refusal_is_waited_out_by_the_count_of_refusals_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    faults = [*_errors("connection", 4), *_errors("timeout", 4), *_errors("server_error", 4)]
    waits = _waits(monkeypatch, [*faults, *_errors("rate_limited", 3)], POLICY)
    for n, wait in enumerate(waits[len(faults) :]):
        assert 0.5 * 2**n <= wait <= 0.5 * 2**n + 0.5


def test_a_503_counts_as_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    full = [WireError("server_error", "x", status=503) for _ in range(4)]
    waits = _waits(monkeypatch, [*_errors("connection", 5), *_errors("rate_limited", 2), *full], POLICY)
    for n, wait in enumerate(waits[5:]):
        assert 0.5 * 2**n <= wait <= 0.5 * 2**n + 0.5


def test_a_fault_after_refusals_is_tried_again_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    waits = _waits(monkeypatch, [*_errors("rate_limited", 9), *_errors("connection", 1)], POLICY)
    assert waits[-1] <= 1.0


def test_many_failures_overflow_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    patient = RetryPolicy(retries=2000, backoff=0.5, backoff_max=60.0, longest=1800.0)
    assert max(_waits(monkeypatch, _errors("rate_limited", 1500), patient)) <= 60.5


def test_a_servers_wish_comes_first_within_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _waits(monkeypatch, _errors("rate_limited", 3, retry_after=7.0), POLICY) == [7.0] * 3
    assert _waits(monkeypatch, _errors("rate_limited", 1, retry_after=1e9), POLICY) == [1800.0]


def test_what_an_outage_excuses_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    few = RetryPolicy(retries=2, backoff=0.0, backoff_max=0.0, longest=0.0)
    assert len(_waits(monkeypatch, _errors("connection", 7), few, excused=5)) == 7
    with pytest.raises(WireError):
        _waits(monkeypatch, _errors("connection", 7), few, excused=4)


def test_a_budget_runs_out() -> None:
    budget = RetryBudget(2)
    assert [budget.take() for _ in range(3)] == [True, True, False]
    assert budget.left == 0
