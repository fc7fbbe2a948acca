"""What crosses the wire: a request, an answer, and the one error everything that goes wrong becomes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

FinishReason = Literal["stop", "length", "content_filter", "other"]

#: How structure is asked for.
Mode = Literal["json_schema", "json_object", "text"]

ErrorKind = Literal[
    "connection",  # refused, reset, cut in the body, not HTTP
    "timeout",
    "rate_limited",  # 429
    "server_error",  # 3xx, 408 and its like, 5xx, a body that is no whole answer of the API
    "oversized",  # an answer larger than any model writes
    "context_overflow",  # the prompt does not fit the model
    "bad_request",  # 400, 422: this request will never pass
    "auth",  # 401, 402, 403
    "unknown_model",  # 404 on the model
    "access_lost",  # one of these from servers that have answered before
    "outage",  # no server answered within the outage limit
]

#: What may pass when it is sent again.
RETRYABLE: frozenset[ErrorKind] = frozenset(
    {"connection", "timeout", "rate_limited", "server_error", "oversized", "access_lost"}
)


@dataclass(frozen=True, slots=True)
class Usage:
    """Token counts as the server reports them; ``cached`` is the part of ``prompt`` its cache served."""

    prompt: int = 0
    cached: int = 0
    completion: int = 0


@dataclass(frozen=True)
class ChatRequest:
    """One chat completion to ask for.

    ``max_tokens`` is left out of ``key``: a larger limit does not change an answer that ended by itself.
    ``sample`` tells apart repeated questions; ``model`` is the name the server knows, ``client`` the name of
    the model entry in the config, which decides where the request goes.
    """

    client: str
    model: str
    messages: tuple[tuple[str, str], ...]
    seed: int
    max_tokens: int
    sampling: tuple[tuple[str, float], ...] = ()
    schema_name: str | None = None
    schema: str | None = None  # canonical JSON text
    sample: int = 0
    #: How structure is asked for; the text modes carry the schema in the messages.
    mode: Literal["json_schema", "json_object", "text"] = "json_schema"
    #: Sent in the body as they are, such as vLLM's own options; canonical JSON text.
    extra: str | None = None

    @cached_property
    def key(self) -> str:
        """32 hex digits over everything that shapes the answer."""
        parts = [
            self.model,
            self.messages,
            self.seed,
            self.sampling,
            self.schema,
            self.sample,
            self.mode,
            self.extra,
        ]
        text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class ChatAnswer:
    """What a server answered. ``text`` is as received, ``<think>`` sections included, but for a key of ours
    and for lone surrogates, which no file takes; ``latency`` is seconds
    from sending to the last byte, without the wait for a free slot; ``retries`` counts the sends that failed
    before this one."""

    text: str
    finish_reason: FinishReason
    usage: Usage = field(default_factory=Usage)
    latency: float = 0.0
    retries: int = 0
    server: str = ""
    max_tokens: int = 0


class WireError(Exception):
    """Anything that kept a request from being answered. Decisions rest on ``kind``, never on the text."""

    def __init__(
        self,
        kind: ErrorKind,
        message: str,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        details: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.status = status
        self.retry_after = retry_after
        self.details = details or {}

    @property
    def retryable(self) -> bool:
        return self.kind in RETRYABLE


@dataclass(frozen=True, slots=True)
class ServerSnapshot:
    """One server at one moment. ``state`` is "up", "suspect" (failing, being looked at) or "down" (set aside
    until a probe succeeds)."""

    url: str
    state: Literal["up", "suspect", "down"]
    in_flight: int


@dataclass(frozen=True, slots=True)
class FaultCount:
    """How often sends ended in one kind of fault, and what the latest said."""

    kind: ErrorKind
    count: int
    latest: str


@dataclass(frozen=True, slots=True)
class WireSnapshot:
    """The wire at one moment, for the progress line. ``limit`` is what may be in flight now; ``waiting`` asks
    for a place; ``retries`` counts the sends that were made again; ``faults`` has the most frequent first.
    During an outage ``paused_for`` is how many seconds it lasts so far and ``stops_in`` how many are left
    before the run stops; None otherwise."""

    in_flight: int
    limit: int
    waiting: int
    servers: tuple[ServerSnapshot, ...]
    retries: int
    faults: tuple[FaultCount, ...] = ()
    paused_for: float | None = None
    stops_in: float | None = None
