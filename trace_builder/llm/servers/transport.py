"""Sends requests to one server over the SDK's connections, and reads what comes back with care."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Coroutine
from functools import partial
from typing import Any, cast

import aiohttp
import httpx2
import openai

from trace_builder.errors import InputError, StoppedError
from trace_builder.llm.codec import loads
from trace_builder.llm.servers.descriptors import none_left
from trace_builder.llm.types import WireError
from trace_builder.llm.wire_errors import status_error, wire_error
from trace_builder.support.addresses import Address, spellings
from trace_builder.support.redaction import MARK

#: Servers close a connection that was idle for 5 s (uvicorn's default); using one at that moment fails.
KEEPALIVE = 4.0
#: Places in the connection pool beyond the concurrency, for probes and metrics.
SPARE_CONNECTIONS = 8
#: Bytes of an answer, unpacked: some 20 times what a model writes in 128,000 tokens.
ANSWER_LIMIT = 8 << 20
#: Times a question follows its server to another address.
REDIRECTS = 5
#: Characters from which on a secret is taken out of answers, for shorter ones are words that texts hold by
#: chance; and those from which on it is taken out of errors.
SURELY_SECRET, PERHAPS_SECRET = 8, 4

#: The key sent where the environment has none; servers without keys take anything.
NO_KEY = "EMPTY"

CHAT, MODELS, METRICS = "/chat/completions", "/models", "/metrics"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Transport:
    """The way to one server.

    Attributes:
        url: its address as shown to people.
        secrets: what must never be shown.
    """

    def __init__(self, address: Address, api_key: str, *, connections: int, connect_timeout: float) -> None:
        self.url = address.shown
        known = spellings([api_key, *address.secrets])
        self.secrets = tuple(s for s in known if len(s) >= PERHAPS_SECRET and s != NO_KEY)
        self._keys = tuple(s for s in self.secrets if len(s) >= SURELY_SECRET)
        try:
            self._http = _http(address.url, connections + SPARE_CONNECTIONS)
            self._sdk = _sdk(address.url, api_key, self._http, connect_timeout)
        except (httpx2.InvalidURL, ValueError) as error:
            raise InputError(f"{self.url!r} is not a server's address: {error}") from None
        assert isinstance(self._sdk.timeout, httpx2.Timeout)
        self._timeouts = {"timeout": self._sdk.timeout.as_dict()}
        self._urls = {path: _url(self._sdk.base_url, path) for path in (CHAT, MODELS, METRICS)}
        self._headers = _headers(self._sdk, address.authorization or f"Bearer {api_key}")

    async def close(self) -> None:
        await self._sdk.close()

    def without_keys(self, text: str) -> str:
        """An answer's text without keys of ours."""
        for secret in self._keys:
            text = text.replace(secret, MARK)
        return text

    async def send(self, path: str, body: bytes | None, seconds: float) -> bytes:
        """The body of the answer to one request, all of it; a POST where there is a ``body``.

        Args:
            seconds: from now to the last byte.

        Raises:
            WireError: whatever went wrong.
            StoppedError: this process can open no more connections.
        """
        return await self._within(seconds, self._fetch(path, body))

    async def _fetch(self, path: str, body: bytes | None) -> bytes:
        """The body of the answer to one request. Redirects that leave the request as it is are followed; a
        key goes to its own server only."""
        method = "GET" if body is None else "POST"
        request = httpx2.Request(
            method, self._urls[path], headers=self._headers, content=body, extensions=self._timeouts
        )
        try:
            for _ in range(REDIRECTS + 1):
                response = await self._http.send(request, stream=True, follow_redirects=False)
                try:
                    content = await _read(response, self.url)
                finally:
                    await response.aclose()
                if response.next_request is None or response.next_request.method != method:
                    break
                request = response.next_request
        except WireError:
            raise
        except Exception as exc:
            raise self._fault(exc) from None
        if not response.is_success:
            raise status_error(
                response.status_code, _decoded(content), response.headers, self.url, self.secrets
            )
        return content

    def _fault(self, exc: Exception) -> Exception:
        if none_left(exc):
            return StoppedError(
                "no file descriptors are left for connections (see ulimit -n); the run can be resumed"
            )
        return wire_error(exc, self.url, self.secrets) or exc

    async def _within(self, seconds: float, sending: Coroutine[Any, Any, bytes]) -> bytes:
        """``sending`` under a deadline over all of it, slow bytes included: the transport's own timeouts
        count from byte to byte. (asyncio.timeout is not in Python 3.10, and wait_for makes a task.)"""
        task = asyncio.current_task()
        assert task is not None
        late = False

        def cancel() -> None:
            nonlocal late
            late = True
            task.cancel()

        timer = asyncio.get_running_loop().call_later(seconds, cancel)
        try:
            return await sending
        except asyncio.CancelledError:
            if not late or _cancelled_by_others(task):
                raise
            raise WireError("timeout", f"{self.url}: no whole answer within {seconds:g} s") from None
        finally:
            timer.cancel()


def _cancelled_by_others(task: asyncio.Task[Any]) -> bool:
    """Takes our own cancellation back; True when somebody else cancelled the task as well."""
    uncancel = getattr(task, "uncancel", None)  # Python 3.11 and later
    return uncancel is not None and uncancel() > 0


class _Connector(aiohttp.TCPConnector):
    """Uses no connection again on which something came while nothing was asked: aiohttp would take that for
    the answer to the next question."""

    async def _get(self, key: Any, traces: Any) -> Any:
        while (connection := await super()._get(key, traces)) is not None:
            if connection.protocol is not None and not connection.protocol.should_close:
                break
            connection.close()
        return connection


def _http(base_url: str, connections: int) -> httpx2.AsyncClient:
    client: Any = openai.DefaultAioHttpClient(
        # A proxy set for the outside world is no way to a server on this machine.
        trust_env=httpx2.URL(base_url).host not in _LOOPBACK,
        limits=httpx2.Limits(
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=KEEPALIVE,
        ),
    )
    for transport in (client._transport, *client._mounts.values()):
        if transport is not None:
            transport.client = partial(_session, transport, connections)
    return cast(httpx2.AsyncClient, client)


def _session(transport: Any, connections: int) -> aiohttp.ClientSession:
    connector = _Connector(limit=connections, keepalive_timeout=KEEPALIVE, ssl=transport.ssl_context)
    return aiohttp.ClientSession(connector=connector)


def _sdk(base_url: str, api_key: str, http: httpx2.AsyncClient, connect_timeout: float) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(
        api_key=api_key,
        base_url=base_url,
        max_retries=0,
        timeout=httpx2.Timeout(None, connect=connect_timeout),
        http_client=http,
    )


def _url(base: httpx2.URL, path: str) -> httpx2.URL:
    root = base.path.rstrip("/")
    if path == METRICS:  # beside the API
        root = root.removesuffix("/v1")
    return base.copy_with(path=root + path)


def _headers(sdk: openai.AsyncOpenAI, authorization: str) -> httpx2.Headers:
    """What the SDK would send, its words about the platform aside. All requests send the same."""
    usual = {name: value for name, value in sdk.default_headers.items() if isinstance(value, str)}
    headers = {name: value for name, value in usual.items() if not name.lower().startswith("x-stainless")}
    return httpx2.Headers({**headers, "Accept-Encoding": "gzip", "Authorization": authorization})


async def _read(response: httpx2.Response, server: str) -> bytes:
    """A body, unpacked under way: a few bytes may unpack to more than the memory holds.

    Raises:
        WireError: it is larger than any answer.
        ValueError: it is packed in a way nobody asked for, or cut off.
    """
    packing = response.headers.get("content-encoding", "").strip().lower()
    if packing not in ("", "identity", "gzip", "x-gzip"):
        raise ValueError(f"content-encoding {packing}")
    unpacked = zlib.decompressobj(zlib.MAX_WBITS | 16) if "gzip" in packing else None
    pieces, room = [], ANSWER_LIMIT
    async for chunk in response.aiter_raw():
        piece = chunk if unpacked is None else unpacked.decompress(chunk, room + 1)
        pieces.append(piece)
        room -= len(piece)
        if room < 0:
            raise WireError("oversized", f"{server}: an answer of more than {ANSWER_LIMIT >> 20} MB")
    if unpacked is not None and pieces and not unpacked.eof:
        raise EOFError("a packed answer that was cut off")
    return b"".join(pieces)


def _decoded(body: bytes) -> Any:
    """What an error's body says: its JSON, else its text."""
    try:
        return loads(body)
    except (ValueError, RecursionError):
        return body.decode("utf-8", "replace").strip()
