"""The client against a real vLLM: what it sends is understood, and what comes back is read for what it is."""

from __future__ import annotations

import asyncio
import json
import re
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import jsonschema
import pytest
from vllm_server import KEY_VARIABLE, LENGTH, NAME, VllmServer

from trace_builder.config import ModelConfig, WireConfig
from trace_builder.errors import InputError
from trace_builder.llm.llm_client import LLMClient
from trace_builder.llm.schema import schema_text
from trace_builder.llm.structured import parse
from trace_builder.llm.types import ChatRequest, WireError
from trace_builder.stages.common.answer_schemas import Reply

pytestmark = [pytest.mark.vllm, pytest.mark.anyio]

SYSTEM = "You write short notes about gardens, one fact at a time, and you never repeat yourself. " * 10


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@asynccontextmanager
async def client(server: VllmServer, name: str = NAME, **wire: object) -> AsyncIterator[LLMClient]:
    model = ModelConfig(name=name, base_urls=(server.base_url,), api_key_env=KEY_VARIABLE)
    async with LLMClient({"default": model}, WireConfig.model_validate({"outage_limit": 0, **wire})) as made:
        yield made


def request(
    user: str, seed: int = 0, *, max_tokens: int = 64, want: type[Reply] | None = None, name: str = NAME
) -> ChatRequest:
    return ChatRequest(
        client="default",
        model=name,
        messages=(("system", SYSTEM), ("user", user)),
        seed=seed,
        max_tokens=max_tokens,
        sampling=(("temperature", 0.9), ("top_p", 0.95)),
        schema_name=want.__name__ if want else None,
        schema=schema_text(want) if want else None,
    )


def metrics(server: VllmServer) -> dict[str, float]:
    with urllib.request.urlopen(f"{server.root}/metrics", timeout=10) as answer:
        page = answer.read().decode()
    return {
        name: float(value) for name, value in re.findall(r"^vllm:(\w+)\{[^}]*\} (\S+)$", page, re.MULTILINE)
    }


async def test_it_says_what_it_serves_and_how_long_a_context_it_takes(vllm: VllmServer) -> None:
    async with client(vllm) as llm:
        await llm.prepare()
        assert llm.mode("default") == "json_schema"
        assert llm.context_length("default") == LENGTH


@pytest.mark.parametrize("want", Reply.__subclasses__(), ids=lambda want: want.__name__)
async def test_every_schema_is_obeyed(vllm: VllmServer, want: type[Reply]) -> None:
    asked = [request(f"Note {seed}.", seed, max_tokens=1024, want=want) for seed in range(12)]
    async with client(vllm) as llm:
        answers = await asyncio.gather(*(llm.complete(one) for one in asked))
    whole = [answer.text for answer in answers if answer.finish_reason == "stop"]
    assert len(whole) >= 6, "a model that hardly ever ends proves nothing"
    for text in whole:
        value = json.loads(text)
        jsonschema.validate(value, json.loads(schema_text(want)))
        assert list(value) == list(want.model_fields), "the order of the fields is the order of generation"
        parse(text, want)


async def test_an_answer_cut_off_says_so(vllm: VllmServer) -> None:
    async with client(vllm) as llm:
        answer = await llm.complete(request("A long note.", max_tokens=1))
    assert (answer.finish_reason, answer.usage.completion) == ("length", 1)


async def test_the_same_seed_gives_the_same_answer_and_another_seed_another(vllm: VllmServer) -> None:
    async with client(vllm) as llm:
        first = [(await llm.complete(request("Roses.", seed))).text for seed in range(6)]
        again = [(await llm.complete(request("Roses.", seed))).text for seed in range(6)]
    assert first == again
    assert len(set(first)) > 1


async def test_a_prompt_that_is_too_long_is_a_context_overflow(vllm: VllmServer) -> None:
    async with client(vllm) as llm:
        with pytest.raises(WireError) as caught:
            await llm.complete(request("x y z " * LENGTH))
    assert (caught.value.kind, caught.value.status) == ("context_overflow", 400)


async def test_a_prompt_that_leaves_less_than_max_tokens_is_answered(vllm: VllmServer) -> None:
    async with client(vllm) as llm:
        answer = await llm.complete(request("Short.", max_tokens=LENGTH))
    assert answer.usage.prompt + answer.usage.completion <= LENGTH


async def test_an_unknown_model_stops_everything_and_names_what_is_there(vllm: VllmServer) -> None:
    async with client(vllm, name="no-such-model") as llm:
        with pytest.raises(InputError, match=NAME):
            await llm.prepare()
    async with client(vllm) as llm:
        with pytest.raises(WireError) as caught:
            await llm.complete(request("Hi.", name="no-such-model"))
    assert caught.value.kind == "unknown_model"


async def test_a_wrong_key_stops_everything_and_is_not_shown(
    vllm: VllmServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "a-wrong-secret")
    async with client(vllm) as llm:
        with pytest.raises(InputError) as stopped:
            await llm.prepare()
    async with client(vllm) as llm:
        with pytest.raises(WireError) as caught:
            await llm.complete(request("Hi."))
    assert caught.value.kind == "auth"
    assert "a-wrong-secret" not in f"{stopped.value} {caught.value}"


async def test_a_schema_the_grammar_does_not_take_is_a_bad_request(vllm: VllmServer) -> None:
    schema = {"type": "array", "items": {"type": "string"}, "uniqueItems": True}
    asked = request("Hi.")
    odd = ChatRequest(**{**asked.__dict__, "schema_name": "odd", "schema": json.dumps(schema)})
    async with client(vllm) as llm:
        with pytest.raises(WireError) as caught:
            await llm.complete(odd)
    assert (caught.value.kind, caught.value.status) == ("bad_request", 400)


async def test_the_prefix_cache_serves_what_prompts_share(vllm: VllmServer) -> None:
    before = metrics(vllm)
    async with client(vllm) as llm:
        await llm.complete(request("The first note."))
        second = await llm.complete(request("Another one altogether."))
    after = metrics(vllm)
    assert second.usage.cached >= second.usage.prompt // 2
    assert second.usage.cached < second.usage.prompt
    hits = after["prefix_cache_hits_total"] - before["prefix_cache_hits_total"]
    queries = after["prefix_cache_queries_total"] - before["prefix_cache_queries_total"]
    assert second.usage.cached <= hits <= queries


async def test_sixty_four_in_flight_are_all_answered_and_the_queue_is_read(vllm: VllmServer) -> None:
    asked = [request(f"Note {seed}.", seed, max_tokens=200) for seed in range(192)]
    async with client(vllm, concurrency=64, start=64, adaptive=False) as llm:
        tasks = [asyncio.ensure_future(llm.complete(one)) for one in asked]
        busiest = 0.0
        while not all(task.done() for task in tasks):
            busiest = max(busiest, (await asyncio.to_thread(metrics, vllm))["num_requests_running"])
        answers = await asyncio.gather(*tasks)
    assert len(answers) == 192
    assert all(answer.usage.completion > 0 for answer in answers)
    assert 1 < busiest <= 64
