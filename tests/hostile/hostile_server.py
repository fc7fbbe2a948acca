"""A server that speaks HTTP badly on purpose: bytes on a socket, with nothing between that would mend them.

Behind it sits the rehearsal's own model, so that what is not spoilt is a sensible answer. What is spoilt, and
how, is data: a ``Reply`` says how an answer is sent, and a rule says which requests get it.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import copy
import hashlib
import json
import socket
import struct
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

MODEL = "hostile-model"
Body = dict[str, Any]


@cache
def _model() -> Any:
    from trace_builder.rehearsal.rule_model import RuleModel

    return RuleModel(seed=1)


def sensible_answer(body: Body) -> str:
    """The rehearsal model's answer to a chat completion request: the one place that knows that model."""
    return str(_model().answer(body))


@dataclass(frozen=True)
class Question:
    """One request. ``nth`` counts the requests of its kind from 1, ``again`` how often these same bytes came
    before; ``good`` makes the sensible answer's body."""

    nth: int
    again: int
    headers: dict[str, str]
    body: Body
    good: Callable[[], Any]


@dataclass(frozen=True)
class Reply:
    """How an answer is sent: a good one, but for what is set here.

    Attributes:
        status: the status line's number, or all that follows the version.
        headers: added, or put in the place of ours; None leaves one out.
        body: the body, or what makes it of the good one; JSON values are written as JSON.
        text: what the good answer's text becomes.
        raw: the whole message instead, head and body.
        before: bytes ahead of the message.
        share: of the message's bytes, how much is sent.
        pieces: parts it is sent in, ``pause`` seconds between two.
        delay: seconds before the first byte.
        repeat: how often the body is sent.
        then: what becomes of the connection.
        behind: bytes that follow the message at once.
    """

    status: int | str = 200
    headers: dict[str, str | None] = field(default_factory=dict)
    body: Any = None
    text: Callable[[str], str] | None = None
    raw: bytes | None = None
    before: bytes = b""
    share: float = 1.0
    pieces: int = 1
    pause: float = 0.0
    delay: float = 0.0
    repeat: int = 1
    then: str = "keep"
    behind: bytes = b""

    def message(self, question: Question) -> bytes:
        if self.raw is not None:
            return self.raw
        body = self.content(question) * self.repeat
        named = {"Content-Type": "application/json", "Content-Length": str(len(body)), **self.headers}
        status = f"{self.status} Whatever" if isinstance(self.status, int) else self.status
        head = [f"HTTP/1.1 {status}", *(f"{k}: {v}" for k, v in named.items() if v is not None)]
        return "\r\n".join([*head, "", ""]).encode("utf-8", "surrogateescape") + body

    def content(self, question: Question) -> bytes:
        made = self.body
        if made is None or callable(made):
            good = copy.deepcopy(question.good())
            if self.text is not None:
                message = good["choices"][0]["message"]
                message["content"] = self.text(message["content"])
            made = good if made is None else made(good)
        if isinstance(made, str):
            return made.encode("utf-8", "surrogatepass")
        return made if isinstance(made, bytes) else json.dumps(made).encode()


#: Whether a request gets the bad reply.
Rule = Callable[[Question], bool]


def once(question: Question) -> bool:
    """Each question the first time it comes."""
    return question.again == 0


def always(question: Question) -> bool:
    return True


def first(count: int) -> Rule:
    return lambda question: question.nth <= count


def after(count: int) -> Rule:
    return lambda question: question.nth > count


def every(count: int) -> Rule:
    return lambda question: question.nth % count == 0


def about(*names: str) -> Rule:
    """Questions whose answer's schema has one of these names."""

    def asked(question: Question) -> bool:
        schema = (question.body.get("response_format") or {}).get("json_schema") or {}
        return schema.get("name") in names

    return asked


@dataclass(frozen=True)
class Manners:
    """How a server behaves. ``on`` is what is spoilt: "chat", "models" or "metrics"; ``requires`` is the
    Authorization header without which everything is answered 401; ``delay`` is what a good answer takes,
    in seconds."""

    reply: Reply = field(default_factory=Reply)
    when: Rule = lambda question: False
    on: str = "chat"
    requires: str | None = None
    delay: float = 0.0


class HostileServer:
    """One port and its manners, which may be changed at any time.

    Attributes:
        asked: how many requests of each kind came.
        keys: the Authorization headers that came.
    """

    def __init__(self, manners: Manners) -> None:
        self.manners = manners
        self.asked: Counter[str] = Counter()
        self.keys: set[str] = set()
        self.port = 0
        self._seen: Counter[bytes] = Counter()
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, limit=1 << 24)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while await self._one(reader, writer):
                pass
        writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first_line, *lines = head.split("\r\n")
        headers = {k.strip().lower(): v.strip() for k, _, v in (line.partition(":") for line in lines)}
        raw = await reader.readexactly(int(headers.get("content-length", 0)))
        kind, good = self._kind(first_line.split()[1].partition("?")[0], raw)
        self.asked[kind] += 1
        digest = hashlib.sha256(kind.encode() + raw).digest()
        again = self._seen[digest]
        self._seen[digest] += 1
        self.keys.add(headers.get("authorization", ""))
        body = json.loads(raw) if raw else {}
        question = Question(self.asked[kind], again, headers, body, good)
        manners = self.manners
        if kind == "chat" and manners.delay:
            await asyncio.sleep(manners.delay)
        if manners.requires is not None and headers.get("authorization") != manners.requires:
            told = headers.get("authorization", "")
            return await send(
                Reply(401, body={"error": {"message": f"not {told}", "code": 401}}), question, writer
            )
        bad = kind == manners.on and manners.when(question)
        return await send(manners.reply if bad else Reply(), question, writer)

    def _kind(self, path: str, raw: bytes) -> tuple[str, Callable[[], Any]]:
        if path.endswith("/models"):
            return "models", lambda: {"object": "list", "data": [{"id": MODEL, "max_model_len": 32768}]}
        if path.endswith("/metrics"):
            return (
                "metrics",
                lambda: 'vllm:num_requests_running 1.0\nvllm:num_requests_waiting 0.0\nvllm:other{a="b"} 1\n',
            )
        return "chat", lambda: completion(json.loads(raw))


def completion(body: Body) -> Body:
    """A good answer to a chat completion request, as vLLM writes it."""
    message = {"role": "assistant", "content": sensible_answer(body)}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "model": MODEL,
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
    }


async def send(reply: Reply, question: Question, writer: asyncio.StreamWriter) -> bool:
    """Sends a reply; returns whether the connection goes on."""
    await asyncio.sleep(reply.delay)
    whole = reply.before + reply.message(question)
    whole = whole[: int(len(whole) * reply.share)] + reply.behind
    step = -(-len(whole) // reply.pieces) or 1
    for start in range(0, len(whole), step):
        writer.write(whole[start : start + step])
        await writer.drain()
        if reply.pause:
            await asyncio.sleep(reply.pause)
    if reply.then == "hang":
        await asyncio.sleep(3600)
    if reply.then == "reset":
        held = writer.get_extra_info("socket")
        held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
    return reply.then == "keep"


def basic(told: str) -> str:
    """The Authorization header of ``user:password``."""
    return "Basic " + base64.b64encode(told.encode()).decode()


class Loop:
    """An event loop in a thread of its own, for servers that answer while a test waits for a command."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def do(self, work: Awaitable[None]) -> None:
        async def whole() -> None:
            await work

        asyncio.run_coroutine_threadsafe(whole(), self._loop).result(30)

    def leave(self, server: HostileServer, seconds: float) -> None:
        """Closes a server's port for a while; to be called from the loop."""

        async def away() -> None:
            await server.stop()
            await asyncio.sleep(seconds)
            await server.start()

        self._away = self._loop.create_task(away())

    @contextmanager
    def serving(self, manners: Manners) -> Iterator[HostileServer]:
        server = HostileServer(manners)
        self.do(server.start())
        try:
            yield server
        finally:
            self.do(server.stop())
