"""One server: how it is spoken to, and what is known about it."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Coroutine, Iterable
from functools import partial
from time import monotonic
from typing import Any, Literal, cast

import aiohttp
import httpx2
import openai
from pydantic_core import to_json

from trace_builder.errors import InputError, StoppedError
from trace_builder.llm.codec import clean, decode, loads
from trace_builder.llm.servers.descriptors import none_left
from trace_builder.llm.servers.server_load import Load, read_load
from trace_builder.llm.types import FinishReason, ServerSnapshot, Usage, WireError
from trace_builder.llm.wire_errors import not_a_completion, status_error, wire_error
from trace_builder.support.addresses import Address, spellings
from trace_builder.support.redaction import MARK

#: Servers close a connection that was idle for 5 s (uvicorn's default); using one at that moment fails.
KEEPALIVE = 4.0
#: Failures in a row, with no answer in between, after which a server is looked at.
SUSPICIOUS = 3
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

_CHAT, _MODELS, _METRICS = "/chat/completions", "/models", "/metrics"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

_PING = b'{"model":%s,"messages":[{"role":"user","content":"ping"}],"max_tokens":1}'


class Endpoint:
    """One server of a model.

    Attributes:
        url: its address as shown to people.
        in_flight: requests under way.
        failures: faults in a row since its last answer.
        answers: answers so far.
        downs: times it was set aside.
        down: set aside until a probe succeeds.
        tells_load: it may have a page that tells its queue.
        resting_until: on ``time.monotonic``'s clock; another server is preferred until then.
        secrets: what must never be shown.
        models: what it serves and each model's context length; None where it does not say.
        aliases: models that it serves without listing them.
    """

    def __init__(self, address: Address, api_key: str, *, connections: int, connect_timeout: float) -> None:
        self.url = address.shown
        self.in_flight = 0
        self.failures = 0
        self.answers = 0
        self.downs = 0
        self.down = False
        self.tells_load = True
        self.resting_until = 0.0
        self.models: dict[str, int | None] | None = None
        self.aliases: set[str] = set()
        known = spellings([api_key, *address.secrets])
        self.secrets = tuple(s for s in known if len(s) >= PERHAPS_SECRET and s != NO_KEY)
        try:
            self._http = _http(address.url, connections + SPARE_CONNECTIONS)
            self._sdk = _sdk(address.url, api_key, self._http, connect_timeout)
        except (httpx2.InvalidURL, ValueError) as error:
            raise InputError(f"{self.url!r} is not a server's address: {error}") from None
        assert isinstance(self._sdk.timeout, httpx2.Timeout)
        self._timeouts = {"timeout": self._sdk.timeout.as_dict()}
        self._urls = {path: _url(self._sdk.base_url, path) for path in (_CHAT, _MODELS, _METRICS)}
        self._headers = _headers(self._sdk, address.authorization or f"Bearer {api_key}")

    async def close(self) -> None:
        await self._sdk.close()

    async def chat(self, body: bytes, timeout: float) -> tuple[str, FinishReason, Usage]:
        """Posts one chat completion.

        The SDK's way to build a request and its types are passed by, for they cost more than the rest of the
        call; the connections are the SDK's (docs/performance.md).

        Args:
            timeout: seconds from now to the last byte.

        Returns:
            the answer's text without keys of ours, how it ended, and what it counts.

        Raises:
            WireError: whatever went wrong.
            StoppedError: this process can open no more connections.
        """
        answer = await self._within(timeout, self._fetch(_CHAT, body))
        try:
            text, finish, usage = decode(answer)
        except ValueError as error:
            raise not_a_completion(self.url, answer, str(error), self.secrets) from None
        for secret in self.secrets:
            if len(secret) >= SURELY_SECRET:
                text = text.replace(secret, MARK)
        return text, finish, usage

    async def ping(self, model: str, timeout: float) -> None:
        """Asks for one word.

        Raises:
            WireError: the server does not answer.
        """
        await self.chat(_PING % to_json(model), timeout)

    async def list_models(self, timeout: float) -> None:
        """Reads ``/v1/models`` into ``models``; a server without that list serves what it is asked for.

        Raises:
            WireError: the server does not answer, or refuses the key.
        """
        try:
            body = await self._within(timeout, self._fetch(_MODELS))
        except WireError as error:
            if error.status not in (404, 405, 501):
                raise
            self.models = None
            return
        self.models = _model_list(body)
        if self.models is None:
            raise not_a_completion(self.url, body, "no list of models", self.secrets)

    async def load(self, timeout: float) -> Load | None:
        """The server's own queue from vLLM's ``/metrics``; None where it does not tell it now. Where it never
        will, ``tells_load`` is False from then on."""
        try:
            load = read_load(await self._within(timeout, self._fetch(_METRICS)))
            self.tells_load = load is not None
            return load
        except WireError as error:
            self.tells_load = error.retryable
        except StoppedError:
            pass
        return None

    def lists(self, model: str) -> bool:
        return self.models is not None and model in self.models

    def serves(self, model: str) -> bool:
        return self.models is None or model in self.models or model in self.aliases

    def answered(self) -> None:
        self.answers += 1
        self.failures = 0
        self.resting_until = 0.0

    def failed(self, rest: float) -> bool:
        """Notes a fault; True when the server has become suspicious. ``rest`` is in seconds."""
        self.failures += 1
        if self.failures >= SUSPICIOUS:
            self.resting_until = monotonic() + rest
        return self.failures >= SUSPICIOUS

    def state(self) -> Literal["up", "suspect", "down"]:
        if self.down:
            return "down"
        return "suspect" if self.failures >= SUSPICIOUS else "up"

    def snapshot(self) -> ServerSnapshot:
        return ServerSnapshot(self.url, self.state(), self.in_flight)

    async def _fetch(self, path: str, body: bytes | None = None) -> bytes:
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


def choose(endpoints: Iterable[Endpoint], model: str) -> Endpoint | None:
    """The server to ask next: least in flight among those that serve ``model``, a resting one last; None
    when all are set aside."""
    now = monotonic()
    able = [e for e in endpoints if not e.down and e.serves(model)]
    return min(able, key=lambda e: (e.resting_until > now, e.in_flight), default=None)


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
    if path == _METRICS:  # beside the API
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


def _model_list(body: bytes) -> dict[str, int | None] | None:
    try:
        rows = loads(body)["data"]
        return {clean(str(row["id"])): _length(row.get("max_model_len")) for row in rows}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _length(value: object) -> int | None:
    return value if isinstance(value, int) and value is not True and value > 0 else None
