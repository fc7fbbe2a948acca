"""Sending again: exponential waits with jitter, Retry-After obeyed, and a budget for each record."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, wait_random

from trace_builder.llm.types import WireError

T = TypeVar("T")

#: The longest wait, in seconds, after a fault that says nothing of overload. Waiting longer would help
#: nobody: a server that is gone is watched, and asked nothing until it is back.
FAULT_WAIT = 5.0


async def _sleep(seconds: float) -> None:
    await asyncio.sleep(seconds)


class RetryBudget:
    """Retries left to one record's stage, shared by all its requests."""

    __slots__ = ("left",)

    def __init__(self, limit: int) -> None:
        self.left = limit

    def take(self) -> bool:
        """Spends one retry; False when there is none left."""
        if self.left <= 0:
            return False
        self.left -= 1
        return True


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how fast one request is sent again. Seconds; ``longest`` caps a server's Retry-After."""

    retries: int
    backoff: float
    backoff_max: float
    longest: float


class Retries:
    """Sends one request again after its first failure.

    Args:
        excused: waits until it is known whether the last failure was part of an outage; such a failure costs
            no retry.
        hopeless: asked when the retries are spent; False when the fault turned out to be the servers' and
            not this request's, which starts the count again.
    """

    def __init__(
        self,
        policy: RetryPolicy,
        budget: RetryBudget | None,
        *,
        excused: Callable[[], Awaitable[bool]],
        hopeless: Callable[[], Awaitable[bool]],
    ) -> None:
        self._policy = policy
        self._budget = budget
        self._excused = excused
        self._hopeless = hopeless
        self._counted = 0
        self._refusals = 0
        self._faults = 0

    async def run(self, first: WireError, send: Callable[[], Awaitable[T]]) -> T:
        """Sends until an answer comes, starting from the failure ``first``.

        Raises:
            WireError: the last failure, when it cannot be retried or the retries are spent.
        """
        failures = [first]

        async def attempt() -> T:
            if failures:
                raise failures.pop()
            return await send()

        retrying = AsyncRetrying(
            retry=retry_if_exception(lambda exc: isinstance(exc, WireError) and exc.retryable),
            stop=self._stop,  # type: ignore[arg-type]
            wait=self._wait,
            sleep=_sleep,
            reraise=True,
        )
        return await retrying(attempt)

    async def _stop(self, state: RetryCallState) -> bool:
        if await self._excused():
            self._counted = 0
            return False
        self._counted += 1
        if self._counted <= self._policy.retries and (self._budget is None or self._budget.take()):
            return False
        if await self._hopeless():
            return True
        self._counted = 0
        return False

    def _wait(self, state: RetryCallState) -> float:
        policy = self._policy
        error = state.outcome.exception() if state.outcome is not None else None
        # Each kind grows by its own count: a server that says for the first time that it is full is not left
        # alone for a minute because of the resets before.
        if isinstance(error, WireError) and (error.kind == "rate_limited" or error.status == 503):
            self._refusals += 1
            grown = _doubled(policy.backoff, self._refusals, policy.backoff_max)
        else:
            self._faults += 1
            grown = _doubled(policy.backoff, self._faults, min(policy.backoff_max, FAULT_WAIT))
        if isinstance(error, WireError) and error.retry_after is not None:
            return min(error.retry_after, policy.longest)
        return grown + wait_random(0, min(policy.backoff, policy.backoff_max))(state)


def _doubled(first: float, count: int, longest: float) -> float:
    """Seconds to wait after the ``count``-th failure of a kind."""
    return float(min(longest, first * 2.0 ** min(count - 1, 64)))
