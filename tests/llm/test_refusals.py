"""Questions that a server refuses one and all: the run is told at once, not record by record."""

from __future__ import annotations

import asyncio
from itertools import count
from typing import Any

import pytest

from trace_builder.errors import InputError
from trace_builder.llm.servers.pool import REFUSALS
from trace_builder.llm.types import WireError


def refusals(kit: Any, answer: Any, questions: int = REFUSALS, **wire: Any) -> list[BaseException | str]:
    """What each question ends in, one after the other."""

    async def run() -> list[BaseException | str]:
        async with kit.Server() as server, kit.client(server, **wire) as client:
            await client.prepare()
            server.answer = answer
            results = []
            for n in range(questions):
                try:
                    results.append((await client.complete(kit.request(str(n)))).text)
                except (WireError, InputError) as error:
                    results.append(error)
            return results

    return asyncio.run(run())


def refusing(kit: Any, message: str, **fields: Any) -> Any:
    figures = count(100)
    return lambda body: kit.Reply(status=400, body=kit.error(message.format(next(figures)), **fields))


def test_the_same_refusal_of_the_first_questions_stops_the_run_with_its_text(kit: Any) -> None:
    results = refusals(kit, refusing(kit, "top_k must be below 50, request {}"))
    assert all(isinstance(result, WireError) for result in results[:-1])
    assert isinstance(results[-1], InputError)
    assert str(results[-1]).startswith(f"the first {REFUSALS} questions were all refused alike: http://")
    assert "top_k must be below 50, request" in str(results[-1])


def test_what_waits_for_a_place_is_told_too(kit: Any) -> None:
    async def run() -> None:
        async with kit.Server() as server, kit.client(server, concurrency=2, start=2) as client:
            server.answer = refusing(kit, "no")
            asking = [client.complete(kit.request(str(n))) for n in range(200)]
            results = await asyncio.gather(*asking, return_exceptions=True)
            assert sum(isinstance(result, WireError) for result in results) < REFUSALS + 2
            assert len(server.seen) < REFUSALS + 2

    asyncio.run(run())


@pytest.mark.parametrize(
    "fields",
    [
        {"param": "input_tokens"},
        {"code": "context_length_exceeded"},
        {"code": "content_filter"},
        {"code": "data_inspection_failed"},
        {"type": "content_policy_violation"},
    ],
)
def test_refusals_of_what_is_in_a_question_are_its_own(kit: Any, fields: dict[str, str]) -> None:
    results = refusals(kit, refusing(kit, "no", **fields), questions=2 * REFUSALS)
    assert all(isinstance(result, WireError) for result in results)


def test_refusals_that_differ_are_each_questions_own(kit: Any) -> None:
    words = count()
    answer = lambda body: kit.Reply(status=400, body=kit.error("ab"[next(words) % 2]))  # noqa: E731
    assert all(isinstance(result, WireError) for result in refusals(kit, answer, 3 * REFUSALS))


def test_once_a_question_was_answered_refusals_are_each_questions_own(kit: Any) -> None:
    first = [kit.Reply()]
    refuse = refusing(kit, "no")
    results = refusals(kit, lambda body: first.pop() if first else refuse(body), 2 * REFUSALS)
    assert results[0] == "fine"
    assert all(isinstance(result, WireError) for result in results[1:])
