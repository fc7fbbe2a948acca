"""How much of the servers' capacity a client uses, and what a call costs it.

    python benchmarks/throughput.py                        # 64, 512, 1024 in flight; 0.2 s fixed
    python benchmarks/throughput.py --in-flight 512 --latency lognormal:1,0.8 --seconds 60

Legs, each in a process of its own against the same server process:

    aiohttp    a bare aiohttp loop: what Python can do at best
    openai     a bare loop over the openai SDK on its aiohttp transport: the measure
    sdk-post   the SDK's `post` without its types: bytes there and back
    wire       trace_builder's client alone; it finds the concurrency by itself, from 1 up
    pipeline   a run: the prompt rendered, the answer parsed, everything journaled

Every leg asks the same questions and draws the same latencies. Columns:

    req/s      over the middle of the leg, by the server's notes (ramp-up and the last calls aside)
    of ideal   of in flight / mean latency, the mean being that of the latencies drawn for those requests
    held       requests that were at the server, on average; what is missing is the client's time between
               an answer and the next request
    late ms    how much longer than its latency a request stayed there
    CPU ms     the client process's own, over all its calls
    ramp s     until that many were in flight
    others     cores that other processes of the machine kept busy during the leg
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
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openai import AsyncOpenAI

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from middle import Machine, Middle, middle, reached  # noqa: E402
from one_question import messages, walk  # noqa: E402
from quick_server import MODEL, QuickServer, sampler, started  # noqa: E402

from trace_builder.config import ModelConfig, WireConfig  # noqa: E402
from trace_builder.llm.schema import schema_text  # noqa: E402
from trace_builder.stages.common.answer_schemas import Completeness  # noqa: E402

LEGS = ("aiohttp", "openai", "sdk-post", "wire", "pipeline")
SYSTEM, USER = (turn["content"] for turn in messages(0))
SCHEMA = schema_text(Completeness)
Call = Callable[[int], Awaitable[str]]


def model_at(url: str) -> ModelConfig:
    return ModelConfig(name=MODEL, base_urls=(url,), structured="json_schema")


async def through(call: Call, calls: int, workers: int) -> float:
    """Makes all calls with that many workers; returns the seconds of CPU."""
    todo = iter(range(calls))

    async def work() -> None:
        for n in todo:
            assert await call(n)

    before = _cpu()
    await asyncio.gather(*(work() for _ in range(workers)))
    return _cpu() - before


async def leg_aiohttp(url: str, calls: int, in_flight: int) -> float:
    import aiohttp

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=in_flight)) as session:

        async def call(n: int) -> str:
            async with session.post(f"{url}/chat/completions", json=_body(n)) as response:
                value = await response.json()
                return str(value["choices"][0]["message"]["content"])

        return await through(call, calls, in_flight)


async def leg_openai(url: str, calls: int, in_flight: int) -> float:
    async with _sdk(url, in_flight) as client:

        async def call(n: int) -> str:
            answer = await client.chat.completions.create(**_body(n))  # type: ignore[call-overload]
            return str(answer.choices[0].message.content)

        return await through(call, calls, in_flight)


async def leg_sdk_post(url: str, calls: int, in_flight: int) -> float:
    import httpx2

    async with _sdk(url, in_flight) as client:
        options: Any = {"security": {"bearer_auth": True}}

        async def call(n: int) -> str:
            body = json.dumps(_body(n)).encode()
            answer = await client.post(
                "/chat/completions", cast_to=httpx2.Response, content=body, options=options
            )
            return str(json.loads(answer.content)["choices"][0]["message"]["content"])

        return await through(call, calls, in_flight)


def _sdk(url: str, in_flight: int) -> AsyncOpenAI:
    import httpx2
    import openai

    limits = httpx2.Limits(max_connections=in_flight, max_keepalive_connections=in_flight)
    http = openai.DefaultAioHttpClient(limits=limits)
    return openai.AsyncOpenAI(api_key="EMPTY", base_url=url, max_retries=0, http_client=http)


async def leg_wire(url: str, calls: int, in_flight: int) -> float:
    from trace_builder.llm.llm_client import LLMClient
    from trace_builder.llm.types import ChatRequest

    wire = WireConfig(concurrency=in_flight, start=1)
    async with LLMClient({"default": model_at(url)}, wire) as client:
        await client.prepare()

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
            return (await client.complete(request)).text

        # A few more than may be in flight, as in a run: one waits for each place that becomes free.
        return await through(call, calls, in_flight + max(8, in_flight // 4))


async def leg_pipeline(url: str, calls: int, in_flight: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        before = _cpu()
        await walk(Path(folder), model_at(url), WireConfig(concurrency=in_flight, start=1), calls)
        return _cpu() - before


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


@dataclass(frozen=True)
class Leg:
    """What one leg came to. ``cpu``: seconds of the client over all calls; ``others``: cores."""

    middle: Middle
    cpu: float
    ramp: float | None
    others: float


def run_leg(name: str, server: QuickServer, calls: int, in_flight: int) -> Leg:
    command = [sys.executable, __file__, "--leg", name, "--url", server.url]
    command += ["--calls", str(calls), "--in-flight", str(in_flight)]
    return watch(command, server, calls, in_flight)


def watch(command: list[str], server: QuickServer, calls: int, in_flight: int, cwd: str | None = None) -> Leg:
    """Runs a client that makes ``calls`` calls; the last line it prints is its seconds of CPU."""
    machine = Machine()
    server.clear()
    began, busy, ours = time.perf_counter(), machine.busy(), machine.of(server.pid) + _cpu_of_children()
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)
    ours = machine.of(server.pid) + _cpu_of_children() - ours
    others = (machine.busy() - busy - ours) / (time.perf_counter() - began)
    if done.returncode:
        raise SystemExit(done.stderr)
    served = server.served()
    if len(served) != calls:
        raise SystemExit(f"{len(served)} requests served for {calls} calls: {done.stderr[-2000:]}")
    ramp = reached(((row.came, row.answered) for row in served), in_flight)
    return Leg(middle(served), float(done.stdout.split()[-1]), ramp, max(0.0, others))


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def compare(in_flights: list[int], latency: str, seconds: float, legs: list[str]) -> None:
    mean, _ = sampler(latency)
    print(f"$ python {' '.join(sys.argv)}   ({os.cpu_count()} cores, Python {sys.version.split()[0]})")
    print(
        f"{'in flight':>9} {'leg':>8} {'calls':>7} {'req/s':>6} {'of ideal':>8} {'held':>6} {'late ms':>7} "
        f"{'CPU ms':>6} {'/openai':>7} {'ramp s':>6} {'others':>6}"
    )
    for in_flight in in_flights:
        calls = int(min(in_flight / mean, 1500) * seconds)
        with started(latency) as server:
            measured = {leg: run_leg(leg, server, calls, in_flight) for leg in legs}
        base = measured.get("openai")
        for name, leg in measured.items():
            ratio = f"{leg.cpu / base.cpu:.2f}" if base else "-"
            ramp = f"{leg.ramp:.1f}" if leg.ramp is not None else "-"
            found = leg.middle
            print(
                f"{in_flight:>9} {name:>8} {calls:>7} {found.rate:>6.0f} {found.share(in_flight):>8.1%} "
                f"{found.held:>6.0f} {found.late * 1000:>7.1f} {leg.cpu / calls * 1000:>6.2f} {ratio:>7} "
                f"{ramp:>6} {leg.others:>6.2f}",
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
    leg = {
        "aiohttp": leg_aiohttp,
        "openai": leg_openai,
        "sdk-post": leg_sdk_post,
        "wire": leg_wire,
        "pipeline": leg_pipeline,
    }[options.leg]
    print(asyncio.run(leg(options.url, options.calls, options.in_flight[0])))


if __name__ == "__main__":
    main()
