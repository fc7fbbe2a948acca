"""A real HTTP server on loopback that answers as a test tells it to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest
from aiohttp import web

from trace_builder.config import ModelConfig, WireConfig
from trace_builder.llm.llm_client import LLMClient
from trace_builder.llm.types import ChatRequest


@dataclass
class Reply:
    """What one request gets. ``text`` is a good completion's answer; ``body`` replaces the whole body."""

    status: int = 200
    text: str | None = "fine"
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    reset: Literal["", "before", "during"] = ""
    finish: str = "stop"
    #: The reply waits for this event, however long it takes.
    until: asyncio.Event | None = None
    #: Bytes that follow on the connection a moment after the reply.
    stray: bytes = b""

    def content(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return json.dumps(self.body if self.body is not None else self._completion()).encode()

    def _completion(self) -> dict[str, Any]:
        return {
            "id": "x",
            "object": "chat.completion",
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": self.text},
                    "finish_reason": self.finish,
                }
            ],
            "usage": {
                "prompt_tokens": 11,
                "completion_tokens": 7,
                "prompt_tokens_details": {"cached_tokens": 5},
            },
        }


def error_body(message: str, **fields: Any) -> dict[str, Any]:
    """An error as vLLM words it."""
    return {"error": {"message": message, "type": "BadRequestError", "param": None, "code": 400} | fields}


class ScriptedServer:
    """Answers chat completions from ``script`` first, then by ``answer``; both may be changed at any time.

    Attributes:
        seen: the bodies of the chat completions, in the order of arrival.
        headers, queries: the headers and the addresses' parameters that came with them.
        most: the largest number of requests that were open at once.
    """

    def __init__(self, models: tuple[str, ...] = ("m",), *, key: str | None = None) -> None:
        self.models: tuple[str, ...] | None = models
        self.key = key
        self.script: list[Reply] = []
        self.answer: Callable[[dict[str, Any]], Reply] = lambda body: Reply()
        self.metrics: str | None = None
        self.seen: list[dict[str, Any]] = []
        self.headers: list[Mapping[str, str]] = []
        self.queries: list[Mapping[str, str]] = []
        self.lists = 0
        self.list_status = 200
        self.metric_reads = 0
        self.open = 0
        self.most = 0
        self.port = 0
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    async def __aenter__(self) -> ScriptedServer:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listens; on the port of last time, if it has been up before."""
        app = web.Application()
        app.router.add_post("/v1/chat/completions", self._chat)
        app.router.add_get("/v1/models", self._models)
        app.router.add_get("/metrics", self._metrics)
        self._runner = web.AppRunner(app, shutdown_timeout=0.01)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        if self.key is not None and request.headers.get("Authorization") != f"Bearer {self.key}":
            return web.json_response({"error": "Unauthorized"}, status=401)
        body = await request.json()
        self.seen.append(body)
        self.headers.append(request.headers)
        self.queries.append(dict(request.query))
        self.open += 1
        self.most = max(self.most, self.open)
        try:
            return await self._reply(request, self.script.pop(0) if self.script else self.answer(body))
        finally:
            self.open -= 1

    async def _reply(self, request: web.Request, reply: Reply) -> web.StreamResponse:
        if reply.delay:
            await asyncio.sleep(reply.delay)
        if reply.until is not None:
            await reply.until.wait()
        content = reply.content()
        response = web.StreamResponse(status=reply.status, headers=dict(reply.headers))
        response.content_type = "application/json"
        response.content_length = len(content)
        with suppress(ConnectionError):
            if reply.reset == "before":
                _cut(request)
            await response.prepare(request)
            if reply.reset == "during":
                await response.write(content[: len(content) // 2])
                _cut(request)
            await response.write(content)
            if reply.stray and (transport := request.transport) is not None:
                asyncio.get_running_loop().call_later(0.02, transport.write, reply.stray)
        return response

    async def _models(self, request: web.Request) -> web.Response:
        self.lists += 1
        if self.key is not None and request.headers.get("Authorization") != f"Bearer {self.key}":
            return web.json_response({"error": "Unauthorized"}, status=401)
        if self.list_status != 200:
            return web.json_response({"detail": "no"}, status=self.list_status)
        if self.models is None:
            return web.json_response({"detail": "Not Found"}, status=404)
        rows = [{"id": name, "object": "model", "max_model_len": 4096} for name in self.models]
        return web.json_response({"object": "list", "data": rows})

    async def _metrics(self, request: web.Request) -> web.Response:
        self.metric_reads += 1
        if self.metrics is None:
            return web.Response(status=404)
        return web.Response(text=self.metrics)


def _cut(request: web.Request) -> None:
    assert request.transport is not None
    request.transport.abort()


def make_client(*servers: ScriptedServer, model: str = "m", **wire: Any) -> LLMClient:
    """A client of one model over these servers, impatient enough for tests."""
    settings: dict[str, Any] = {"backoff": 0.001, "backoff_max": 0.002, "outage_limit": 30.0, **wire}
    config = ModelConfig(name=model, base_urls=tuple(s.url for s in servers), structured="json_schema")
    return LLMClient({"default": config}, WireConfig(**settings), probe_interval=0.02, probe_timeout=5.0)


def make_request(text: str = "hello", **fields: Any) -> ChatRequest:
    values: dict[str, Any] = {
        "client": "default",
        "model": "m",
        "messages": (("user", text),),
        "seed": 1,
        "max_tokens": 16,
    }
    return ChatRequest(**(values | fields))


async def until(condition: Callable[[], object]) -> None:
    """Returns when ``condition`` holds, which it must come to."""
    for _ in range(20_000):
        if condition():
            return
        await asyncio.sleep(0.001)
    raise AssertionError("it never came about")


class Kit:
    """What the tests of this folder work with."""

    Server = ScriptedServer
    Reply = Reply
    error = staticmethod(error_body)
    client = staticmethod(make_client)
    request = staticmethod(make_request)
    until = staticmethod(until)


@pytest.fixture
def kit() -> Kit:
    return Kit()
