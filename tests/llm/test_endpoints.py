"""What a server is sent, and what of its answers' wrappings is undone."""

from __future__ import annotations

import asyncio
import base64
import gzip
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import openai
import pytest

from trace_builder.config import ModelConfig, WireConfig
from trace_builder.errors import StoppedError
from trace_builder.llm.llm_client import LLMClient
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
    assert ours["Accept-Encoding"] == "gzip"  # the one packing that is unpacked under a limit
    varying = {"Host", "Content-Length", "Connection", "Accept-Encoding"}
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


def test_what_comes_on_an_idle_connection_is_no_answer_to_the_next_question(kit: Any) -> None:
    other = kit.Reply(text="to another question").content()
    stray = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(other), other)

    async def run() -> None:
        async with kit.Server() as server, kit.client(server) as client:
            for late in (stray, b"x", b""):
                server.script = [kit.Reply(stray=late)]
                await client.complete(kit.request())
                await asyncio.sleep(0.1)
                answer = await client.complete(kit.request())
                assert (answer.text, answer.retries) == ("fine", 0)

    asyncio.run(run())


def test_no_key_follows_a_redirect(kit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-planted-0123456789")

    async def run() -> None:
        async with kit.Server() as old, kit.Server() as new, kit.client(old) as client:
            old.script = [kit.Reply(status=307, headers={"Location": f"{new.url}/chat/completions"})]
            await client.complete(kit.request())
            assert "Authorization" in old.headers[0]
            assert "Authorization" not in new.headers[0]

    asyncio.run(run())


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Location": ""},
        {"Location": "//"},
        {"Location": "http://[::1"},
        {"Location": "ftp://127.0.0.1/"},
        {"Location": "http://user:pw@127.0.0.1:1/"},
        {"Location": "\x7f"},
        {"Location": "/v1/chat/completions"},
        {"Location": "http://127.0.0.1:1/" + "x" * 7000},
    ],
)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_that_leads_nowhere_is_the_servers_fault(
    kit: Any, status: int, headers: dict[str, str]
) -> None:
    async def run() -> None:
        async with kit.Server() as server, kit.client(server, retries=8) as client:
            server.script = [kit.Reply(status=status, headers=headers)] * 6
            assert (await client.complete(kit.request())).text == "fine"

    asyncio.run(run())


def test_user_and_password_of_an_address_are_sent_in_the_header_and_shown_nowhere(kit: Any) -> None:
    user, password = "me", "p@ss:w/rd-é"
    told = base64.b64encode(f"{user}:{password}".encode()).decode()

    async def run() -> None:
        async with kit.Server() as server:
            url = server.url.replace("//", f"//{user}:p@ss:w%2Frd-%C3%A9@")
            config = ModelConfig(name="m", base_urls=(url,), structured="text")
            async with LLMClient({"default": config}, WireConfig(retries=0)) as client:
                await client.prepare()
                server.script = [kit.Reply(text=f"you are {user}:{password}, {told}")]
                answer = await client.complete(kit.request())
                server.script = [kit.Reply(status=400, body=kit.error(f"{url} {user}:{password} {told}"))]
                with pytest.raises(WireError) as caught:
                    await client.complete(kit.request())
                shown = f"{answer} {caught.value} {client.snapshot()}"
            assert server.headers[0]["Authorization"] == f"Basic {told}"
            assert answer.server == server.url
            for secret in ("p@ss", "rd-", told.rstrip("=")):
                assert secret not in shown

    asyncio.run(run())


def test_a_key_in_an_addresss_query_is_sent_and_shown_nowhere(kit: Any) -> None:
    async def run() -> None:
        async with kit.Server() as server:
            url = f"{server.url}?api_key=planted-0123456789&v=2"
            config = ModelConfig(name="m", base_urls=(url,), structured="text")
            async with LLMClient({"default": config}, WireConfig(retries=0)) as client:
                await client.prepare()
                server.script = [kit.Reply(text="?api_key=planted-0123456789 planted-0123456789")]
                answer = await client.complete(kit.request())
            assert "planted" not in f"{answer} {client.snapshot()}"
            assert server.queries[-1] == {"api_key": "planted-0123456789", "v": "2"}

    asyncio.run(run())


def test_when_no_more_files_can_be_opened_the_run_stops_and_no_record_fails(kit: Any) -> None:
    async def run() -> None:
        async with kit.Server() as server, kit.client(server) as client:
            soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
            lowest_free = os.dup(0)
            os.close(lowest_free)
            resource.setrlimit(resource.RLIMIT_NOFILE, (lowest_free, hard))
            try:
                with pytest.raises(StoppedError, match="file descriptors"):
                    await client.complete(kit.request())
            finally:
                resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            assert (await client.complete(kit.request())).text == "fine"

    asyncio.run(run())


_FAULTS_THAT_IMPORT_NOTHING = """
import asyncio, sys
sys.path.insert(0, sys.argv[1])
from conftest import ScriptedServer, Reply, make_client, make_request

async def main():
    async with ScriptedServer() as server, make_client(server, retries=20, timeout=2.0) as client:
        await client.prepare()
        before = set(sys.modules)
        await client.complete(make_request())
        server.script = [Reply(status=429, headers={"Retry-After": "0"}), Reply(status=500, body=b"<html>"),
                         Reply(status=302), Reply(reset="before"), Reply(reset="during"), Reply(body=b""),
                         Reply(delay=3.0), Reply(headers={"Content-Encoding": "gzip"}), Reply(finish="error"),
                         Reply(status=307, headers={"Location": "http://127.0.0.1:1/"}), Reply(status=404)]
        await client.complete(make_request())
        await server.stop()
        asking = asyncio.ensure_future(client.complete(make_request()))
        while client.snapshot().paused_for is None:
            await asyncio.sleep(0.01)
        await server.start()
        await asking
        ours = {name for name in set(sys.modules) - before if "aiohttp.web" not in name}
        print(sorted(ours))

asyncio.run(main())
"""


def test_no_fault_makes_anything_be_imported() -> None:
    """An import opens files: the one on the path of a retry fails just when files have run out."""
    command = [sys.executable, "-c", _FAULTS_THAT_IMPORT_NOTHING, str(Path(__file__).parent)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert ended.stdout == "[]\n", ended.stdout + ended.stderr


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
