"""The rehearsal server: an OpenAI-compatible HTTP server on loopback, with the manners of vLLM."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import socket
import struct
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

from trace_builder.rehearsal.server import api
from trace_builder.rehearsal.server.content_faults import apply_first
from trace_builder.rehearsal.server.faults import FaultPlan, unit
from trace_builder.rehearsal.server.latency import parse_latency
from trace_builder.rehearsal.server.prefix import PrefixCache
from trace_builder.rehearsal.server.server_options import ServerOptions
from trace_builder.rehearsal.server.tokens import count_tokens, cut

HOST = "127.0.0.1"
BACKLOG = 4096
BODY_LIMIT = 64 << 20
#: Pieces that the fault ``slow`` sends an answer in.
SLOW_PIECES = 20

_JSON = "application/json"
_HTML = b"<html><head><title>%s</title></head><body><h1>%s</h1></body></html>\n"


#: Where the words come from: a chat request's body in, the answer's text out; a function of the body alone.
Model = Callable[[Mapping[str, Any]], str]


class RehearsalServer:
    """One server on one loopback port, inside the running event loop.

    Args:
        options: what it is started with.
        model: writes the answers.

    Raises:
        InputError: latency or faults in the options are not understood.
    """

    def __init__(self, options: ServerOptions, model: Model) -> None:
        drill = options.drill
        self._options = options
        self._model = model
        self._latency = parse_latency(drill.latency)
        self._plan = FaultPlan(drill.seed, drill.faults, options.deaths)
        self._cache = PrefixCache()
        self._reader = api.ChatReader(options, self._cache)
        self._slots = asyncio.Semaphore(options.max_running) if options.max_running else None
        self._running = 0
        self._waiting = 0
        self._started = int(time.time())
        self._listener: asyncio.Server | None = None
        self._http: web.Server | None = None
        self._death: asyncio.Task[None] | None = None
        self.port = 0

    @property
    def base_url(self) -> str:
        return f"http://{HOST}:{self.port}/v1"

    async def start(self) -> None:
        """Listen.

        Raises:
            OSError: the port is taken.
        """
        # A client that gives up takes its request with it, as in vLLM.
        self._http = web.Server(
            self._handle, request_factory=_make_request, handler_cancellation=True, access_log=None
        )
        held = _bound_socket(self._options.port)
        self.port = held.getsockname()[1]
        await self._listen(held)

    async def stop(self) -> None:
        """Close the port and every connection."""
        if self._death is not None:
            self._death.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._death
        self._hang_up()

    async def _listen(self, held: socket.socket) -> None:
        assert self._http is not None
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(self._http, sock=held, backlog=BACKLOG)

    def _hang_up(self) -> None:
        """Close the listening socket and reset every connection."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        for connection in self._http.connections if self._http is not None else ():
            if connection.transport is not None:
                _reset(connection.transport)

    async def _die(self) -> None:
        """Go away for a while and come back on the same port."""
        self._hang_up()
        # Bound but not listening: clients are refused, and nothing else takes the port meanwhile.
        held = _bound_socket(self.port)
        try:
            await asyncio.sleep(self._options.down_seconds)
            await self._listen(held)
        except asyncio.CancelledError:
            held.close()
            raise

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.path
        try:
            if path == "/v1/chat/completions":
                return await self._chat(request)
            if path == "/health":
                return web.Response()
            if path == "/metrics":
                return web.Response(text=self._metrics(), content_type="text/plain")
            self._check_key(request)
            if path == "/v1/models":
                return _json(api.models_body(self._options, self._started))
            raise api.RefusedError(404, "NotFoundError", f"There is nothing at {path}.")
        except api.RefusedError as refused:
            return _json(refused.body, refused.status)
        except ConnectionResetError:
            # The client has gone while it was being answered: its request ends, without a word on stderr.
            raise asyncio.CancelledError from None

    def _metrics(self) -> str:
        return api.metrics_text(self._options.models[0], self._running, self._waiting, self._cache)

    def _check_key(self, request: web.BaseRequest) -> None:
        key = self._options.api_key
        if key is not None and request.headers.get("Authorization") != f"Bearer {key}":
            raise api.UnauthorizedError

    async def _chat(self, request: web.BaseRequest) -> web.StreamResponse:
        arrived = time.monotonic()
        self._check_key(request)
        if request.method != "POST":
            raise api.RefusedError(405, "MethodNotAllowedError", "Use POST.")
        raw = await request.read()
        digest = hashlib.blake2b(raw, digest_size=16).digest()
        fault = self._plan.wire(digest)
        if fault is not None and fault not in ("reset_body", "slow"):
            return await self._fail(fault, request)
        chat = self._reader.read(raw)
        body = await self._in_turn(chat, digest, arrived)
        if fault is None:
            return _json(body)
        return await self._send_badly(fault, request, body, digest)

    async def _in_turn(self, chat: api.Chat, digest: bytes, arrived: float) -> bytes:
        """Wait for a place, answer, and take as long as the model would. A wait for a place comes on top."""
        if self._slots is not None:
            self._waiting += 1
            try:
                await self._slots.acquire()
            finally:
                self._waiting -= 1
            arrived = time.monotonic()
        self._running += 1
        try:
            body = self._answer(chat, digest)
            seconds = self._latency.seconds(unit(self._options.drill.seed, "latency", digest))
            left = arrived + seconds - time.monotonic()
            if left > 0:
                await asyncio.sleep(left)
            return body
        finally:
            self._running -= 1
            if self._slots is not None:
                self._slots.release()

    def _answer(self, chat: api.Chat, digest: bytes) -> bytes:
        try:
            text = self._model(chat.body)
        except Exception as error:
            # A fault of the rules must not look like a fault of the network.
            sys.stderr.write(f"rehearsal: {type(error).__name__}: {error}\n")
            raise api.RefusedError(500, "InternalServerError", f"{type(error).__name__}: {error}") from error
        kinds = self._plan.content(digest)
        text, broken_off = apply_first(kinds, text, self._plan.choice(digest, "damage"))
        text, too_long = cut(text, chat.max_tokens)
        finish = "length" if broken_off or too_long else "stop"
        tokens = count_tokens(text)
        cached = self._cache.look_up(chat.first, chat.prompt_tokens)
        return api.answer_body(chat, digest.hex(), text, finish, tokens, cached, int(time.time()))

    async def _fail(self, fault: str, request: web.BaseRequest) -> web.StreamResponse:
        """A fault that comes in the answer's place."""
        if fault == "hang":
            await asyncio.sleep(self._options.hang_seconds)
            fault = "reset_before"
        if fault in ("rate_limit", "rate_limit_retry_after"):
            headers = {"Retry-After": "1"} if fault == "rate_limit_retry_after" else None
            body = api.error_body(429, "RateLimitError", "Too many requests.")
            return _json(body, 429, headers)
        if fault == "error_500":
            return _json(api.error_body(500, "InternalServerError", "A drill: internal error."), 500)
        if fault == "error_503":  # as a proxy before the server writes it
            page = _HTML % (b"503", b"Service Unavailable")
            return web.Response(body=page, status=503, content_type="text/html")
        if fault == "not_json":
            return web.Response(body=_HTML % (b"Maintenance", b"Back soon"), content_type="text/html")
        if fault == "dies":
            # Two that meet the fault in the same moment see one death.
            if self._death is None or self._death.done():
                self._death = asyncio.get_running_loop().create_task(self._die())
        elif request.transport is not None:
            _reset(request.transport)
        return await _never()

    async def _send_badly(
        self, fault: str, request: web.BaseRequest, body: bytes, digest: bytes
    ) -> web.StreamResponse:
        """A fault while the answer's body is sent."""
        response = web.StreamResponse(headers={"Content-Type": _JSON, "Content-Length": str(len(body))})
        await response.prepare(request)
        if fault == "slow":
            step = -(-len(body) // SLOW_PIECES)
            for start in range(0, len(body), step):
                await response.write(body[start : start + step])
                await asyncio.sleep(self._options.slow_seconds / SLOW_PIECES)
            await response.write_eof()
            return response
        await response.write(body[: len(body) // 2])
        transport = request.transport
        if transport is not None and self._plan.choice(digest, "reset") < 0.5:
            _reset(transport)
        elif transport is not None:
            transport.close()  # an orderly end, though too early
        return await _never()


async def _never() -> web.StreamResponse:
    """Wait for the end of the connection, which cancels the request."""
    ended: asyncio.Future[web.StreamResponse] = asyncio.get_running_loop().create_future()
    return await ended


def _json(body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.Response(body=body, status=status, headers=headers, content_type=_JSON)


def _make_request(message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> web.BaseRequest:
    loop = asyncio.get_running_loop()
    return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=BODY_LIMIT)


def _bound_socket(port: int) -> socket.socket:
    held = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        held.bind((HOST, port))
    except OSError:
        held.close()
        raise
    return held


def _reset(transport: asyncio.BaseTransport) -> None:
    """End a connection with RST instead of an orderly close."""
    held = transport.get_extra_info("socket")
    if held is not None:
        with contextlib.suppress(OSError):
            held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()
    else:
        transport.close()
