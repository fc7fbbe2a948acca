"""One server: what it is asked, and what is known about it."""

from __future__ import annotations

from collections.abc import Iterable
from time import monotonic
from typing import Literal

from pydantic_core import to_json

from trace_builder.errors import StoppedError
from trace_builder.llm.codec import clean, decode, loads
from trace_builder.llm.servers.server_load import Load, read_load
from trace_builder.llm.servers.transport import CHAT, METRICS, MODELS, Transport
from trace_builder.llm.types import FinishReason, ServerSnapshot, Usage, WireError
from trace_builder.llm.wire_errors import not_a_completion
from trace_builder.support.addresses import Address

#: Failures in a row, with no answer in between, after which a server is looked at.
SUSPICIOUS = 3
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
        self._transport = Transport(
            address, api_key, connections=connections, connect_timeout=connect_timeout
        )

    async def close(self) -> None:
        await self._transport.close()

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
        answer = await self._transport.send(CHAT, body, timeout)
        try:
            text, finish, usage = decode(answer)
        except ValueError as error:
            raise not_a_completion(self.url, answer, str(error), self._transport.secrets) from None
        return self._transport.without_keys(text), finish, usage

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
            body = await self._transport.send(MODELS, None, timeout)
        except WireError as error:
            if error.status not in (404, 405, 501):
                raise
            self.models = None
            return
        self.models = _model_list(body)
        if self.models is None:
            raise not_a_completion(self.url, body, "no list of models", self._transport.secrets)

    async def load(self, timeout: float) -> Load | None:
        """The server's own queue from vLLM's ``/metrics``; None where it does not tell it now. Where it never
        will, ``tells_load`` is False from then on."""
        try:
            load = read_load(await self._transport.send(METRICS, None, timeout))
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


def choose(endpoints: Iterable[Endpoint], model: str) -> Endpoint | None:
    """The server to ask next: least in flight among those that serve ``model``, a resting one last; None
    when all are set aside."""
    now = monotonic()
    able = [e for e in endpoints if not e.down and e.serves(model)]
    return min(able, key=lambda e: (e.resting_until > now, e.in_flight), default=None)


def _model_list(body: bytes) -> dict[str, int | None] | None:
    try:
        rows = loads(body)["data"]
        return {clean(str(row["id"])): _length(row.get("max_model_len")) for row in rows}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _length(value: object) -> int | None:
    return value if isinstance(value, int) and value is not True and value > 0 else None
