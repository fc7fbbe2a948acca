"""What is found out, and refused, before the first record."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from trace_builder.config import ModelConfig, WireConfig
from trace_builder.errors import InputError, StoppedError
from trace_builder.llm.llm_client import LLMClient


def prepared(kit: Any, server: Any, **model: Any) -> LLMClient:
    """A client prepared against this server (and closed again)."""

    async def run() -> LLMClient:
        async with server:
            values: dict[str, Any] = {"name": "m", "base_urls": (server.url,)} | model
            wire = WireConfig(backoff=0.001, backoff_max=0.002)
            client = LLMClient({"default": ModelConfig(**values)}, wire)
            async with client:
                await client.prepare()
                assert client.context_length("default") == (4096 if server.models else None)
            return client

    return asyncio.run(run())


def test_a_model_that_is_not_offered(kit: Any) -> None:
    server = kit.Server(models=("b-model", "a-model"))
    server.answer = lambda body: kit.Reply(status=404, body=kit.error("no", param="model", code=404))
    with pytest.raises(InputError, match=r"does not offer the model 'm'; it offers a-model, b-model$"):
        prepared(kit, server)


def test_an_alias_that_the_list_leaves_out_is_taken(kit: Any) -> None:
    server = kit.Server(models=("m-2026-01-01",))

    async def run() -> None:
        async with server, kit.client(server) as client:
            await client.prepare()
            assert (await client.complete(kit.request())).text == "fine"

    asyncio.run(run())


def test_a_server_without_a_list_of_models(kit: Any) -> None:
    server = kit.Server()
    server.models = None
    prepared(kit, server, structured="text")


def test_an_address_with_nothing_behind_it(kit: Any) -> None:
    async def run() -> None:
        async with kit.Server() as server:
            server.models = None
            config = ModelConfig(name="m", base_urls=(server.url.removesuffix("/v1"),))
            async with LLMClient({"default": config}, WireConfig()) as client:
                with pytest.raises(InputError, match="usually with /v1"):
                    await client.prepare()

    asyncio.run(run())


@pytest.mark.parametrize("key", ["sk-wrong-key-12345", None])
def test_a_key_that_is_refused(kit: Any, monkeypatch: pytest.MonkeyPatch, key: str | None) -> None:
    monkeypatch.delenv("MY_KEY", raising=False)
    if key:
        monkeypatch.setenv("MY_KEY", key)
    with pytest.raises(InputError, match="MY_KEY") as caught:
        prepared(kit, kit.Server(key="sk-right"), api_key_env="MY_KEY")
    assert "401" in str(caught.value)
    assert not key or key not in str(caught.value)


def test_a_server_that_is_not_up_is_waited_for(kit: Any) -> None:
    async def run() -> None:
        server = kit.Server()
        await server.start()
        await server.stop()
        async with kit.client(server) as client:
            ready = asyncio.ensure_future(client.prepare())
            await kit.until(lambda: client.snapshot().paused_for is not None)
            assert not ready.done()
            await server.start()
            await ready
            assert client.context_length("default") == 4096
        await server.stop()

    asyncio.run(run())


def test_a_server_that_never_comes_up_stops_the_run(kit: Any) -> None:
    async def run() -> None:
        server = kit.Server()
        await server.start()
        await server.stop()
        async with kit.client(server, outage_limit=0.1) as client:
            with pytest.raises(StoppedError, match="no server answered"):
                await client.prepare()

    asyncio.run(run())


def _schema_server(kit: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda body: kit.Reply(
        text='{"mood": "kind"}' if body.get("response_format", {}).get("type") == "json_schema" else "Hi!"
    )


def _spoiling(kit: Any) -> Callable[[dict[str, Any]], Any]:
    """Takes schemas, but the first answers come out spoilt."""
    return lambda body: kit.Reply(text='{"mood": "kind"}' if body["seed"] >= 3 else "```oops")


def _unsupported(kit: Any) -> Callable[[dict[str, Any]], Any]:
    def answer(body: dict[str, Any]) -> Any:
        if body["response_format"]["type"] == "json_schema":
            return kit.Reply(status=400, body=kit.error("unknown response_format", param="response_format"))
        return kit.Reply(text='{"greeting": "hello"}')

    return answer


def _refusing(kit: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda body: kit.Reply(status=400 if "response_format" in body else 200, body=kit.error("no"))


@pytest.mark.parametrize(
    ("answer", "mode"),
    [
        (_schema_server, "json_schema"),
        (_spoiling, "json_schema"),
        (lambda kit: lambda body: kit.Reply(text="  \n ", finish="length"), "json_schema"),
        (_unsupported, "json_object"),
        (_refusing, "text"),
        (lambda kit: lambda body: kit.Reply(text="Hello there!"), "text"),
    ],
)
def test_how_a_server_gives_structure_is_found_out(kit: Any, answer: Any, mode: str) -> None:
    server = kit.Server()
    server.answer = answer(kit)
    assert prepared(kit, server).mode("default") == mode


def test_a_configured_mode_is_not_questioned(kit: Any) -> None:
    server = kit.Server()
    assert prepared(kit, server, structured="json_object").mode("default") == "json_object"
    assert not server.seen


def test_models_with_the_same_servers_share_one_limit(kit: Any) -> None:
    async def run() -> None:
        async with kit.Server(models=("m", "judge")) as server, kit.Server(models=("x",)) as other:
            models = {
                "default": ModelConfig(name="m", base_urls=(server.url,), structured="text"),
                "judge": ModelConfig(name="judge", base_urls=(server.url,), structured="text"),
                "third": ModelConfig(name="x", base_urls=(other.url,), structured="text"),
            }
            async with LLMClient(models, WireConfig(concurrency=8, start=8)) as client:
                await client.prepare()
                assert client.snapshot().limit == 16
                await client.complete(kit.request(client="judge", model="judge"))
                await client.complete(kit.request(client="third", model="x"))
                assert [b["model"] for b in server.seen + other.seen] == ["judge", "x"]

    asyncio.run(run())


@pytest.mark.parametrize("key", ["sk-ключ", "sk-\x01abc", "sk-a\nb"])
def test_a_key_that_no_header_takes(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", key)

    async def run() -> None:
        async with LLMClient({"default": ModelConfig()}, WireConfig()):
            pass

    with pytest.raises(InputError, match="OPENAI_API_KEY") as caught:
        asyncio.run(run())
    assert key not in str(caught.value)


def test_a_keys_line_end_is_not_part_of_it(kit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-right\n")
    prepared(kit, kit.Server(key="sk-right"), structured="text")


def test_a_proxy_for_the_world_outside_is_not_asked_for_this_machine(
    kit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    prepared(kit, kit.Server(), structured="text")


@pytest.mark.parametrize(("status", "error"), [(401, InputError), (500, StoppedError)])
def test_a_server_that_lists_and_does_not_answer(kit: Any, status: int, error: type[Exception]) -> None:
    """A 500 to everything is an outage, which is waited for; here no longer than a moment."""

    async def run() -> None:
        async with kit.Server() as server:
            server.answer = lambda body: kit.Reply(status=status)
            config = ModelConfig(name="m", base_urls=(server.url,))
            wire = WireConfig(backoff=0.001, backoff_max=0.002, outage_limit=0.2, retries=2)
            async with LLMClient({"default": config}, wire, probe_interval=0.02) as client:
                with pytest.raises(error):
                    await client.prepare()

    asyncio.run(run())
