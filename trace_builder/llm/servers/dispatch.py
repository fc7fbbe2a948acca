"""One request on its way: sent, sent again after faults of the wire, answered or given up."""

from __future__ import annotations

from time import perf_counter

from trace_builder.llm.servers.endpoints import Endpoint
from trace_builder.llm.servers.pool import Pool
from trace_builder.llm.servers.retry import Retries, RetryBudget, RetryPolicy
from trace_builder.llm.types import ChatAnswer, ErrorKind, WireError

#: What tells about a server's health.
_FAULTS: frozenset[ErrorKind] = frozenset({"connection", "timeout", "server_error", "oversized"})
#: What tells that too much was asked of it. So does status 503.
_OVERLOADS: frozenset[ErrorKind] = frozenset({"rate_limited", "timeout"})


class Dispatch:
    """One request.

    Args:
        pool: the servers it may go to.
        body: the bytes to post.
        model: the name the servers know.
        max_tokens: for the answer's record.
        depth: the deepest record goes first.
    """

    def __init__(self, pool: Pool, body: bytes, model: str, max_tokens: int, depth: int) -> None:
        self._pool = pool
        self._body = body
        self._model = model
        self._max_tokens = max_tokens
        self._depth = depth
        self._failed = 0
        self._examined = False
        #: Where it was sent last, how often that server had been set aside by then, and how many answers it
        #: had given.
        self._endpoint: Endpoint | None = None
        self._downs = 0
        self._answers = 0

    async def run(self, policy: RetryPolicy, budget: RetryBudget | None) -> ChatAnswer:
        """Sends until there is an answer.

        Raises:
            WireError: refused, or the retries are spent.
            InputError: the servers refuse all questions alike.
            StoppedError: no server was up for longer than the outage limit.
        """
        try:
            return await self._send()
        except WireError as error:
            if not error.retryable:
                raise
            first = error
        retries = Retries(policy, budget, excused=self._excused, hopeless=self._hopeless)
        return await retries.run(first, self._send_again)

    async def _send_again(self) -> ChatAnswer:
        self._pool.retries += 1
        return await self._send()

    async def _send(self) -> ChatAnswer:
        pool = self._pool
        endpoint, ticket = await pool.take(self._model, self._depth)
        self._endpoint, self._downs, self._answers = endpoint, endpoint.downs, endpoint.answers
        overloaded: bool | None = None
        endpoint.in_flight += 1
        began = perf_counter()
        try:
            text, finish, usage = await endpoint.chat(self._body, pool.wire.timeout)
            latency = perf_counter() - began
            overloaded = False
            endpoint.answered()
            pool.answered(self._model)
            return ChatAnswer(text, finish, usage, latency, self._failed, endpoint.url, self._max_tokens)
        except WireError as error:
            error = pool.noted(error, self._model)
            overloaded = self._note(endpoint, error)
            raise error from None
        finally:
            endpoint.in_flight -= 1
            pool.limit.release(ticket, overloaded=overloaded)

    def _note(self, endpoint: Endpoint, error: WireError) -> bool | None:
        """Notes a failure; returns what it tells about the server's capacity."""
        self._failed += 1
        if error.kind == "access_lost":
            endpoint.failed(self._pool.interval)
            self._pool.health.suspect(endpoint, self._model)
            return None
        if error.kind in _FAULTS:
            suspicious = endpoint.failed(self._pool.interval)
            if suspicious or error.details.get("refused"):
                self._pool.health.suspect(endpoint)
        if error.kind in _OVERLOADS or error.status == 503:
            return True
        if error.kind in _FAULTS:
            return None
        endpoint.answered()
        return False

    async def _excused(self) -> bool:
        """Whether the server that failed turned out to be gone: an outage is no fault of this request."""
        endpoint = self._endpoint
        if endpoint is None:
            return False
        await self._pool.health.settled(endpoint)
        return endpoint.downs > self._downs

    async def _hopeless(self) -> bool:
        """Whether the fault is this request's own, now that its retries are spent. It is when others were
        answered while it was under way the last time, or when the server answers a word to a probe."""
        endpoint = self._endpoint
        if endpoint is None or self._examined or endpoint.answers > self._answers:
            return True
        self._examined = await self._pool.health.examine(endpoint, self._model)
        return self._examined
