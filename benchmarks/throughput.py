"""How much of the servers' capacity a client uses, and what a call costs it.

    python benchmarks/throughput.py                        # 64, 512, 1024 in flight; 0.2 s fixed
    python benchmarks/throughput.py --in-flight 512 --latency lognormal:1,0.8 --seconds 60

Legs, each in a process of its own against the same server process:

    aiohttp    a bare aiohttp loop: what Python can do at best
    openai     a bare loop over the openai SDK on its aiohttp transport: the measure
    wire       trace_builder's client alone; it finds the concurrency by itself, from 1 up
    pipeline   a run: the prompt rendered, the answer parsed, everything journaled

Every leg asks the same questions. Rates are over the middle of a leg (ramp-up and the last calls aside); CPU
is the client process's own, over all its calls; ramp is the time until that many were in flight.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from one_question import messages  # noqa: E402
from quick_server import MODEL, sampler  # noqa: E402

from trace_builder.config import ModelConfig, WireConfig  # noqa: E402
from trace_builder.llm.schema import schema_text  # noqa: E402
from trace_builder.stages.replies import Completeness  # noqa: E402

LEGS = ("aiohttp", "openai", "wire", "pipeline")
#: Share of the completions before and after which the rate is not measured.
HEAD, TAIL = 0.4, 0.2

SYSTEM, USER = (turn["content"] for turn in messages(0))
SCHEMA = schema_text(Completeness)
Call = Callable[[int], Awaitable[str]]


def model_at(url: str) -> ModelConfig:
    return ModelConfig(name=MODEL, base_urls=(url,), structured="json_schema")


async def through(call: Call, calls: int, workers: int) -> dict[str, Any]:
    """Makes all calls with that many workers; returns when each was done and what it cost."""
    todo = iter(range(calls))
    done: list[float] = []

    async def work() -> None:
        for n in todo:
            assert await call(n)
            done.append(time.perf_counter())

    before, began = _cpu(), time.perf_counter()
    await asyncio.gather(*(work() for _ in range(workers)))
    spent = _cpu() - before
    first, last = int(calls * HEAD), int(calls * (1 - TAIL)) - 1
    return {
        "calls": calls,
        "seconds": done[-1] - began,
        "rate": (last - first) / (done[last] - done[first]),
        "cpu_ms": spent / calls * 1000,
    }


async def leg_aiohttp(url: str, calls: int, in_flight: int) -> dict[str, Any]:
    import aiohttp

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=in_flight)) as session:

        async def call(n: int) -> str:
            async with session.post(f"{url}/chat/completions", json=_body(n)) as response:
                value = await response.json()
                return str(value["choices"][0]["message"]["content"])

        return await through(call, calls, in_flight)


async def leg_openai(url: str, calls: int, in_flight: int) -> dict[str, Any]:
    import httpx2
    import openai

    transport = openai.DefaultAioHttpClient(
        limits=httpx2.Limits(max_connections=in_flight, max_keepalive_connections=in_flight)
    )
    async with openai.AsyncOpenAI(
        api_key="EMPTY", base_url=url, max_retries=0, http_client=transport
    ) as client:

        async def call(n: int) -> str:
            answer = await client.chat.completions.create(**_body(n))  # type: ignore[call-overload]
            return str(answer.choices[0].message.content)

        return await through(call, calls, in_flight)


async def leg_wire(url: str, calls: int, in_flight: int) -> dict[str, Any]:
    from trace_builder.llm.client import LLMClient
    from trace_builder.llm.types import ChatRequest

    wire = WireConfig(concurrency=in_flight, start=1)
    async with LLMClient({"default": model_at(url)}, wire) as client:
        await client.prepare()
        ramp: list[float] = []
        began = time.perf_counter()

        async def call(n: int) -> str:
            request = ChatRequest(
                client="default",
                model=MODEL,
                messages=(("system", SYSTEM), ("user", f"{n} {USER}")),
                seed=n,
                max_tokens=512,
                sampling=(("temperature", 0.7), ("top_p", 0.95)),
                schema_name="completeness",
                schema=SCHEMA,
            )
            answer = await client.complete(request)
            if not ramp and client.snapshot().in_flight >= in_flight - 1:
                ramp.append(time.perf_counter() - began)
            return answer.text

        result = await through(call, calls, in_flight)
        return result | {"ramp": ramp[0] if ramp else None}


async def leg_pipeline(url: str, calls: int, in_flight: int) -> dict[str, Any]:
    from one_question import finished, walk

    with tempfile.TemporaryDirectory() as folder:
        before = _cpu()
        await walk(Path(folder), model_at(url), WireConfig(concurrency=in_flight, start=1), calls)
        spent = _cpu() - before
        spans = finished(Path(folder))
    assert len(spans) == calls
    first, last = int(calls * HEAD), int(calls * (1 - TAIL)) - 1
    return {
        "calls": calls,
        "rate": (last - first) / (spans[last][1] - spans[first][1]),
        "cpu_ms": spent / calls * 1000,
        "ramp": _ramp(spans, in_flight),
    }


def _ramp(spans: list[tuple[float, float]], in_flight: int) -> float | None:
    """Seconds from the first request to the moment when (nearly) that many were in flight."""
    events = sorted([(sent, 1) for sent, _ in spans] + [(answered, -1) for _, answered in spans])
    now = 0
    for moment, step in events:
        now += step
        if now >= in_flight * 0.99:
            return moment - events[0][0]
    return None


def _body(n: int) -> dict[str, Any]:
    return {
        "model": MODEL,
        "messages": [{"role": "system", "content": SYSTEM}, {"role": "user", "content": f"{n} {USER}"}],
        "max_tokens": 512,
        "seed": n,
        "temperature": 0.7,
        "top_p": 0.95,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "completeness", "schema": json.loads(SCHEMA), "strict": True},
        },
    }


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def run_leg(leg: str, url: str, calls: int, in_flight: int) -> dict[str, Any]:
    command = [sys.executable, __file__, "--leg", leg, "--url", url]
    command += ["--calls", str(calls), "--in-flight", str(in_flight)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def compare(in_flights: list[int], latency: str, seconds: float, legs: list[str]) -> None:
    mean, _ = sampler(latency)
    print(f"latency {latency} (mean {mean:.3g} s), {os.cpu_count()} cores, Python {sys.version.split()[0]}")
    print(
        f"{'in flight':>9} {'leg':>8} {'calls':>7} {'req/s':>8} {'of ideal':>8} {'CPU ms':>7} "
        f"{'/openai':>8} {'ramp s':>7}"
    )
    for in_flight in in_flights:
        server = subprocess.Popen(
            [sys.executable, str(HERE / "quick_server.py"), "--latency", latency],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        ideal = in_flight / mean if mean else float("inf")
        calls = int(min(ideal, 1500) * seconds)
        try:
            measured = {leg: run_leg(leg, url, calls, in_flight) for leg in legs}
        finally:
            server.communicate()
        for leg, found in measured.items():
            base = measured.get("openai", found)["cpu_ms"]
            ramp = f"{found['ramp']:.1f}" if found.get("ramp") is not None else "-"
            print(
                f"{in_flight:>9} {leg:>8} {calls:>7} {found['rate']:>8.0f} {found['rate'] / ideal:>8.1%} "
                f"{found['cpu_ms']:>7.2f} {found['cpu_ms'] / base:>8.2f} {ramp:>7}",
                flush=True,
            )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--in-flight", type=int, nargs="+", default=[64, 512, 1024])
    parser.add_argument("--latency", default="fixed:0.2")
    parser.add_argument(
        "--seconds", type=float, default=15.0, help="about how long a leg would take at the ideal"
    )
    parser.add_argument("--legs", nargs="+", choices=LEGS, default=list(LEGS))
    parser.add_argument("--leg", choices=LEGS, help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    parser.add_argument("--calls", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.leg is None:
        compare(options.in_flight, options.latency, options.seconds, options.legs)
        return
    legs = {"aiohttp": leg_aiohttp, "openai": leg_openai, "wire": leg_wire, "pipeline": leg_pipeline}
    leg = legs[options.leg]
    print(json.dumps(asyncio.run(leg(options.url, options.calls, options.in_flight[0]))))


if __name__ == "__main__":
    main()
