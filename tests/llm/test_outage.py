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


_PAGE = b"<html><body>Back soon</body></html>"


@pytest.mark.parametrize("status", [401, 403, 404])
@pytest.mark.parametrize("lists", ["as ever", "refused too"])
def test_a_server_that_has_answered_may_refuse_its_key_or_model_for_a_while(
    kit: Any, status: int, lists: str
) -> None:
    """As an ingress does that restarts what is behind it."""

    async def run() -> None:
        async with kit.Server() as server, kit.client(server, retries=1, start=4) as client:
            await client.prepare()
            await client.complete(kit.request())
            server.answer = lambda body: kit.Reply(status=status, body=kit.error("no", param="model"))
            server.list_status = status if lists == "refused too" else 200
            tasks = _answers(client, kit, 12)
            await kit.until(lambda: client.snapshot().paused_for is not None)
            assert not any(task.done() for task in tasks)
            assert {fault.kind for fault in client.snapshot().faults} == {"access_lost"}
            server.answer = lambda body: kit.Reply()
            server.list_status = 200
            assert len(await asyncio.gather(*tasks)) == 12

    asyncio.run(run())


@pytest.mark.parametrize("status", [401, 403, 404])
def test_one_stray_refusal_costs_a_second_send(kit: Any, status: int) -> None:
    async def run() -> None:
        async with kit.Server() as server, kit.client(server) as client:
            await client.complete(kit.request())
            server.script = [kit.Reply(status=status)]
            assert (await client.complete(kit.request())).retries == 1

    asyncio.run(run())


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_refusal_that_stays_stops_the_run_so_that_it_can_be_resumed(kit: Any, status: int) -> None:
    async def run() -> None:
        async with kit.Server() as server, kit.client(server, outage_limit=0.3) as client:
            await client.complete(kit.request())
            server.answer = lambda body: kit.Reply(status=status)
            with pytest.raises(StoppedError, match=f"can be resumed.*said: .*status {status}"):
                await client.complete(kit.request())

    asyncio.run(run())


@pytest.mark.parametrize(("status", "kind"), [(401, "auth"), (403, "auth"), (404, "unknown_model")])
def test_before_any_answer_a_refusal_counts_at_once(kit: Any, status: int, kind: str) -> None:
    async def run() -> None:
        async with kit.Server() as server, kit.client(server) as client:
            server.script = [kit.Reply(status=status)]
            with pytest.raises(WireError) as caught:
                await client.complete(kit.request())
            assert (caught.value.kind, len(server.seen)) == (kind, 1)

    asyncio.run(run())


def test_a_question_that_alone_is_forbidden_is_given_up(kit: Any) -> None:
    """Some servers answer 403 to what their filter flags."""

    async def run() -> None:
        async with kit.Server() as server, kit.client(server, retries=2) as client:
            server.answer = lambda body: kit.Reply(
                status=403 if body["messages"][0]["content"] == "bad" else 200
            )
            await client.complete(kit.request())
            with pytest.raises(WireError) as caught:
                await client.complete(kit.request("bad"))
            assert caught.value.kind == "access_lost"
            assert (await client.complete(kit.request())).text == "fine"

    asyncio.run(run())


@pytest.mark.parametrize(
    "page",
    [
        {"body": _PAGE, "headers": {"Content-Type": "text/html"}},
        {"body": b""},
        {"body": {"error": "x"}},
        {"finish": "error"},
        {"status": 302},
    ],
)
def test_a_server_that_answers_every_question_with_something_else_is_an_outage(kit: Any, page: Any) -> None:
    async def run() -> None:
        async with kit.Server() as server, kit.client(server, retries=2, outage_limit=0.3) as client:
            await client.prepare()
            server.answer = lambda body: kit.Reply(**page)
            results = await asyncio.gather(*_answers(client, kit, 20), return_exceptions=True)
            assert all(isinstance(result, StoppedError) for result in results)

    asyncio.run(run())


def test_a_model_that_a_server_no_longer_lists_stops_the_run_so_that_it_can_be_resumed(kit: Any) -> None:
    async def run() -> None:
        async with kit.Server(models=("m", "other")) as server, kit.client(server, retries=9) as client:
            await client.prepare()
            await client.complete(kit.request())
            client._pools["default"].wanted.add("other")  # as another model of the same config has it
            server.models = ("other",)
            server.script = [kit.Reply(status=500)] * 4  # enough to have the list read again
            with pytest.raises(StoppedError, match="serves 'm' any more"):
                await client.complete(kit.request())

    asyncio.run(run())
