"""The client over real HTTP: what it sends, what it makes of each answer, how it tries again."""

from __future__ import annotations

import asyncio
import gc
import gzip
import resource
from typing import Any
from urllib.parse import quote

import pytest

from trace_builder.llm.servers.retry import RetryBudget
from trace_builder.llm.servers.transport import ANSWER_LIMIT
from trace_builder.llm.types import ChatAnswer, Usage, WireError

SCHEMA = '{"title":"T","type":"object","properties":{"b":{"type":"string"},"a":{"type":"integer"}}}'


def ask(
    kit: Any, *replies: Any, request: dict[str, Any] | None = None, **wire: Any
) -> tuple[ChatAnswer, Any]:
    """One request to a server that gives these replies first; returns the answer and the server."""

    async def run() -> tuple[ChatAnswer, Any]:
        async with kit.Server() as server, kit.client(server, **wire) as client:
            server.script = list(replies)
            answer = await client.complete(kit.request(**(request or {})))
            assert client.snapshot().in_flight == 0
            return answer, server

    return asyncio.run(run())


def refused(kit: Any, *replies: Any, **wire: Any) -> tuple[WireError, int]:
    """The error that a request ends in, and how often it was sent."""

    async def run() -> tuple[WireError, int]:
        async with kit.Server() as server, kit.client(server, **wire) as client:
            server.script = list(replies)
            with pytest.raises(WireError) as caught:
                await client.complete(kit.request())
            assert client.snapshot().in_flight == 0
            return caught.value, len(server.seen)

    return asyncio.run(run())


def test_an_answer_as_received(kit: Any) -> None:
    answer, server = ask(kit, kit.Reply(text="<think>hm</think> 你好\n"))
    assert answer.text == "<think>hm</think> 你好\n"
    assert answer.finish_reason == "stop"
    assert answer.usage == Usage(prompt=11, cached=5, completion=7)
    assert answer.server == server.url
    assert (answer.retries, answer.max_tokens) == (0, 16)
    assert answer.latency > 0


@pytest.mark.parametrize(
    ("finish", "text", "expected"),
    [
        ("length", "cut", ("length", "cut")),
        ("content_filter", None, ("content_filter", "")),
        ("tool_calls", "", ("other", "")),
        ("eos", "whole", ("other", "whole")),
    ],
)
def test_ways_to_finish(kit: Any, finish: str, text: str | None, expected: tuple[str, str]) -> None:
    answer, _ = ask(kit, kit.Reply(text=text, finish=finish))
    assert (answer.finish_reason, answer.text) == expected


def test_what_is_sent(kit: Any) -> None:
    _, server = ask(
        kit,
        request={
            "messages": (("system", "规则"), ("user", 'a "quoted" line\n')),
            "sampling": (("temperature", 0.5), ("top_p", 0.9)),
            "schema_name": "t",
            "schema": SCHEMA,
            "extra": '{"top_k":20}',
        },
    )
    (body,) = server.seen
    form = body.pop("response_format")
    assert body == {
        "model": "m",
        "messages": [
            {"role": "system", "content": "规则"},
            {"role": "user", "content": 'a "quoted" line\n'},
        ],
        "max_tokens": 16,
        "seed": 1,
        "temperature": 0.5,
        "top_p": 0.9,
        "top_k": 20,
    }
    assert form["type"] == "json_schema"
    assert form["json_schema"]["name"] == "t"
    assert list(form["json_schema"]["schema"]["properties"]) == ["b", "a"]


@pytest.mark.parametrize(("mode", "sent"), [("json_object", {"type": "json_object"}), ("text", None)])
def test_modes_without_a_schema(kit: Any, mode: str, sent: object) -> None:
    _, server = ask(kit, request={"schema_name": "t", "schema": SCHEMA, "mode": mode})
    assert server.seen[0].get("response_format") == sent


def test_every_fault_of_the_wire_is_sent_again(kit: Any) -> None:
    replies = [
        kit.Reply(status=408),
        kit.Reply(status=409),
        kit.Reply(status=429),
        kit.Reply(status=500),
        kit.Reply(status=502, body=b"<html>bad gateway</html>"),
        kit.Reply(status=503),
        kit.Reply(reset="before"),
        kit.Reply(reset="during"),
        kit.Reply(body=b"<html>not json</html>"),
        kit.Reply(body={"error": {"message": "in a 200"}}),
        kit.Reply(body={"choices": []}),
        kit.Reply(body=b""),
        kit.Reply(status=302),
        kit.Reply(status=304),
        kit.Reply(finish="error", text="half an ans"),
        kit.Reply(finish="abort", text="half an ans"),
        kit.Reply(finish="insufficient_system_resource", text="half an ans"),
        kit.Reply(headers={"Content-Encoding": "br"}),
        kit.Reply(headers={"Content-Encoding": "gzip"}),
        kit.Reply(body=gzip.compress(b"x" * 100)[:-9], headers={"Content-Encoding": "gzip"}),
    ]
    answer, server = ask(kit, *replies, retries=len(replies))
    assert answer.text == "fine"
    assert answer.retries == len(replies)
    assert len(server.seen) == len(replies) + 1
    assert all(body == server.seen[0] for body in server.seen)


@pytest.mark.parametrize(
    ("status", "fields", "kind"),
    [
        (400, {"param": "top_p"}, "bad_request"),
        (400, {"param": "input_tokens"}, "context_overflow"),
        (401, {}, "auth"),
        (403, {}, "auth"),
        (404, {"param": "model"}, "unknown_model"),
        (422, {}, "bad_request"),
    ],
)
def test_a_refusal_is_not_sent_again(kit: Any, status: int, fields: dict[str, Any], kind: str) -> None:
    error, sends = refused(kit, kit.Reply(status=status, body=kit.error("no", **fields)))
    assert (error.kind, error.status, sends) == (kind, status, 1)


def test_retries_end_while_others_are_answered(kit: Any) -> None:
    async def run() -> None:
        async with kit.Server() as server, kit.client(server, retries=3) as client:
            server.answer = lambda body: kit.Reply(
                status=500 if body["messages"][0]["content"] == "p" else 200
            )
            bad = asyncio.ensure_future(client.complete(kit.request("p")))
            while not bad.done():
                await client.complete(kit.request("good"))
            with pytest.raises(WireError) as caught:
                await bad
            assert caught.value.kind == "server_error"
            assert sum(b["messages"][0]["content"] == "p" for b in server.seen) == 4

    asyncio.run(run())


def test_a_request_that_alone_breaks_the_server_is_given_up(kit: Any) -> None:
    """No other traffic shows whether the server is well; a word to it does."""

    async def run() -> None:
        async with kit.Server() as server, kit.client(server, retries=2) as client:
            server.answer = lambda body: kit.Reply(
                status=500 if body["messages"][0]["content"] == "p" else 200
            )
            with pytest.raises(WireError) as caught:
                await client.complete(kit.request("p"))
            assert caught.value.status == 500
            assert [b["messages"][0]["content"] for b in server.seen].count("ping") == 1

    asyncio.run(run())


def test_a_budget_is_shared_by_a_records_requests(kit: Any) -> None:
    async def run() -> None:
        async with kit.Server() as server, kit.client(server, retries=5) as client:
            budget = RetryBudget(3)
            server.script = [kit.Reply(status=429)] * 2
            await client.complete(kit.request(), budget=budget)
            assert budget.left == 1
            server.script = [kit.Reply(status=429), kit.Reply(status=429)]
            with pytest.raises(WireError) as caught:
                await client.complete(kit.request(), budget=budget)
            assert caught.value.kind == "rate_limited"
            assert budget.left == 0

    asyncio.run(run())


def test_retry_after_is_obeyed(kit: Any) -> None:
    async def run() -> None:
        async with kit.Server() as server, kit.client(server) as client:
            loop = asyncio.get_running_loop()
            server.script = [kit.Reply(status=429, headers={"Retry-After": "0.3"})]
            began = loop.time()
            await client.complete(kit.request())
            assert loop.time() - began >= 0.3  # at least: no upper bound is asserted

    asyncio.run(run())


def test_a_request_that_backs_off_gives_its_place_to_another(kit: Any) -> None:
    async def run() -> None:
        async with kit.Server() as server, kit.client(server, concurrency=1, start=1) as client:
            server.script = [kit.Reply(status=429, headers={"Retry-After": "30"})]
            slow = asyncio.ensure_future(client.complete(kit.request("backs off")))
            await kit.until(lambda: server.seen)
            await client.complete(kit.request("goes on"))
            await client.complete(kit.request("goes on"))
            assert not slow.done()
            slow.cancel()
            with pytest.raises(asyncio.CancelledError):
                await slow
            assert client.snapshot().in_flight == 0

    asyncio.run(run())


def test_the_deadline_covers_slow_bytes_and_the_wait_for_a_place_does_not_count(kit: Any) -> None:
    async def run() -> None:
        wire = {"concurrency": 1, "start": 1, "timeout": 0.4, "retries": 0}
        async with kit.Server() as server, kit.client(server, **wire) as client:
            # Three in a row take longer together than the timeout of one.
            server.answer = lambda body: kit.Reply(delay=0.2)
            answers = await asyncio.gather(*(client.complete(kit.request(str(n))) for n in range(3)))
            assert [a.retries for a in answers] == [0, 0, 0]
            never = asyncio.Event()
            hung = [kit.Reply(until=never)]
            server.answer = lambda body: hung.pop() if hung else kit.Reply()
            with pytest.raises(WireError) as caught:
                await client.complete(kit.request())
            assert caught.value.kind == "timeout"
            never.set()
            assert (await client.complete(kit.request())).text == "fine"

    asyncio.run(run())


def test_a_cancelled_request_leaves_no_trace(kit: Any) -> None:
    async def run() -> None:
        async with kit.Server() as server, kit.client(server, concurrency=4, start=4) as client:
            never = asyncio.Event()
            server.answer = lambda body: kit.Reply(until=never)
            tasks = [asyncio.ensure_future(client.complete(kit.request(str(n)))) for n in range(10)]
            await kit.until(lambda: len(server.seen) == 4)
            assert client.snapshot().waiting == 6
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
            assert all(isinstance(r, asyncio.CancelledError) for r in results)
            snapshot = client.snapshot()
            assert (snapshot.in_flight, snapshot.waiting, snapshot.servers[0].in_flight) == (0, 0, 0)
            never.set()
            assert (await client.complete(kit.request())).text == "fine"

    asyncio.run(run())


def test_the_deepest_request_goes_first(kit: Any) -> None:
    async def run() -> None:
        async with kit.Server() as server, kit.client(server, concurrency=1, start=1) as client:
            go = asyncio.Event()
            server.script = [kit.Reply(until=go)]
            tasks = [asyncio.ensure_future(client.complete(kit.request("first")))]
            await kit.until(lambda: server.seen)
            for depth in (0, 2, 1):
                tasks.append(asyncio.ensure_future(client.complete(kit.request(str(depth)), depth=depth)))
            await kit.until(lambda: client.snapshot().waiting == 3)
            go.set()
            await asyncio.gather(*tasks)
            assert [b["messages"][0]["content"] for b in server.seen] == ["first", "2", "1", "0"]

    asyncio.run(run())


def test_grows_to_what_the_server_takes_and_never_past_the_bound(kit: Any) -> None:
    async def run() -> None:
        async with kit.Server() as server, kit.client(server, concurrency=24, start=2) as client:
            # The server answers when every place is taken, and then all at once.
            gates = [asyncio.Event()]
            server.answer = lambda body: kit.Reply(until=gates[-1])
            asking = asyncio.gather(*(client.complete(kit.request(str(n))) for n in range(300)))
            rounds: list[int] = []

            def all_places_taken() -> bool:
                left = 300 - sum(rounds)
                return len(server.seen) - sum(rounds) >= min(client.snapshot().limit, left)

            while sum(rounds) < 300:
                await kit.until(all_places_taken)
                rounds.append(len(server.seen) - sum(rounds))
                gates.append(asyncio.Event())
                gates[-2].set()
            await asking
            assert rounds[:5] == [2, 4, 8, 16, 24]
            assert server.most == client.snapshot().limit == 24

    asyncio.run(run())


def test_backs_away_from_a_server_that_turns_requests_away(kit: Any) -> None:
    async def run() -> None:
        wire = {"concurrency": 64, "start": 64, "retries": 1000}
        async with kit.Server() as server, kit.client(server, **wire) as client:
            server.answer = lambda body: kit.Reply(status=429 if server.open > 8 else 200, delay=0.002)
            answers = await asyncio.gather(*(client.complete(kit.request(str(n))) for n in range(300)))
            assert len(answers) == 300
            assert client.snapshot().limit < 32

    asyncio.run(run())


def test_an_answer_larger_than_any_model_writes_is_a_fault_of_the_server(kit: Any) -> None:
    bomb = gzip.compress(b'{"choices":[{"message":{"content":"' + b"x" * (64 << 20))
    assert len(bomb) < 70_000
    packed = kit.Reply(body=bomb, headers={"Content-Encoding": "gzip"})
    error, _ = refused(kit, packed, kit.Reply(text="x" * (ANSWER_LIMIT + 1)), retries=1)
    assert error.kind == "oversized"
    answer, _ = ask(kit, packed, kit.Reply(status=500, body=b"x" * (ANSWER_LIMIT + 1)))
    assert answer.retries == 2


def test_a_bomb_takes_no_memory(kit: Any) -> None:
    bomb = kit.Reply(body=gzip.compress(bytes(256 << 20)), headers={"Content-Encoding": "gzip"})
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    refused(kit, bomb, bomb, retries=1)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 128 << 10


def test_a_fault_is_counted_and_its_latest_text_kept(kit: Any) -> None:
    async def run() -> None:
        async with kit.Server() as server, kit.client(server) as client:
            server.script = [
                kit.Reply(status=500, body=kit.error("first")),
                kit.Reply(status=429, body=kit.error("slow down")),
                kit.Reply(status=500, body=kit.error("second")),
            ]
            await client.complete(kit.request())
            faults = client.snapshot().faults
            assert [(f.kind, f.count) for f in faults] == [("server_error", 2), ("rate_limited", 1)]
            assert faults[0].latest.endswith("second")

    asyncio.run(run())


@pytest.mark.parametrize(
    "body", [b'{"error":{"message":"cannot take \\ud83d","code":"\\udc00"}}', b"\xed\xa0\xbd"]
)
def test_half_a_character_in_an_error_reaches_no_file(kit: Any, body: bytes) -> None:
    error, _ = refused(kit, kit.Reply(status=400, body=body))
    f"{error} {error.details}".encode()


def test_what_a_server_says_cannot_move_the_terminals_cursor(kit: Any) -> None:
    error, _ = refused(kit, kit.Reply(status=400, body=kit.error("a\x1b[2Jb\r\nc")))
    assert str(error).endswith("a [2Jb c")


def test_a_key_that_a_server_repeats_is_taken_out_of_its_answer(
    kit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = "sk-planted/abcdef+0123456789"
    monkeypatch.setenv("OPENAI_API_KEY", key)
    escaped = key.replace("/", "\\/")
    answer, _ = ask(kit, kit.Reply(text=f'{{"text": "{key} or {escaped} or {quote(key, safe="")}"}}'))
    assert answer.text == '{"text": "*** or *** or ***"}'


def test_lone_surrogates_and_control_characters_travel(kit: Any) -> None:
    body = b'{"choices":[{"message":{"content":"\\ud83d raw \\u0000"},"finish_reason":"stop"}],"usage":null}'
    answer, server = ask(kit, kit.Reply(body=body), request={"messages": (("user", "\ud800 x"),)})
    assert answer.text == "\ufffd raw \x00"
    assert answer.usage == Usage()
    assert server.seen[0]["messages"][0]["content"] == "\ud800 x"


def test_the_key_is_sent_and_shown_nowhere(
    kit: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    key = "sk-planted-abcdef0123456789"
    monkeypatch.setenv("OPENAI_API_KEY", key)
    caplog.set_level("DEBUG")

    async def run() -> list[str]:
        async with kit.Server(key=key) as server, kit.client(server, retries=1) as client:
            await client.prepare()
            shown = [repr(client), repr(vars(client)), repr(client.snapshot())]
            assert server.lists == 1
            for status in (400, 401, 500):
                server.script = [kit.Reply(status=status, body=kit.error(f"your key {key} is bad"))] * 2
                with pytest.raises(WireError) as caught:
                    await client.complete(kit.request())
                shown += [str(caught.value), repr(caught.value), repr(caught.value.details)]
                assert caught.value.__cause__ is None
                server.script = []
            await client.complete(kit.request())
            assert server.headers[-1]["Authorization"] == f"Bearer {key}"
            shown.append(repr(client.snapshot()))
            pools = [vars(pool) for pool in client._unique_pools()]
            shown += [
                repr(pools),
                *(repr(vars(t)) for t in gc.get_objects() if type(t).__name__ == "Dispatch"),
            ]
            return shown

    assert not [text for text in asyncio.run(run()) if key in text]
    assert key not in caplog.text


def test_an_admin_key_in_the_environment_is_not_sent(kit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_ADMIN_KEY", "sk-admin-secret")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    _, server = ask(kit)
    assert server.headers[0]["Authorization"] == "Bearer EMPTY"
