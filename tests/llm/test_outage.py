"""Servers that fail, go, come back and join late. No record may be lost to them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from trace_builder.errors import StoppedError
from trace_builder.llm.types import WireError


def _answers(client: Any, kit: Any, count: int) -> list[asyncio.Task[Any]]:
    return [asyncio.ensure_future(client.complete(kit.request(str(n)))) for n in range(count)]


def test_an_outage_pauses_everything_and_costs_no_record(kit: Any) -> None:
    async def run() -> None:
        async with kit.Server() as server, kit.client(server, retries=1, start=8) as client:
            server.answer = lambda body: kit.Reply(delay=0.002)
            tasks = _answers(client, kit, 200)
            await kit.until(lambda: len(server.seen) > 20)
            await server.stop()
            await kit.until(lambda: client.snapshot().paused_for is not None)
            await kit.until(lambda: client.snapshot().in_flight == 0)
            snapshot = client.snapshot()
            assert snapshot.servers[0].state == "down"
            assert snapshot.stops_in is not None
            assert 0 < snapshot.stops_in <= 30
            seen = len(server.seen)
            await asyncio.sleep(0.1)
            assert client.snapshot().in_flight == 0  # nothing but probes meanwhile
            assert len(server.seen) == seen
            await server.start()
            answers = await asyncio.gather(*tasks)
            assert len(answers) == 200
            assert client.snapshot().paused_for is None
            assert client.snapshot().servers[0].state == "up"

    asyncio.run(run())


def test_many_outages_in_a_row_are_survived_with_no_retry_to_spare(kit: Any) -> None:
    async def run() -> None:
        async with kit.Server() as server, kit.client(server, retries=0, start=8) as client:
            server.answer = lambda body: kit.Reply(delay=0.005)
            tasks = _answers(client, kit, 300)
            for n in range(1, 5):
                await kit.until(lambda n=n: len(server.seen) > 30 * n)
                await server.stop()
                await kit.until(lambda: client.snapshot().paused_for is not None)
                await server.start()
                await kit.until(lambda: client.snapshot().paused_for is None)
            results = await asyncio.gather(*tasks, return_exceptions=True)
            # A reset while the server was already listening again cannot be told from a fault.
            assert all(not isinstance(r, BaseException) or isinstance(r, WireError) for r in results)
            assert sum(isinstance(r, WireError) for r in results) <= 8

    asyncio.run(run())


def test_an_outage_past_the_limit_stops_all_that_wait(kit: Any) -> None:
    async def run() -> None:
        async with kit.Server() as server, kit.client(server, outage_limit=0.2) as client:
            server.answer = lambda body: kit.Reply(delay=0.01)
            tasks = _answers(client, kit, 50)
            await kit.until(lambda: len(server.seen) > 5)
            await server.stop()
            results = await asyncio.gather(*tasks, return_exceptions=True)
            stopped = [r for r in results if isinstance(r, BaseException)]
            assert stopped
            assert all(isinstance(r, StoppedError) for r in stopped)
            assert "the run can be resumed" in str(stopped[0])
            assert server.url in str(stopped[0])
            with pytest.raises(StoppedError):
                await client.complete(kit.request())

    asyncio.run(run())


def test_a_server_that_lists_models_but_answers_nothing_is_an_outage_too(kit: Any) -> None:
    async def run() -> None:
        async with kit.Server() as server, kit.client(server, retries=2, start=8) as client:
            server.answer = lambda body: kit.Reply(status=500)
            tasks = _answers(client, kit, 30)
            await kit.until(lambda: client.snapshot().paused_for is not None)
            assert not any(task.done() for task in tasks)
            server.answer = lambda body: kit.Reply()
            answers = await asyncio.gather(*tasks)
            assert len(answers) == 30

    asyncio.run(run())


def test_refusals_for_good_pause_the_run_instead_of_failing_it(kit: Any) -> None:
    async def run() -> None:
        async with kit.Server() as server, kit.client(server, retries=2, start=4) as client:
            server.answer = lambda body: kit.Reply(status=429)
            tasks = _answers(client, kit, 10)
            await kit.until(lambda: client.snapshot().paused_for is not None)
            server.answer = lambda body: kit.Reply()
            assert len(await asyncio.gather(*tasks)) == 10

    asyncio.run(run())


def test_of_two_servers_the_one_left_takes_all(kit: Any) -> None:
    async def run() -> None:
        async with kit.Server() as one, kit.Server() as two, kit.client(one, two, start=8) as client:
            one.answer = two.answer = lambda body: kit.Reply(delay=0.002)
            tasks = _answers(client, kit, 300)
            await kit.until(lambda: len(one.seen) > 20 and len(two.seen) > 20)
            await one.stop()
            answers = await asyncio.gather(*tasks)
            assert len(answers) == 300
            states = {s.url: s.state for s in client.snapshot().servers}
            assert states == {one.url: "down", two.url: "up"}
            assert client.snapshot().paused_for is None
            assert sum(a.server == two.url for a in answers) > 150
            await one.start()
            await kit.until(lambda: client.snapshot().servers[0].state == "up")
            before = len(one.seen)
            await asyncio.gather(*_answers(client, kit, 50))
            assert len(one.seen) > before

    asyncio.run(run())


def test_the_least_busy_server_comes_first(kit: Any) -> None:
    async def run() -> None:
        wire = {"concurrency": 10, "start": 10}
        async with kit.Server() as one, kit.Server() as two, kit.client(one, two, **wire) as client:
            hold = asyncio.Event()
            one.answer = two.answer = lambda body: kit.Reply(until=hold)
            tasks = _answers(client, kit, 10)
            await kit.until(lambda: one.open + two.open == 10)
            assert (one.open, two.open) == (5, 5)
            hold.set()
            await asyncio.gather(*tasks)

    asyncio.run(run())


def test_a_server_that_only_errs_does_not_draw_the_traffic(kit: Any) -> None:
    """It is the fastest to be free again, and must not be preferred for that."""

    async def run() -> None:
        wire = {"retries": 6, "start": 4, "concurrency": 8}
        async with kit.Server() as bad, kit.Server() as good, kit.client(bad, good, **wire) as client:
            bad.answer = lambda body: kit.Reply(status=500)
            good.answer = lambda body: kit.Reply(delay=0.005)
            answers = await asyncio.gather(*_answers(client, kit, 100))
            assert len(answers) == 100
            assert len(bad.seen) < 100

    asyncio.run(run())


def test_a_server_that_is_not_up_at_the_start_joins_later(kit: Any) -> None:
    async def run() -> None:
        late = kit.Server()
        await late.start()  # to learn a free port
        await late.stop()
        async with kit.Server() as one, kit.client(one, late, start=4) as client:
            await client.prepare()
            assert [s.state for s in client.snapshot().servers] == ["up", "down"]
            await client.complete(kit.request())
            await late.start()
            await kit.until(lambda: client.snapshot().servers[1].state == "up")
            await asyncio.gather(*_answers(client, kit, 40))
            assert late.seen
        await late.stop()

    asyncio.run(run())


def test_a_late_server_without_the_model_is_left_alone_until_it_has_it(kit: Any) -> None:
    async def run() -> None:
        late = kit.Server(models=("another",))
        await late.start()
        await late.stop()
        async with kit.Server() as one, kit.client(one, late, start=4) as client:
            await client.prepare()
            await late.start()
            await kit.until(lambda: late.lists > 2)
            await asyncio.gather(*_answers(client, kit, 40))
            assert client.snapshot().servers[1].state == "down"
            assert not late.seen
            late.models = ("m",)
            await kit.until(lambda: client.snapshot().servers[1].state == "up")
            await asyncio.gather(*_answers(client, kit, 40))
            assert late.seen
        await late.stop()

    asyncio.run(run())


def test_a_server_that_comes_back_with_another_model_is_waited_for(kit: Any) -> None:
    async def run() -> None:
        async with kit.Server() as server, kit.client(server, start=4) as client:
            await client.prepare()
            await server.stop()
            tasks = _answers(client, kit, 10)
            await kit.until(lambda: client.snapshot().paused_for is not None)
            server.models = ("another",)
            await server.start()
            lists = server.lists
            await kit.until(lambda: server.lists > lists + 2)
            assert not any(task.done() for task in tasks)
            server.models = ("m",)
            assert len(await asyncio.gather(*tasks)) == 10

    asyncio.run(run())


def test_leaving_in_an_outage_leaves_no_task_behind(kit: Any) -> None:
    async def run() -> None:
        async with kit.Server() as server, kit.client(server) as client:
            server.answer = lambda body: kit.Reply(delay=0.01)
            tasks = _answers(client, kit, 20)
            await kit.until(lambda: server.seen)
            await server.stop()
            await kit.until(lambda: client.snapshot().paused_for is not None)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        left = [t for t in asyncio.all_tasks() if t is not asyncio.current_task()]
        assert not left

    asyncio.run(run())
