"""One server: how it is spoken to, and what is known about it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal

from trace_builder.llm.codec import loads
from trace_builder.llm.servers.server_load import Load, read_load
from trace_builder.llm.types import ServerSnapshot, WireError
from trace_builder.llm.wire_errors import not_a_completion, shown_url, status_error, wire_error

if TYPE_CHECKING:
    import httpx2
    from openai import AsyncOpenAI

#: Servers close a connection that was idle for 5 s (uvicorn's default); using one at that moment fails.
KEEPALIVE = 4.0
#: Failures in a row, with no answer in between, after which a server is looked at.
SUSPICIOUS = 3
#: Places in the connection pool beyond the concurrency, for probes and metrics.
SPARE_CONNECTIONS = 8

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
        resting_until: on ``time.monotonic``'s clock; another server is preferred until then.
        secrets: what must never be shown.
        models: what it serves and each model's context length; None where it does not say.
        aliases: models that it serves without listing them.
    """

    def __init__(self, base_url: str, api_key: str, *, connections: int, connect_timeout: float) -> None:
        self.url = shown_url(base_url)
        self.in_flight = 0
        self.failures = 0
        self.answers = 0
        self.downs = 0
        self.down = False
        self.resting_until = 0.0
        self.models: dict[str, int | None] | None = None
        self.aliases: set[str] = set()
        self.secrets = (api_key,) if api_key != "EMPTY" else ()
        self._http = _http(base_url, connections + SPARE_CONNECTIONS)
        self._sdk = _sdk(base_url, api_key, self._http, connect_timeout)
        self._bearer: Any = {"security": {"bearer_auth": True}}
        self._question = _question(self._sdk, self._http, api_key)

    async def close(self) -> None:
        await self._sdk.close()

    async def chat(self, body: bytes, timeout: float) -> bytes:
        """Posts one chat completion and returns the body of the answer, which is all there when this returns.

        The SDK's way to build a request and its types are passed by, for they cost more than the rest of the
        call; the connections are the SDK's (docs/performance.md).

        Args:
            timeout: seconds from now to the last byte.

        Raises:
            WireError: whatever went wrong.
        """
        return await self._within(timeout, self._post(body))

    async def ping(self, model: str, timeout: float) -> None:
        """Asks for one word.

        Raises:
            WireError: the server does not answer.
        """
        from pydantic_core import to_json

        await self.chat(_PING % to_json(model), timeout)

    async def list_models(self, timeout: float) -> None:
        """Reads ``/v1/models`` into ``models``; a server without that list serves what it is asked for.

        Raises:
            WireError: the server does not answer, or refuses the key.
        """
        try:
            body = await self._within(timeout, self._get("/models"))
        except WireError as error:
            if error.status not in (404, 405, 501):
                raise
            self.models = None
            return
        self.models = _model_list(body)
        if self.models is None:
            raise not_a_completion(self.url, body, self.secrets)

    async def load(self, timeout: float) -> Load | None:
        """The server's own queue from vLLM's ``/metrics``; None where it has none."""
        root = str(self._sdk.base_url).rstrip("/").removesuffix("/v1")
        with suppress(WireError):
            return read_load(await self._within(timeout, self._get(root + "/metrics")))
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

    async def _get(self, path: str) -> bytes:
        import httpx2

        try:
            response = await self._sdk.get(path, cast_to=httpx2.Response, options=self._bearer)
        except Exception as exc:
            raise self._fault(exc) from None
        return response.content

    async def _post(self, body: bytes) -> bytes:
        try:
            response = await self._http.send(self._question(content=body))
        except Exception as exc:
            raise self._fault(exc) from None
        content = response.content
        if not response.is_success:
            raise status_error(
                response.status_code, _decoded(content), response.headers, self.url, self.secrets
            )
        return content

    def _fault(self, exc: Exception) -> Exception:
        return wire_error(exc, self.url, self.secrets) or exc

    async def _within(self, seconds: float, sending: Any) -> bytes:
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
            body: bytes = await sending
            return body
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


def _http(base_url: str, connections: int) -> httpx2.AsyncClient:
    import httpx2
    import openai

    return openai.DefaultAioHttpClient(
        # A proxy set for the outside world is no way to a server on this machine.
        trust_env=httpx2.URL(base_url).host not in _LOOPBACK,
        limits=httpx2.Limits(
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=KEEPALIVE,
        ),
    )


def _sdk(base_url: str, api_key: str, http: httpx2.AsyncClient, connect_timeout: float) -> AsyncOpenAI:
    import httpx2
    import openai

    return openai.AsyncOpenAI(
        api_key=api_key,
        base_url=base_url,
        max_retries=0,
        timeout=httpx2.Timeout(None, connect=connect_timeout),
        http_client=http,
    )


def _question(sdk: AsyncOpenAI, http: httpx2.AsyncClient, api_key: str) -> Callable[..., httpx2.Request]:
    """Makes the request of a chat completion from its ``content``. All but that is the same each time, and
    what the SDK would send, its words about the platform aside."""
    import httpx2

    assert isinstance(sdk.timeout, httpx2.Timeout)
    usual = {name: value for name, value in sdk.default_headers.items() if isinstance(value, str)}
    headers = {name: value for name, value in usual.items() if not name.lower().startswith("x-stainless")}
    headers["Accept-Encoding"] = http.headers["Accept-Encoding"]
    headers["Authorization"] = f"Bearer {api_key}"
    return partial(
        httpx2.Request,
        "POST",
        sdk.base_url.copy_with(path=sdk.base_url.path.rstrip("/") + "/chat/completions"),
        headers=httpx2.Headers(headers),
        extensions={"timeout": sdk.timeout.as_dict()},
    )


def _decoded(body: bytes) -> Any:
    """What an error's body says: its JSON, else its text."""
    try:
        return loads(body)
    except (ValueError, RecursionError):
        return body.decode("utf-8", "replace").strip()


def _model_list(body: bytes) -> dict[str, int | None] | None:
    from pydantic_core import from_json

    try:
        rows = from_json(body)["data"]
        return {str(row["id"]): _length(row.get("max_model_len")) for row in rows}
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _length(value: object) -> int | None:
    return value if isinstance(value, int) and value > 0 else None
