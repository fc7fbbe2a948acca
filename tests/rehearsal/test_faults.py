from __future__ import annotations

import asyncio
import json
from collections import Counter

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel
from rehearsal_serving import VERDICTS, Got, Parrot, Send, chat, client, serving

from trace_builder.errors import InputError
from trace_builder.llm.structured import parse
from trace_builder.rehearsal.server import faults
from trace_builder.rehearsal.server.faults import CONTENT_FAULTS, WIRE_FAULTS, FaultPlan, parse_faults
from trace_builder.stages.common.answer_schemas import verdicts_of

pytestmark = pytest.mark.anyio

REQUESTS = [f"request {n}".encode() for n in range(4000)]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def test_kinds_and_rates_are_read() -> None:
    assert parse_faults(["rate_limit=0.05", "empty=1"]) == {"rate_limit": 0.05, "empty": 1.0}
    assert parse_faults([]) == {}


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["flood=0.1"], "truncated_json"),
        (["hang"], "KIND=RATE"),
        (["hang=often"], "not a number"),
        (["hang=1.5"], "between 0 and 1"),
        (["hang=-0.1"], "between 0 and 1"),
        (["hang=nan"], "between 0 and 1"),
        (["hang=0.1", "hang=0.2"], "twice"),
    ],
)
def test_what_is_not_a_fault_is_explained(texts: list[str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        parse_faults(texts)


def test_the_error_for_an_unknown_kind_lists_the_known_ones() -> None:
    with pytest.raises(InputError) as caught:
        FaultPlan(0, {"flood": 0.5})
    assert all(kind in str(caught.value) for kind in [*WIRE_FAULTS, *CONTENT_FAULTS])


@pytest.mark.parametrize("kind", [*WIRE_FAULTS, *CONTENT_FAULTS])
def test_the_share_of_requests_hit_is_the_rate(kind: str) -> None:
    plan = FaultPlan(7, {kind: 0.25}, deaths=10_000)
    if kind in WIRE_FAULTS:
        hits = sum(plan.wire(request) == kind for request in REQUESTS)
    else:
        hits = sum(plan.content(request) == [kind] for request in REQUESTS)
    assert hits == pytest.approx(1000, abs=110)  # four standard deviations


def test_a_request_sent_again_meets_a_fresh_draw_on_the_wire() -> None:
    plan = FaultPlan(1, {"error_500": 0.5})
    fates = Counter(tuple(plan.wire(request) is not None for _ in range(2)) for request in REQUESTS)
    assert set(fates) == {(a, b) for a in (True, False) for b in (True, False)}
    assert min(fates.values()) > 800


@given(st.permutations(range(30)), st.integers(0, 5))
def test_content_faults_depend_on_the_request_alone(order: list[int], seed: int) -> None:
    rates = {"empty": 0.3, "prose": 0.3}
    straight, shuffled = FaultPlan(seed, rates), FaultPlan(seed, rates)
    expected = [straight.content(request) for request in REQUESTS[:30]]
    met = {n: shuffled.content(REQUESTS[n]) for n in order}
    assert [met[n] for n in range(30)] == expected
    assert [straight.content(request) for request in REQUESTS[:30]] == expected


def test_seeds_and_kinds_draw_independently() -> None:
    hits = [
        {request for request in REQUESTS if FaultPlan(seed, {kind: 0.5}).content(request)}
        for seed, kind in ((0, "empty"), (1, "empty"), (0, "prose"))
    ]
    for left in range(3):
        for right in range(left):
            assert len(hits[left] & hits[right]) == pytest.approx(1000, abs=120)


def test_deaths_are_counted() -> None:
    plan = FaultPlan(0, {"dies": 1.0, "error_500": 1.0}, deaths=2)
    assert [plan.wire(request) for request in REQUESTS[:4]] == ["dies", "dies", "error_500", "error_500"]


def test_the_memory_of_sends_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "SEEN_LIMIT", 10)
    plan = FaultPlan(0, {"slow": 0.5})
    first = [plan.wire(request) for request in REQUESTS[:100]]
    assert [
        plan.wire(request) for request in REQUESTS[:100]
    ] == first  # all forgotten, so all as the first time


@pytest.mark.parametrize(
    ("kind", "status", "retry_after"),
    [
        ("rate_limit", 429, None),
        ("rate_limit_retry_after", 429, "1"),
        ("error_500", 500, None),
        ("error_503", 503, None),
        ("not_json", 200, None),
    ],
)
async def test_answers_that_are_errors(kind: str, status: int, retry_after: str | None) -> None:
    async with serving(faults={kind: 1.0}) as server, client(server) as send:
        got = await send(chat("hi"))
    assert (got.status, got.headers.get("Retry-After")) == (status, retry_after)
    if kind in ("not_json", "error_503"):
        with pytest.raises(ValueError, match="Expecting value"):
            json.loads(got.raw)
    else:
        assert got.json["error"]["code"] == status


async def test_a_reset_before_the_answer() -> None:
    async with serving(faults={"reset_before": 1.0}) as server, client(server) as send:
        with pytest.raises((ConnectionResetError, aiohttp.ServerDisconnectedError, aiohttp.ClientOSError)):
            await send(chat("hi"))


async def test_the_body_ends_early_with_a_reset_or_with_an_orderly_close() -> None:
    ends: Counter[str] = Counter()
    async with serving(Parrot("word " * 5000), faults={"reset_body": 1.0}) as server:
        for n in range(20):
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            body = json.dumps(chat("hi", str(n))).encode()
            writer.write(b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n")
            writer.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
            try:
                ends["close" if len(await reader.read()) < 25_000 else "whole"] += 1
            except ConnectionResetError:
                ends["reset"] += 1
            writer.close()
    assert set(ends) == {"close", "reset"}


async def test_a_hang_lasts_until_the_client_gives_up() -> None:
    timeout = aiohttp.ClientTimeout(total=0.2)
    async with serving(faults={"hang": 1.0}) as server, client(server, timeout=timeout) as send:
        with pytest.raises(asyncio.TimeoutError):
            await send(chat("hi"))


async def test_a_hang_is_bounded() -> None:
    async with serving(faults={"hang": 1.0}, hang_seconds=0.01) as server, client(server) as send:
        with pytest.raises((ConnectionResetError, aiohttp.ServerDisconnectedError, aiohttp.ClientOSError)):
            await send(chat("hi"))


async def test_slow_bytes_are_the_whole_answer_in_the_end() -> None:
    slow = serving(Parrot("all of it"), faults={"slow": 1.0}, slow_seconds=0.1)
    async with slow as server, aiohttp.ClientSession() as session:
        response = await session.post(f"{server.base_url}/chat/completions", json=chat("hi"))
        pieces = [piece async for piece, _ in response.content.iter_chunks()]
    assert len(pieces) > 5
    assert json.loads(b"".join(pieces))["choices"][0]["message"]["content"] == "all of it"


GONE = (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError)


async def send_until_answered(send: Send) -> Got:
    while True:
        try:
            return await send(chat("hi"))
        except GONE:
            await asyncio.sleep(0.02)


async def test_a_server_that_dies_drops_everybody_and_comes_back_on_its_port() -> None:
    dies = serving(faults={"dies": 1.0}, deaths=1, down_seconds=0.3)
    async with dies as server, client(server) as send:
        with pytest.raises(GONE):
            await send(chat("hi"))
        with pytest.raises(aiohttp.ClientConnectorError):
            await send(chat("hi"))
        assert (await send_until_answered(send)).status == 200


async def test_requests_that_die_together_see_one_death() -> None:
    dies = serving(faults={"dies": 1.0}, deaths=5, down_seconds=0.05)
    async with dies as server, client(server) as send:
        sent = (send(chat("hi", str(n))) for n in range(5))
        assert all(isinstance(end, GONE) for end in await asyncio.gather(*sent, return_exceptions=True))
        assert (await send_until_answered(send)).status == 200


async def test_a_death_takes_requests_in_flight_with_it() -> None:
    async with (
        serving(latency="3600", faults={"dies": 0.5}, seed=5, down_seconds=0) as server,
        client(server) as send,
    ):
        sent = [asyncio.ensure_future(send(chat("hi", str(n)))) for n in range(30)]
        done, _ = await asyncio.wait(sent, return_when=asyncio.FIRST_EXCEPTION)
        for task in sent:
            task.cancel()
        results = await asyncio.gather(*sent, return_exceptions=True)
    assert done
    assert not [result for result in results if not isinstance(result, BaseException)]


async def content(kind: str, text: str, requests: int = 40) -> list[tuple[str, str]]:
    async with serving(Parrot(text), faults={kind: 1.0}) as server, client(server) as send:
        answers = [await send(chat("hi", str(n))) for n in range(requests)]
    assert {answer.status for answer in answers} == {200}
    return [(answer.text, answer.finish) for answer in answers]


class Verdict(BaseModel):
    reasoning: str
    score: int


class Verdicts(BaseModel):
    c1: Verdict
    c2: Verdict
    c3: Verdict


def fits(text: str) -> bool:
    try:
        Verdicts.model_validate_json(text)
    except ValueError:
        return False
    return True


GOOD = json.dumps(VERDICTS)


@pytest.mark.parametrize(
    "kind", ["truncated_json", "schema_break", "wrong_types", "empty", "refusal", "length", "prose"]
)
async def test_a_faulty_structure_never_fits_its_schema(kind: str) -> None:
    answers = await content(kind, GOOD)
    assert fits(GOOD)
    assert not [text for text, _ in answers if fits(text)]
    assert {finish for _, finish in answers} == {"length" if kind == "length" else "stop"}


async def test_a_missing_a_doubled_and_an_unscored_verdict_are_none() -> None:
    for text, _ in await content("missing_verdict", GOOD):
        assert len(json.loads(text)) == 2
        assert not fits(text)
    for text, _ in await content("doubled_verdict", GOOD):
        names = [name for name, _ in json.loads(text, object_pairs_hook=list)]
        assert sorted(set(names)) == ["c1", "c2", "c3"]
        assert len(names) == 4
        with pytest.raises(ValueError, match="given twice"):
            parse(text, verdicts_of(3, task=False))
    for text, _ in await content("unscored_verdict", GOOD):
        read = verdicts_of(3, task=False).model_validate_json(text)
        assert [getattr(read, name).score for name in ("c1", "c2", "c3")].count(None) == 1


async def test_prose_stands_around_the_whole_answer() -> None:
    for text, _ in await content("prose", GOOD, 2):
        assert GOOD in text
        assert text.index(GOOD) > 0
        assert not text.endswith(GOOD)


async def test_faults_of_structure_leave_plain_text_alone() -> None:
    for kind in (
        "truncated_json",
        "schema_break",
        "wrong_types",
        "missing_verdict",
        "doubled_verdict",
        "unscored_verdict",
        "prose",
    ):
        assert await content(kind, "A plain response.", 3) == [("A plain response.", "stop")] * 3
    assert (await content("refusal", "一个回答。", 1))[0][0].startswith("抱歉")


async def test_two_servers_and_any_order_give_the_same_answers() -> None:
    rates = dict.fromkeys(CONTENT_FAULTS, 0.2)
    runs = []
    for order in (range(60), reversed(range(60))):
        async with serving(Parrot(GOOD), faults=rates, seed=9) as server, client(server) as send:
            got = {n: await send(chat("hi", str(n))) for n in order}
        runs.append(
            [(got[n].text, got[n].finish, got[n].json["usage"]["completion_tokens"]) for n in range(60)]
        )
    assert runs[0] == runs[1]
    assert 20 < sum(text != GOOD for text, _, _ in runs[0]) < 60


async def test_wire_faults_pass_when_a_request_is_sent_again() -> None:
    rates = dict.fromkeys(("rate_limit", "error_500", "error_503", "not_json", "reset_before"), 0.1)
    met: Counter[str] = Counter()
    async with serving(Parrot(GOOD), faults=rates) as server, client(server) as send:
        for n in range(60):
            while True:
                try:
                    got = await send(chat("hi", str(n)))
                except aiohttp.ClientError as error:
                    met[type(error).__name__] += 1
                    continue
                met[f"{got.status} {got.headers['Content-Type'].split(';')[0]}"] += 1
                if got.status == 200 and got.headers["Content-Type"].startswith("application/json"):
                    assert got.text == GOOD
                    break
    assert met["200 application/json"] == 60
    assert len(met) >= 5
