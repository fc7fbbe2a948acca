"""The servers of one model taken together: one limit, one queue, one outage."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Sequence

from trace_builder.config import WireConfig
from trace_builder.errors import InputError, StoppedError
from trace_builder.llm.servers.endpoints import Endpoint, choose
from trace_builder.llm.servers.limits import AdaptiveLimit
from trace_builder.llm.servers.outage import HealthMonitor
from trace_builder.llm.types import ErrorKind, FaultCount, WireError

log = logging.getLogger(__name__)

#: Seconds between readings of a server's /metrics.
METRICS_INTERVAL = 1.0
#: Readings in a row with a long queue before the limit is lowered: a burst of arrivals is no congestion.
METRICS_PATIENCE = 2
#: Questions refused alike, before any is answered, after which it is not the questions.
REFUSALS = 20

#: What a server says that has been set up wrongly, or is being restarted.
_NO_ACCESS: frozenset[ErrorKind] = frozenset({"auth", "unknown_model"})
#: Refusals of what is in one question.
_OF_CONTENT = re.compile(r"content|inspection|moderation|safety|policy", re.IGNORECASE)
_FIGURE = re.compile(r"\d+")


class Pool:
    """The servers of one model.

    Args:
        endpoints: the servers, at least one.
        wire: limits, timeouts and retries.
        bound: the most that may be in flight.
        interval: seconds between probes of a server that is set aside.
        probe_timeout: seconds for one probe.
    """

    def __init__(
        self,
        endpoints: Sequence[Endpoint],
        wire: WireConfig,
        *,
        bound: int,
        interval: float,
        probe_timeout: float,
    ) -> None:
        self.endpoints = tuple(endpoints)
        self.wire = wire
        self.interval = interval
        self._probe_timeout = probe_timeout
        self.retries = 0
        #: Models that one of the servers was seen to serve.
        self.wanted: set[str] = set()
        #: Models that have answered, and those that have answered a record's question.
        self._proven: set[str] = set()
        self._at_work: set[str] = set()
        #: What a model that is not at work yet refused the latest questions with, and how many of them.
        self._refused: dict[str, tuple[str, int]] = {}
        self.faults: dict[ErrorKind, FaultCount] = {}
        self.limit = AdaptiveLimit(bound, wire.start, adaptive=wire.adaptive)
        self.health = HealthMonitor(
            self.endpoints,
            limit=wire.outage_limit,
            interval=interval,
            timeout=probe_timeout,
            fits=self._fits,
            lost=self._lost,
            on_change=self._changed,
            on_stop=self.limit.stop,
        )
        self._reader: asyncio.Task[None] | None = None

    async def get_ready(self) -> None:
        """Reads the servers' lists of models, and waits until one server is up. Those that are not up yet
        join later.

        Raises:
            WireError: a server refuses the key or the question.
            StoppedError: none came up within the outage limit.
        """
        checks = (e.list_models(self._probe_timeout) for e in self.endpoints)
        for endpoint, found in zip(
            self.endpoints, await asyncio.gather(*checks, return_exceptions=True), strict=True
        ):
            if isinstance(found, WireError) and found.retryable:
                self.health.suspect(endpoint)
                await self.health.settled(endpoint)
            elif isinstance(found, BaseException):
                raise found
        self.limit.release(await self.limit.acquire())

    def start_reading_metrics(self) -> None:
        """Starts to follow the servers' own queues, where they tell them."""
        if self.wire.metrics and self.wire.adaptive and self._reader is None:
            self._reader = asyncio.ensure_future(self._read_metrics())

    async def close(self) -> None:
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)
        await self.health.close()
        for endpoint in self.endpoints:
            await endpoint.close()

    async def take(self, model: str, depth: int) -> tuple[Endpoint, int]:
        """Waits for a place and picks the server.

        Returns:
            the server, and the ticket to release the place with.

        Raises:
            WireError: the servers that are up do not serve ``model``.
            StoppedError: they do so no more, or no server was up for longer than the outage limit.
        """
        while True:
            ticket = await self.limit.acquire(depth)
            endpoint = choose(self.endpoints, model)
            if endpoint is not None:
                return endpoint, ticket
            self.limit.release(ticket)
            if not self.limit.paused and model in self._proven:
                raise StoppedError(f"no server that is up serves {model!r} any more; the run can be resumed")
            if not self.limit.paused:
                raise WireError("unknown_model", f"no server that is up serves {model!r}", status=404)

    def begin(self) -> None:
        """From now on, questions are those of records."""
        self._at_work.clear()
        self._refused.clear()

    def answered(self, model: str) -> None:
        """Notes that a model has answered."""
        self._proven.add(model)
        self._at_work.add(model)

    def noted(self, error: WireError, model: str) -> WireError:
        """Counts a fault.

        Returns:
            the error as it counts: a server that refuses its key or its model after it has answered is gone
            for a while, such as behind an ingress that restarts it.

        Raises:
            InputError: the first questions to this model were all refused alike.
        """
        if error.kind in _NO_ACCESS and model in self._proven:
            error = WireError("access_lost", str(error), status=error.status, details=error.details)
        before = self.faults.get(error.kind)
        count = before.count + 1 if before else 1
        self.faults[error.kind] = FaultCount(error.kind, count, str(error))
        log.info("%s (%d so far): %s", error.kind, count, error)
        if error.kind == "bad_request" and model not in self._at_work:
            self._refuse(error, model)
        return error

    def _refuse(self, error: WireError, model: str) -> None:
        if _OF_CONTENT.search(f"{error.details.get('code')} {error.details.get('type')}"):
            return
        text = _FIGURE.sub("#", str(error).partition(": ")[2])
        said, count = self._refused.get(model, (text, 0))
        self._refused[model] = text, count = text, count + 1 if said == text else 1
        if count >= REFUSALS:
            stop = InputError(f"the first {REFUSALS} questions were all refused alike: {error}")
            self.limit.stop(stop)
            raise stop from None

    def _lost(self, error: WireError) -> bool:
        return error.kind in _NO_ACCESS and bool(self._proven)

    def _fits(self, endpoint: Endpoint) -> bool:
        """A server that joins late has to serve what the others do."""
        return not self.wanted or any(endpoint.serves(model) for model in self.wanted)

    def _changed(self) -> None:
        if all(e.down for e in self.endpoints):
            self.limit.pause()
        else:
            self.limit.resume()

    async def _read_metrics(self) -> None:
        long = 0
        while readable := [e for e in self.endpoints if e.tells_load]:
            await asyncio.sleep(METRICS_INTERVAL)
            reading = (e.load(METRICS_INTERVAL * 5) for e in readable if not e.down)
            loads = [load for load in await asyncio.gather(*reading) if load is not None]
            waiting = sum(load.waiting for load in loads)
            running = sum(load.running for load in loads)
            long = long + 1 if self.limit.too_long(waiting, running) else 0
            if long == 0 or long >= METRICS_PATIENCE:
                self.limit.queued(waiting, running)
