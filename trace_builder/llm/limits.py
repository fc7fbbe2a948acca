"""How many requests may be in flight: slow start, then additive increase and multiplicative decrease.

Everything is counted in answers, not in seconds. A window is as many answers as the limit was at its start;
at its end the limit grows by a step if it was used up, and shrinks by the share of answers that said
"overloaded". A few stray 429s therefore cost little, while a server that turns half of the requests away
halves the limit at once.
"""

from __future__ import annotations

import asyncio
import heapq
from itertools import count

#: The most a single window takes away.
MAX_CUT = 0.5
#: Windows of additive increase from nothing to the bound.
STEPS = 64


class AdaptiveLimit:
    """A limit on what is in flight, with a queue in which the deepest record goes first.

    Args:
        bound: the most that may ever be in flight.
        start: where slow start begins.
        adaptive: False: ``bound`` from the first request on.
    """

    def __init__(self, bound: int, start: int, *, adaptive: bool = True) -> None:
        self.bound = bound
        self.in_flight = 0
        self.limit = float(min(start, bound) if adaptive else bound)
        self.slow_start = adaptive
        self._adaptive = adaptive
        self._epoch = 0
        self._held = False
        self._paused = False
        self._stopped: BaseException | None = None
        self._order = count()
        self._queue: list[tuple[int, int, asyncio.Future[None]]] = []
        self.waiting = 0
        self._saturated = False
        self._open_window()

    async def acquire(self, depth: int = 0) -> int:
        """Waits for a place and takes it.

        Returns:
            a ticket to hand back to ``release``.

        Raises:
            the exception given to ``stop``.
        """
        if self._stopped is not None:
            raise self._stopped
        if self._free() and not self.waiting:
            self.in_flight += 1
        else:
            await self._wait(depth)
        self._saturated = self._saturated or self.full
        return self._epoch

    def release(self, ticket: int, *, overloaded: bool | None = None) -> None:
        """Gives the place back. ``overloaded`` says what the answer tells about the server's capacity; None
        when it tells nothing (a reset, a cancelled request)."""
        if overloaded is not None and self._adaptive and ticket == self._epoch:
            self._learn(overloaded)
        self.in_flight -= 1
        self._wake()

    @property
    def full(self) -> bool:
        return self.in_flight >= int(self.limit)

    @property
    def paused(self) -> bool:
        return self._paused

    def pause(self) -> None:
        """Grants nothing until ``resume``; who asks waits."""
        self._paused = True

    def resume(self) -> None:
        self._paused = False
        self._wake()

    def stop(self, error: BaseException) -> None:
        """Raises ``error`` in everything that waits and in everything that asks from now on."""
        self._stopped = error
        for _, _, place in self._queue:
            if not place.done():
                place.set_exception(error)
        self._queue.clear()

    @staticmethod
    def too_long(waiting: float, running: float) -> bool:
        """Whether a server's own queue is longer than keeps its batch filled."""
        return waiting > max(4.0, running / 8)

    def queued(self, waiting: float, running: float) -> None:
        """Takes in the servers' own queues (vLLM's metrics). A short queue keeps the GPUs fed and is the sign
        to grow no more; what is longer waits better on our side, where deeper records overtake."""
        if not self._adaptive:
            return
        self._held = waiting > 0
        if self.too_long(waiting, running):
            target = max(1.0, self.in_flight - waiting + max(4.0, running / 8))
            if target < self.limit:
                self._cut(target)

    def _free(self) -> bool:
        return not self._paused and self.in_flight < int(self.limit)

    async def _wait(self, depth: int) -> None:
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._queue, (-depth, next(self._order), place))
        self.waiting += 1
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled() and place.exception() is None:
                self.in_flight -= 1  # granted and cancelled in the same turn
                self._wake()
            raise
        finally:
            self.waiting -= 1

    def _wake(self) -> None:
        while self._queue and self._free():
            place = heapq.heappop(self._queue)[2]
            if not place.done():
                self.in_flight += 1
                place.set_result(None)

    def _learn(self, overloaded: bool) -> None:
        self._answers += 1
        if overloaded:
            self._overloads += 1
            self.slow_start = False
        elif self.slow_start and self._saturated and not self._held:
            self.limit = min(float(self.bound), self.limit + 1)
        if self._answers >= self._window:
            self._close_window()

    def _close_window(self) -> None:
        if self._saturated and not self.slow_start and not self._held:
            self.limit = min(float(self.bound), self.limit + max(1.0, self.bound / STEPS))
        if self._overloads:
            keep = max(MAX_CUT, 1 - self._overloads / self._answers)
            self._cut(max(1.0, self.limit * keep))
        else:
            self._open_window()

    def _cut(self, limit: float) -> None:
        """Lowers the limit. What was sent before tells nothing about the new limit, hence the new epoch."""
        self.limit = limit
        self.slow_start = False
        self._epoch += 1
        self._open_window()

    def _open_window(self) -> None:
        self._window = max(1, int(self.limit))
        self._answers = self._overloads = 0
        self._saturated = self.full
