"""What a server is sent, and what of its answers' wrappings is undone."""

from __future__ import annotations

import asyncio
import gzip
from typing import Any

import openai
import pytest

from trace_builder.llm.types import ChatAnswer, WireError


def ask(kit: Any, reply: Any) -> tuple[ChatAnswer, Any]:
    """One request; returns the answer and the server."""

    async def run() -> tuple[ChatAnswer, Any]:
        async with kit.Server() as server, kit.client(server) as client:
            server.script = [reply]
            return await client.complete(kit.request()), server

    return asyncio.run(run())


def test_a_question_looks_as_the_sdk_would_send_it(kit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-1")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-1")
    _, server = ask(kit, kit.Reply())
    ours = dict(server.headers[0])

    async def by_the_sdk() -> dict[str, str]:
        async with kit.Server() as other:
            http = openai.DefaultAioHttpClient()
            async with openai.AsyncOpenAI(base_url=other.url, http_client=http) as sdk:
                await sdk.chat.completions.create(model="m", messages=[{"role": "user", "content": "x"}])
            return dict(other.headers[0])

    theirs = asyncio.run(by_the_sdk())
    varying = {"Host", "Content-Length", "Connection"}
    assert ours.keys() - varying == {
        name for name in theirs.keys() - varying if not name.lower().startswith("x-stainless")
    }
    assert {name: ours[name] for name in ours.keys() - varying} == {
        name: theirs[name] for name in ours.keys() - varying
    }


def test_a_packed_answer_is_unpacked(kit: Any) -> None:
    body = gzip.compress(kit.Reply(text="packed").content())
    answer, _ = ask(kit, kit.Reply(body=body, headers={"Content-Encoding": "gzip"}))
    assert answer.text == "packed"


def test_a_question_follows_its_server_to_another_address(kit: Any) -> None:
    async def run() -> None:
        async with kit.Server() as old, kit.Server() as new, kit.client(old) as client:
            where = {"Location": f"{new.url}/chat/completions"}
            old.script = [kit.Reply(status=307, headers=where)]
            assert (await client.complete(kit.request())).text == "fine"
            assert new.seen == old.seen

    asyncio.run(run())


@pytest.mark.parametrize(
    "body",
    [
        b'{"error":{"message":"\\ud83d","param":"input_tokens"}}',
        b'{"error":{"message":"too long","code":"context_length_exceeded"}}',
        b"this model's maximum context length is 4096 tokens",
    ],
)
def test_an_overflow_is_seen_in_any_body(kit: Any, body: bytes) -> None:
    with pytest.raises(WireError) as caught:
        ask(kit, kit.Reply(status=400, body=body))
    assert caught.value.kind == "context_overflow"
