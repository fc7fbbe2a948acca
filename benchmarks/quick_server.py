"""A server that does nothing but answer chat completions after a while, for measuring clients.

    python benchmarks/quick_server.py --latency fixed:0.2

Prints its base URL and serves until its standard input closes. It spends far less on a request than any
client does, so that the client is what a benchmark measures.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys

from aiohttp import web

MODEL = "quick"


def sampler(spec: str) -> tuple[float, object]:
    """The mean of a latency such as ``fixed:0.2`` or ``lognormal:1,0.8`` (median, sigma), and its draws."""
    import math

    kind, _, numbers = spec.partition(":")
    values = [float(x) for x in numbers.split(",")]
    draws = random.Random(0)
    if kind == "fixed":
        return values[0], lambda: values[0]
    if kind == "lognormal":
        median, sigma = values
        return median * math.exp(sigma**2 / 2), lambda: draws.lognormvariate(math.log(median), sigma)
    raise SystemExit(f"--latency {spec}: fixed:SECONDS or lognormal:MEDIAN,SIGMA")


def completion(words: int) -> bytes:
    text = json.dumps({"reasoning": "word " * words, "verdict": "incomplete_description"})
    return json.dumps(
        {
            "id": "chatcmpl-0",
            "object": "chat.completion",
            "created": 0,
            "model": MODEL,
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": text},
                    "logprobs": None,
                    "finish_reason": "stop",
                }
            ],
            "usage": {"prompt_tokens": 1200, "completion_tokens": words, "total_tokens": 1200 + words},
        }
    ).encode()


async def serve(latency: str, words: int) -> None:
    _, draw = sampler(latency)
    body = completion(words)
    loop = asyncio.get_running_loop()

    async def chat(request: web.Request) -> web.Response:
        await request.read()
        wait = draw()  # type: ignore[operator]
        if wait:
            await asyncio.sleep(wait)
        return web.Response(body=body, content_type="application/json")

    async def models(request: web.Request) -> web.Response:
        return web.json_response({"object": "list", "data": [{"id": MODEL, "max_model_len": 32768}]})

    app = web.Application()
    app.router.add_post("/v1/chat/completions", chat)
    app.router.add_get("/v1/models", models)
    runner = web.AppRunner(app, access_log=None, keepalive_timeout=75)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, backlog=4096)
    await site.start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}/v1", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--latency", default="fixed:0.2")
    parser.add_argument("--words", type=int, default=150)
    options = parser.parse_args()
    asyncio.run(serve(options.latency, options.words))
