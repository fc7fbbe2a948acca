"""How many requests may be in flight: slow start, then additive increase and multiplicative decrease.

Everything is counted in answers, not in seconds. A window is as many answers as the limit was at its start.
At its end the limit grows by a step if it was used up and hardly an answer said "overloaded"; it shrinks by
the share of answers that did. A server that is full turns less away after that. One that throws in a 503 here
and there, whatever is asked of it, does not: then the share is taken for its noise and borne from then on,
for halving at every stray error would leave the GPUs idle.
"""

from __future__ import annotations

import asyncio
import heapq
from dataclasses import dataclass
from itertools import count

#: Share of overloads, beyond the noise, up to which the limit grows, and over which it shrinks.
GROW_UP_TO = 1 / 16
CUT_OVER = 1 / 8
#: The most a single window takes away.
MAX_CUT = 1 / 2
#: The most that is ever taken for noise.
MAX_NOISE = 1 / 2
#: What is left of the noise from window to window.
FADING = 0.95
#: Answers in the shortest window: fewer tell no share.
SHORTEST = 64
#: Windows of additive increase from nothing to the bound.
STEPS = 64


@dataclass(frozen=True, slots=True)
class _Trial:
    """A cut whose effect is still to be seen: the limit before it, and the share of overloads over which the
    cut was in vain."""

    limit: float
    doubt: float


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
        self._noise = 0.0
        self._trial: _Trial | None = None
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
        """Takes in the servers' own queues (vLLM's metrics). What arrived since the batch's last step waits
        for the next one, so a queue that is short for its batch means nothing. A longer one is the sign to
        grow no more; and one longer still waits better on our side, where deeper records overtake."""
        if not self._adaptive:
            return
        self._held = waiting > max(2.0, running / 16)
        target = max(1.0, self.in_flight - waiting + max(4.0, running / 8))
        if self.too_long(waiting, running) and target < self.limit:
            self._trial = None
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
            self.slow_start = self.slow_start and self._overloads <= self._window * CUT_OVER
        elif self.slow_start and self._saturated and not self._held:
            self.limit = min(float(self.bound), self.limit + 1)
        if self._answers >= self._window:
            self._close_window()

    def _close_window(self) -> None:
        share = self._overloads / self._answers
        self._learn_noise(share)
        excess = (share - self._noise) / (1 - self._noise)
        if excess > CUT_OVER:
            keep = max(MAX_CUT, 1 - excess)
            # What a full server turns away after the cut is less by as much as is asked less of it.
            full = max(0.0, 1 - (1 - share) / keep)
            self._trial = _Trial(self.limit, (share + full) / 2)
            self._cut(max(1.0, self.limit * keep))
            return
        if excess <= GROW_UP_TO and self._saturated and not self.slow_start and not self._held:
            self.limit = min(float(self.bound), self.limit + max(1.0, self.bound / STEPS))
        self._open_window()

    def _learn_noise(self, share: float) -> None:
        """Takes the share for noise where the last cut was in vain, and takes that cut back. What was taken
        for noise is forgotten little by little, and so put to the test again."""
        if self._trial is not None and share > self._trial.doubt:
            self._noise = min(share, MAX_NOISE)
            self.limit = self._trial.limit
        else:
            self._noise = min(self._noise, share) * FADING
        self._trial = None

    def _cut(self, limit: float) -> None:
        """Lowers the limit. What was sent before tells nothing about the new limit, hence the new epoch."""
        self.limit = limit
        self.slow_start = False
        self._epoch += 1
        self._open_window()

    def _open_window(self) -> None:
        self._window = max(SHORTEST, int(self.limit))
        self._answers = self._overloads = 0
        self._saturated = self.full
