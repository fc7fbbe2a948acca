from __future__ import annotations

import asyncio
import json
import re
from typing import Any

import pytest
from openai import APIStatusError, AsyncOpenAI
from rehearsal_serving import Got, Parrot, chat, client, serving

from trace_builder.rehearsal.server.server import RehearsalServer

pytestmark = pytest.mark.anyio

SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def structured(schema: Any) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}


async def ask(
    server: RehearsalServer, body: Any = None, path: str = "/chat/completions", **request: Any
) -> Got:
    async with client(server) as send:
        return await send(body, path, **request)


async def metrics(server: RehearsalServer) -> dict[str, float]:
    page = (await ask(server, path=f"http://127.0.0.1:{server.port}/metrics")).raw.decode()
    return {name: float(value) for name, value in re.findall(r"^vllm:(\w+)\{[^}]*\} (\S+)$", page, re.M)}


async def until(server: RehearsalServer, running: int, waiting: int) -> None:
    """Return once the server says so; a server that never does runs into the test's own time limit."""
    wanted = {"num_requests_running": running, "num_requests_waiting": waiting}
    while not wanted.items() <= (await metrics(server)).items():
        pass


async def test_an_answer_has_what_the_api_promises() -> None:
    async with serving(Parrot("twenty characters ok")) as server:
        got = await ask(server, chat("be kind", "how many words"))
    assert got.status == 200
    assert (got.text, got.finish) == ("twenty characters ok", "stop")
    usage = got.json["usage"]
    assert usage["completion_tokens"] == 5
    assert usage["total_tokens"] == usage["prompt_tokens"] + 5
    assert usage["prompt_tokens_details"] == {"cached_tokens": 0}
    assert got.json["model"] == "rehearsal"


async def test_the_official_client_reads_answers_models_and_errors() -> None:
    async with serving(Parrot("hello"), models=("one", "two"), max_model_len=500) as server:
        sdk = AsyncOpenAI(base_url=server.base_url, api_key="any", max_retries=0)
        answer = await sdk.chat.completions.create(model="two", messages=[{"role": "user", "content": "hi"}])
        models = await sdk.models.list()
        with pytest.raises(APIStatusError) as caught:
            await sdk.chat.completions.create(model="three", messages=[{"role": "user", "content": "hi"}])
        await sdk.close()
    assert answer.choices[0].message.content == "hello"
    assert answer.usage is not None
    assert [(model.id, model.model_extra["max_model_len"]) for model in models.data] == [
        ("one", 500),
        ("two", 500),
    ]
    assert caught.value.status_code == 404
    assert caught.value.body["type"] == "NotFoundError"
    assert caught.value.body["param"] == "model"


async def test_any_model_name_is_answered_when_asked_for() -> None:
    async with serving(any_model=True) as server:
        assert (await ask(server, chat("hi") | {"model": "qwen"})).json["model"] == "qwen"


async def test_a_prompt_that_does_not_fit_is_refused_like_vllm_does() -> None:
    async with serving(max_model_len=40) as server:
        got = await ask(server, chat("word " * 50))
        too_many = await ask(server, chat("word", max_tokens=41))
    error = got.json["error"]
    assert (got.status, error["type"], error["param"], error["code"]) == (
        400,
        "BadRequestError",
        "input_tokens",
        400,
    )
    assert too_many.json["error"]["param"] == "max_tokens"


async def test_max_tokens_cuts_the_answer() -> None:
    async with serving(Parrot("four" * 4), max_model_len=100) as server:
        short = await ask(server, chat("go", max_tokens=2))
        whole = await ask(server, chat("go", max_tokens=4))
        squeezed = await ask(server, chat("four" * 92, max_tokens=50))
    assert (short.text, short.finish) == ("fourfour", "length")
    assert (whole.text, whole.finish) == ("four" * 4, "stop")
    assert short.json["usage"]["completion_tokens"] == 2
    assert (squeezed.finish, squeezed.json["usage"]["total_tokens"]) == ("length", 100)


async def test_a_key_is_asked_for_and_refused_with_a_plain_string() -> None:
    async with serving(api_key="right") as server:
        for headers in ({}, {"Authorization": "Bearer wrong"}):
            for request in ({"body": chat("hi")}, {"path": "/models"}):
                got = await ask(server, headers=headers, **request)
                assert (got.status, got.json) == (401, {"error": "Unauthorized"})
        good = {"Authorization": "Bearer right"}
        assert (await ask(server, chat("hi"), headers=good)).status == 200
        assert (await ask(server, path="/models", headers=good)).status == 200
        assert (await ask(server, path=f"http://127.0.0.1:{server.port}/health")).status == 200


BAD_BODIES = [
    b"",
    b"{",
    b"[]",
    b'"text"',
    b"\xff\xfe",
    b'{"messages": []}',
    b'{"messages": "hi"}',
    b'{"messages": [{"content": "hi"}]}',
    b'{"messages": [{"role": "user", "content": 5}]}',
    b'{"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}',
    *(
        json.dumps(chat("hi", **fields)).encode()
        for fields in (
            {"stream": True},
            {"n": 2},
            {"max_tokens": 0},
            {"max_tokens": "many"},
            {"response_format": {"type": "grammar"}},
            {"response_format": {"type": "json_schema"}},
            {
                "response_format": structured(
                    {"type": "array", "items": {"type": "string"}, "uniqueItems": True}
                )
            },
            {"response_format": structured({"$defs": {"x": {"type": "strange"}}})},
        )
    ),
]


@pytest.mark.parametrize("raw", BAD_BODIES)
async def test_a_bad_body_is_a_bad_request(raw: bytes) -> None:
    async with serving() as server:
        got = await ask(server, data=raw)
        after = await ask(server, chat("hi"))
    assert (got.status, got.json["error"]["code"], got.json["error"]["type"]) == (400, 400, "BadRequestError")
    assert after.status == 200


async def test_a_property_may_be_named_like_a_keyword() -> None:
    schema = {
        "type": "object",
        "properties": {"uniqueItems": {"type": "string"}, "type": {"enum": [{"type": "odd"}]}},
    }
    async with serving() as server:
        assert (await ask(server, chat("hi", response_format=structured(schema)))).status == 200


async def test_text_parts_are_joined_before_the_model_reads_them() -> None:
    class Echo(Parrot):
        def answer(self, body: Any) -> Any:
            self.text = body["messages"][-1]["content"]
            return super().answer(body)

    parts = [{"type": "text", "text": "good "}, {"type": "text", "text": "morning"}]
    async with serving(Echo()) as server:
        got = await ask(server, {"messages": [{"role": "user", "content": parts}]})
    assert got.text == "good morning"


async def test_a_fault_in_the_rules_is_a_500_and_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    class Broken(Parrot):
        def answer(self, body: Any) -> Any:
            raise ZeroDivisionError("in the rules")

    async with serving(Broken()) as server:
        got = await ask(server, chat("hi"))
    assert got.status == 500
    assert "ZeroDivisionError: in the rules" in got.json["error"]["message"]
    assert "ZeroDivisionError: in the rules" in capsys.readouterr().err


async def test_nothing_lies_elsewhere() -> None:
    async with serving() as server:
        assert (await ask(server, chat("hi"), path="/completions")).status == 404
        assert (await ask(server, path="/chat/completions")).status == 405


async def test_the_prefix_cache_counts_whole_blocks_of_the_first_message() -> None:
    system = "rule " * 100
    changed = "rule " * 40 + "other " * 60
    async with serving() as server, client(server) as send:
        cached = [
            (await send(chat(text, "a question"))).json["usage"]["prompt_tokens_details"]["cached_tokens"]
            for text in (system, system, changed, changed, "nothing alike")
        ]
        seen = await metrics(server)
    # 125 tokens are 7 whole blocks of 16; the changed text has 140 and shares 50, which are 3 blocks.
    assert cached == [0, 112, 48, 128, 0]
    assert seen["prefix_cache_hits_total"] == sum(cached)
    assert seen["prefix_cache_queries_total"] > sum(cached)


async def test_a_model_name_with_quotes_does_not_break_the_metrics() -> None:
    async with serving(models=('a "quoted" \\ name\n',)) as server:
        page = (await ask(server, path=f"http://127.0.0.1:{server.port}/metrics")).raw.decode()
    assert 'model_name="a \\"quoted\\" \\\\ name\\n"} 0.0' in page


async def test_requests_over_the_limit_wait_and_are_counted() -> None:
    async with serving(max_running=2, latency="3600") as server, client(server) as send:
        asked = [asyncio.ensure_future(send(chat("hi", str(n)))) for n in range(5)]
        await until(server, running=2, waiting=3)
        for task in asked[:2]:
            task.cancel()
        await until(server, running=2, waiting=1)
        for task in asked:
            task.cancel()
        await until(server, running=0, waiting=0)


async def test_requests_over_the_limit_are_answered_in_their_turn() -> None:
    async with serving(max_running=1, latency="0.001") as server, client(server) as send:
        answers = await asyncio.gather(*(send(chat("hi", str(n))) for n in range(20)))
        assert {answer.status for answer in answers} == {200}


async def test_hundreds_at_once_are_answered() -> None:
    async with serving(latency="0.05") as server, client(server) as send:
        answers = await asyncio.gather(*(send(chat("hi", str(n))) for n in range(400)))
        assert [answer.status for answer in answers] == [200] * 400


async def test_it_listens_on_loopback_alone() -> None:
    async with serving() as server:
        assert server.base_url.startswith("http://127.0.0.1:")
        second = serving(port=server.port)
        with pytest.raises(OSError, match="in use"):
            await second.__aenter__()
