"""Puts the parts of the rehearsal server together and runs it until it is told to stop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable

from trace_builder.errors import InputError
from trace_builder.rehearsal.rule_model import RuleModel
from trace_builder.rehearsal.server.server import RehearsalServer
from trace_builder.rehearsal.server.server_options import ServerOptions


def make_server(options: ServerOptions) -> RehearsalServer:
    """A server whose words come from the rule model. It is not listening yet."""
    drill = options.drill
    model = RuleModel(seed=drill.seed, miss=drill.miss, flawed=drill.flawed)
    return RehearsalServer(options, model.answer)


def serve_until_stopped(
    options: ServerOptions,
    announce: Callable[[str], None],
    ended: Callable[[], Awaitable[object]] | None = None,
) -> None:
    """Serve until SIGINT, SIGTERM or the end of ``ended``.

    Args:
        options: what to serve.
        announce: called with the base URL once the server listens.
        ended: a further reason to stop.

    Raises:
        InputError: the port is taken, or latency or faults are not understood.
    """
    asyncio.run(_serve(options, announce, ended))


async def _serve(
    options: ServerOptions,
    announce: Callable[[str], None],
    ended: Callable[[], Awaitable[object]] | None,
) -> None:
    server = make_server(options)
    try:
        await server.start()
    except OSError as error:
        raise InputError(f"the rehearsal server cannot take port {options.port}: {error.strerror}") from None
    announce(server.base_url)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    waits: list[asyncio.Future[object]] = [asyncio.ensure_future(stop.wait())]
    if ended is not None:
        waits.append(asyncio.ensure_future(ended()))
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
    await server.stop()
