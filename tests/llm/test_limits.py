"""The adaptive limit, by counts and never by the clock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trace_builder.errors import StoppedError
from trace_builder.llm.servers.limits import AdaptiveLimit


async def _full_round(limit: AdaptiveLimit, overloaded: Callable[[int], bool] = lambda n: False) -> int:
    """Fills the limit, then answers all that is in flight; returns how many that was."""
    tickets = []
    while limit.in_flight < int(limit.limit):
        tickets.append(await limit.acquire())
    for n, ticket in enumerate(tickets):
        limit.release(ticket, overloaded=overloaded(n))
    return len(tickets)


def test_slow_start_doubles_while_it_is_used_up() -> None:
    async def run() -> None:
        limit = AdaptiveLimit(512, 4)
        # Keep it saturated: each answer is followed by a new request.
        tickets = [await limit.acquire() for _ in range(4)]
        for _ in range(4):
            limit.release(tickets.pop(0), overloaded=False)
            while not limit.full:
                tickets.append(await limit.acquire())
        assert limit.limit == 8
        for _ in range(8):
            limit.release(tickets.pop(0), overloaded=False)
            while not limit.full:
                tickets.append(await limit.acquire())
        assert limit.limit == 16

    asyncio.run(run())


def test_does_not_grow_when_it_is_not_used_up() -> None:
    async def run() -> None:
        limit = AdaptiveLimit(512, 8)
        for _ in range(100):
            limit.release(await limit.acquire(), overloaded=False)
        assert limit.limit == 8
        limit.slow_start = False
        for _ in range(100):
            limit.release(await limit.acquire(), overloaded=False)
        assert limit.limit == 8

    asyncio.run(run())


def test_never_passes_its_bound() -> None:
    async def run() -> None:
        limit = AdaptiveLimit(20, 16)
        for _ in range(50):
            await _full_round(limit)
        assert limit.limit == 20

    asyncio.run(run())


def test_grows_by_steps_after_slow_start() -> None:
    async def run() -> None:
        limit = AdaptiveLimit(640, 100)
        limit.slow_start = False
        await _full_round(limit)
        assert limit.limit == 110  # one 64th of the bound
        await _full_round(limit)
        assert limit.limit == 120

    asyncio.run(run())


def test_shrinks_by_the_share_that_is_turned_away() -> None:
    async def run() -> None:
        limit = AdaptiveLimit(64, 64)
        await _full_round(limit, lambda n: n % 4 == 0)
        assert limit.limit == 48
        assert not limit.slow_start
        limit = AdaptiveLimit(64, 64)
        await _full_round(limit, lambda n: True)
        assert limit.limit == 32  # never more than half at once

    asyncio.run(run())


def test_a_few_refusals_end_the_growth_and_nothing_more() -> None:
    async def run() -> None:
        limit = AdaptiveLimit(640, 320)
        limit.slow_start = False
        for _ in range(20):
            await _full_round(limit, lambda n: n % 10 == 0)
        assert limit.limit == 320

    asyncio.run(run())


def test_a_cut_that_changes_nothing_is_taken_back() -> None:
    async def run() -> None:
        limit = AdaptiveLimit(640, 320)
        limit.slow_start = False
        await _full_round(limit, lambda n: n % 4 == 0)
        assert limit.limit == 240
        await _full_round(limit, lambda n: n % 4 == 0)
        assert limit.limit >= 320

    asyncio.run(run())


@given(st.integers(0, 10_000), st.sampled_from([0.05, 0.15, 0.25]))
@settings(max_examples=15, deadline=None)
def test_noise_does_not_starve_a_run(seed: int, noise: float) -> None:
    """A share of the answers overloaded by chance, whatever is in flight."""
    random = Random(seed)

    async def run() -> None:
        limit = AdaptiveLimit(256, 16)
        answers = 0
        while answers < 6000:
            answers += await _full_round(limit, lambda n: random.random() < noise)
        assert limit.limit > 16

    asyncio.run(run())


@given(st.integers(0, 10_000))
@settings(max_examples=10, deadline=None)
def test_settles_near_a_servers_capacity_and_follows_it(seed: int) -> None:
    """A server that turns away what is over its capacity."""
    random = Random(seed)

    async def rounds(limit: AdaptiveLimit, capacity: int, count: int) -> list[int]:
        def refused(_: int) -> bool:
            return random.random() < 1 - capacity / limit_now

        seen = []
        for _ in range(count):
            limit_now = int(limit.limit)
            seen.append(await _full_round(limit, refused))
        return seen

    async def run() -> None:
        limit = AdaptiveLimit(640, 16)
        settled = (await rounds(limit, 100, 120))[-40:]
        assert 90 <= sum(settled) / len(settled) <= 130
        fallen = (await rounds(limit, 60, 160))[-60:]
        assert 50 <= sum(fallen) / len(fallen) <= 90

    asyncio.run(run())


def test_answers_to_what_was_sent_before_a_cut_do_not_cut_again() -> None:
    async def run() -> None:
        limit = AdaptiveLimit(64, 64)
        tickets = [await limit.acquire() for _ in range(64)]
        for ticket in tickets:
            limit.release(ticket, overloaded=True)
        assert limit.limit == 32
        late = AdaptiveLimit(64, 32)
        old = [await late.acquire() for _ in range(32)]
        late.queued(waiting=20, running=12)
        cut = late.limit
        for ticket in old:
            late.release(ticket, overloaded=True)
        assert late.limit == cut < 32

    asyncio.run(run())


def test_never_falls_below_one() -> None:
    async def run() -> None:
        limit = AdaptiveLimit(64, 2)
        for _ in range(500):
            await _full_round(limit, lambda n: True)
        assert int(limit.limit) == 1
        assert await _full_round(limit) == 1

    asyncio.run(run())


def test_an_unrelated_fault_teaches_nothing() -> None:
    async def run() -> None:
        limit = AdaptiveLimit(64, 16)
        tickets = [await limit.acquire() for _ in range(16)]
        for ticket in tickets:
            limit.release(ticket)
        assert limit.limit == 16
        assert limit.slow_start

    asyncio.run(run())


def test_the_servers_own_queue_lowers_and_holds_the_limit() -> None:
    async def run() -> None:
        limit = AdaptiveLimit(512, 200)
        tickets = [await limit.acquire() for _ in range(200)]
        limit.queued(waiting=120, running=80)
        assert limit.limit == 90  # what runs, and an eighth of it in the queue
        limit.queued(waiting=120, running=80)
        assert limit.limit == 90  # the same reading again is no further congestion
        for ticket in tickets:
            limit.release(ticket, overloaded=False)
        limit.queued(waiting=6, running=80)
        await _full_round(limit)
        assert limit.limit == 90  # enough, but no more
        limit.queued(waiting=4, running=80)  # what arrived since the batch's last step
        await _full_round(limit)
        assert limit.limit == 98

    asyncio.run(run())


def test_a_fixed_limit_stays() -> None:
    async def run() -> None:
        limit = AdaptiveLimit(32, 4, adaptive=False)
        await _full_round(limit, lambda n: True)
        limit.queued(waiting=100, running=1)
        assert limit.limit == 32

    asyncio.run(run())


def test_the_deepest_goes_first_and_equals_in_order() -> None:
    async def run() -> None:
        limit = AdaptiveLimit(1, 1)
        held = await limit.acquire()
        order: list[str] = []

        async def ask(name: str, depth: int) -> None:
            ticket = await limit.acquire(depth)
            order.append(name)
            limit.release(ticket)

        asked = [("a0", 0), ("b3", 3), ("c1", 1), ("d3", 3), ("e0", 0)]
        tasks = [asyncio.ensure_future(ask(name, depth)) for name, depth in asked]
        await asyncio.sleep(0)
        assert limit.waiting == 5
        limit.release(held)
        await asyncio.gather(*tasks)
        assert order == ["b3", "d3", "c1", "a0", "e0"]
        assert (limit.in_flight, limit.waiting) == (0, 0)

    asyncio.run(run())


@pytest.mark.parametrize("granted", [False, True])
def test_a_cancelled_waiter_leaves_no_place_taken(granted: bool) -> None:
    async def run() -> None:
        limit = AdaptiveLimit(1, 1)
        held = await limit.acquire()
        waiter = asyncio.ensure_future(limit.acquire())
        await asyncio.sleep(0)
        if granted:  # cancelled after the place was given, before the waiter ran
            limit.release(held)
            waiter.cancel()
        else:
            waiter.cancel()
            await asyncio.sleep(0)
            limit.release(held)
        with pytest.raises(asyncio.CancelledError):
            await waiter
        assert (limit.in_flight, limit.waiting) == (0, 0)
        limit.release(await limit.acquire())

    asyncio.run(run())


def test_pause_holds_and_stop_ends_everything_that_waits() -> None:
    async def run() -> None:
        limit = AdaptiveLimit(4, 4)
        limit.pause()
        first = asyncio.ensure_future(limit.acquire())
        await asyncio.sleep(0)
        assert not first.done()
        limit.resume()
        await first
        limit.pause()
        second = asyncio.ensure_future(limit.acquire())
        await asyncio.sleep(0)
        limit.stop(StoppedError("gone"))
        with pytest.raises(StoppedError, match="gone"):
            await second
        with pytest.raises(StoppedError, match="gone"):
            await limit.acquire()

    asyncio.run(run())
