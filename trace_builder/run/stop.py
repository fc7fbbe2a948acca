"""How a run is stopped: by the user, by a scheduler, or by a disk that is full."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from trace_builder.errors import StoppedError
from trace_builder.run.asking.client import LazyClient
from trace_builder.run.scheduler import Stopping

T = TypeVar("T")

SIGNALS = (signal.SIGINT, signal.SIGTERM)
_DRAIN_SECONDS = 0.1


class GracefulStop:
    """Ctrl-C once: nothing new is sent, and what is in flight is awaited. Twice: at once."""

    def __init__(self, client: LazyClient, say: Callable[[str], None]) -> None:
        self.requested = False
        #: What makes going on pointless, found out in the background.
        self.broken: StoppedError | None = None
        self._client = client
        self._say = say
        self._draining: asyncio.Task[None] | None = None

    def raise_if_stopping(self) -> None:
        if self.broken is not None:
            raise self.broken
        if self.requested:
            raise Stopping

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Takes the signals. Once one has come, they are ignored from the end of the block on until
        ``run_to_end`` ends: what is left is writing down, and an impatient third must not cut that short."""
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None

        def on_signal() -> None:
            if self.requested:
                task.cancel()
                return
            self.requested = True
            self._client.turn_away(Stopping())
            self._say("stopping: waiting for the answers in flight; press Ctrl-C again to stop at once")
            self._draining = loop.create_task(self._drain(task))

        # Not the loop's own way: on removal it puts back the default, which ends the process, for a moment.
        before = _handle(dict.fromkeys(SIGNALS, lambda *_: loop.call_soon_threadsafe(on_signal)))
        try:
            yield
        except asyncio.CancelledError:
            if not self.requested:
                raise
        finally:
            if self._draining is not None:
                self._draining.cancel()
            _handle(dict.fromkeys(SIGNALS, signal.SIG_IGN) if self.requested else before)

    async def _drain(self, task: asyncio.Task[Any]) -> None:
        """Ends ``task`` once nothing is in flight: what is left then only waits, for a server that is gone or
        for its turn to try again. None is lost: an answer reaches the disk in the same turn of the loop in
        which it gives up its place."""
        while self._client.in_flight:  # noqa: ASYNC110 - the wire counts, it raises no event
            await asyncio.sleep(_DRAIN_SECONDS)
        task.cancel()


def run_to_end(work: Coroutine[Any, Any, T]) -> T:
    """``asyncio.run``, after which signals go where they went before."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    try:
        return asyncio.run(work)
    finally:
        _handle(before)


def _handle(handlers: Mapping[signal.Signals, Any]) -> dict[signal.Signals, Any]:
    """Sets handlers; returns those before. Outside the main thread, which alone is told of signals, it does
    nothing."""
    if threading.current_thread() is not threading.main_thread():
        return {}
    return {number: signal.signal(number, handler) for number, handler in handlers.items()}
