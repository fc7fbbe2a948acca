"""Looks after servers that fail: sets them aside, probes them, takes them back, and ends a long outage."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic

from trace_builder.errors import StoppedError
from trace_builder.llm.servers.endpoints import Endpoint
from trace_builder.llm.types import WireError


@dataclass(frozen=True, slots=True)
class _Probe:
    """A server being looked at. ``verdict`` tells whether it passed the first time; the task goes on until it
    does. ``ping`` names the model it is asked a word of; None: its list of models is enough."""

    ping: str | None
    task: asyncio.Task[None]
    verdict: asyncio.Future[bool]


class HealthMonitor:
    """Watches the servers of one model.

    Args:
        endpoints: the servers.
        limit: seconds with no server up, after which the run stops.
        interval: seconds between the probes of a server that is set aside.
        timeout: seconds for one probe.
        fits: whether a server that answers serves what is wanted; one that does not stays aside.
        lost: whether an error that is not worth a second send says all the same that the server is gone.
        on_change: called when a server was set aside or taken back.
        on_stop: called with the error that ends the run.
    """

    def __init__(
        self,
        endpoints: Sequence[Endpoint],
        *,
        limit: float,
        interval: float,
        timeout: float,
        fits: Callable[[Endpoint], bool],
        lost: Callable[[WireError], bool],
        on_change: Callable[[], None],
        on_stop: Callable[[StoppedError], None],
    ) -> None:
        self._endpoints = endpoints
        self._limit = limit
        self._interval = interval
        self._timeout = timeout
        self._fits = fits
        self._lost = lost
        self._on_change = on_change
        self._on_stop = on_stop
        self._probes: dict[Endpoint, _Probe] = {}
        self._countdown: asyncio.TimerHandle | None = None
        self._since: float | None = None
        self._latest = ""

    @property
    def paused_for(self) -> float | None:
        """Seconds since the last server went; None while one is up."""
        return None if self._since is None else monotonic() - self._since

    @property
    def stops_in(self) -> float | None:
        return None if self._since is None else max(0.0, self._limit - (monotonic() - self._since))

    def suspect(self, endpoint: Endpoint, model: str | None = None) -> None:
        """Has a server looked at, unless that is under way; with ``model`` it is asked a word."""
        if endpoint not in self._probes:
            self._start(endpoint, model)

    async def settled(self, endpoint: Endpoint) -> None:
        """Returns when it is known whether a suspected server is gone."""
        probe = self._probes.get(endpoint)
        if probe is not None:
            await asyncio.wait([probe.verdict])

    async def examine(self, endpoint: Endpoint, model: str) -> bool:
        """Asks a server for a word, for it may list its models and yet answer nothing.

        Returns:
            whether it answered. If not, it has been set aside.
        """
        while True:
            probe = self._probes.get(endpoint) or self._start(endpoint, model)
            await asyncio.wait([probe.verdict])
            if endpoint.down or probe.ping is not None or probe.verdict.cancelled():
                return not endpoint.down

    async def close(self) -> None:
        if self._countdown is not None:
            self._countdown.cancel()
        tasks = [probe.task for probe in self._probes.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _start(self, endpoint: Endpoint, ping: str | None) -> _Probe:
        verdict: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        task = asyncio.ensure_future(self._look_after(endpoint, ping, verdict))
        self._probes[endpoint] = probe = _Probe(ping, task, verdict)
        return probe

    async def _look_after(self, endpoint: Endpoint, ping: str | None, verdict: asyncio.Future[bool]) -> None:
        try:
            well = await self._well(endpoint, ping)
            if not well:
                self._set_aside(endpoint)
            verdict.set_result(well)
            while endpoint.down:
                await asyncio.sleep(self._interval)
                if await self._well(endpoint, ping):
                    self._take_back(endpoint)
        except StoppedError as error:
            self._on_stop(error)
        finally:
            verdict.cancel()
            del self._probes[endpoint]

    async def _well(self, endpoint: Endpoint, ping: str | None) -> bool:
        try:
            await endpoint.list_models(self._timeout)
            if not self._fits(endpoint):
                self._latest = f"{endpoint.url} no longer offers the model"
                return False
            if ping is not None:
                await endpoint.ping(ping, self._timeout)
        except WireError as error:
            self._latest = str(error)
            return not (error.retryable or self._lost(error))
        return True

    def _set_aside(self, endpoint: Endpoint) -> None:
        endpoint.down = True
        endpoint.downs += 1
        if self._since is None and all(e.down for e in self._endpoints):
            self._since = monotonic()
            self._countdown = asyncio.get_running_loop().call_later(self._limit, self._give_up)
        self._on_change()

    def _take_back(self, endpoint: Endpoint) -> None:
        endpoint.down = False
        endpoint.failures = 0
        endpoint.resting_until = 0.0
        self._since = None
        if self._countdown is not None:
            self._countdown.cancel()
        self._on_change()

    def _give_up(self) -> None:
        servers = ", ".join(e.url for e in self._endpoints)
        self._on_stop(
            StoppedError(
                f"no server answered for {self._limit:g} s ({servers}); the run can be resumed. "
                f"The last probe said: {self._latest}"
            )
        )
