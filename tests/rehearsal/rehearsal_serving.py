"""A rehearsal server inside the test's event loop, with a model whose answers the test knows."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from trace_builder.config import RehearsalConfig
from trace_builder.rehearsal.server.server import RehearsalServer
from trace_builder.rehearsal.server.server_options import ServerOptions

VERDICTS = {f"c{n}": {"reasoning": "It holds.", "score": 10} for n in (1, 2, 3)}


class Parrot:
    """Answers with one fixed text, whatever it is asked."""

    def __init__(self, text: str = json.dumps(VERDICTS)) -> None:
        self.text = text

    def answer(self, body: Mapping[str, Any]) -> str:
        return self.text


def chat(*texts: str, **fields: Any) -> dict[str, Any]:
    """A request whose first message is the system's."""
    roles = ["system", *["user"] * (len(texts) - 1)]
    messages = [{"role": role, "content": text} for role, text in zip(roles, texts, strict=True)]
    return {"model": "rehearsal", "messages": messages, **fields}


@asynccontextmanager
async def serving(model: Parrot | None = None, **options: Any) -> AsyncIterator[RehearsalServer]:
    drill = {key: options.pop(key) for key in list(options) if key in RehearsalConfig.model_fields}
    settings = ServerOptions.model_validate({"drill": drill, **options})
    server = RehearsalServer(settings, (model or Parrot()).answer)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


@dataclass(frozen=True)
class Got:
    status: int
    headers: Mapping[str, str]
    raw: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.raw)

    @property
    def text(self) -> str:
        return str(self.json["choices"][0]["message"]["content"])

    @property
    def finish(self) -> str:
        return str(self.json["choices"][0]["finish_reason"])


Send = Callable[..., Awaitable[Got]]


@asynccontextmanager
async def client(server: RehearsalServer, **settings: Any) -> AsyncIterator[Send]:
    """A function that posts a chat request, or whatever ``data`` holds, to the server."""
    async with aiohttp.ClientSession(**settings) as session:

        async def send(body: Any = None, path: str = "/chat/completions", **request: Any) -> Got:
            method = "GET" if body is None and "data" not in request else "POST"
            url = path if path.startswith("http") else server.base_url + path
            async with session.request(method, url, json=body, **request) as response:
                return Got(response.status, response.headers.copy(), await response.read())

        yield send
