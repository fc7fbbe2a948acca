"""A server's own queue, read from its /metrics, and what the client makes of it."""

from __future__ import annotations

import asyncio
from math import inf
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trace_builder.llm.servers import pool
from trace_builder.llm.servers.server_load import Load, read_load

PAGE = """\
# HELP vllm:num_requests_running Number of requests in model execution batches.
# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{engine="0",model_name="m"} 48.0
vllm:num_requests_running{engine="1",model_name="a } in a name"} 1.2e1 1700000000000
# TYPE vllm:num_requests_waiting gauge
vllm:num_requests_waiting{engine="0",model_name="m"} 7.0
vllm:num_requests_waiting_by_reason{reason="capacity"} 99.0
vllm:kv_cache_usage_perc{engine="0"} 0.5
"""


def test_engines_are_summed_and_likenesses_passed_over() -> None:
    assert read_load(PAGE.encode()) == Load(waiting=7.0, running=60.0)


def test_without_labels() -> None:
    page = b"vllm:num_requests_running 3\nvllm:num_requests_waiting 4\n"
    assert read_load(page) == Load(waiting=4.0, running=3.0)


@pytest.mark.parametrize(
    "page",
    [
        b"",
        b"python_gc_objects_collected_total 1.0\n",
        b"vllm:num_requests_running 3\n",
        b"vllm:num_requests_running\nvllm:num_requests_waiting{\n",
        b"<html>not found</html>",
        b"\xff\xfe\x00",
        b"vllm:num_requests_running nan\nvllm:num_requests_waiting inf\n",
        b"vllm:num_requests_running -1\nvllm:num_requests_waiting 1e999\n",
    ],
)
def test_other_pages_tell_nothing(page: bytes) -> None:
    assert read_load(page) is None


@settings(deadline=2000)
@given(
    st.lists(
        st.sampled_from(
            [
                b"vllm:num_requests_running",
                b"vllm:num_requests_waiting",
                b"{",
                b"}",
                b" ",
                b"\n",
                b"1",
                b"-",
                b"e9",
                b"nan",
                b"inf",
                b'"',
                b"\xff",
            ]
        )
    )
)
def test_any_page_is_a_load_or_none(parts: list[bytes]) -> None:
    load = read_load(b"".join(parts))
    assert load is None or (0 <= load.waiting < inf and 0 <= load.running < inf)


def _page(waiting: int, running: int) -> str:
    return f"vllm:num_requests_running {running}\nvllm:num_requests_waiting {waiting}\n"


def test_a_long_queue_lowers_the_limit(kit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "METRICS_INTERVAL", 0.01)

    async def run() -> None:
        wire = {"concurrency": 64, "start": 64}
        async with kit.Server() as server, kit.client(server, **wire) as client:
            hold = asyncio.Event()
            server.answer = lambda body: kit.Reply(until=hold)
            server.metrics = _page(waiting=0, running=0)
            await client.prepare()
            tasks = [asyncio.ensure_future(client.complete(kit.request(str(n)))) for n in range(64)]
            await kit.until(lambda: server.open == 64)
            server.metrics = _page(waiting=48, running=16)
            await kit.until(lambda: client.snapshot().limit < 64)
            assert client.snapshot().limit == 20  # 16 run, 4 in its queue
            hold.set()
            await asyncio.gather(*tasks)

    asyncio.run(run())


@pytest.mark.parametrize("metrics", [None, "<html></html>"])
def test_a_server_without_metrics_is_not_asked_again(
    kit: Any, monkeypatch: pytest.MonkeyPatch, metrics: str | None
) -> None:
    monkeypatch.setattr(pool, "METRICS_INTERVAL", 0.005)

    async def run() -> None:
        async with kit.Server() as server, kit.client(server) as client:
            server.metrics = metrics
            await client.prepare()
            reader = client._unique_pools()[0]._reader
            assert reader is not None
            await kit.until(reader.done)
            assert server.metric_reads == 1

    asyncio.run(run())
