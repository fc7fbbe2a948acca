"""How many prompt tokens vLLM's prefix cache serves, and how many it would with the record placed first.

    .venv/bin/python benchmarks/prefix_cache.py            # needs .venv-vllm: make test-vllm makes it

A rehearsed run over 240 seeds (the bundled ones in three variants) gives the requests of all six stages. They
are sent to a real vLLM server, in the order in which the run made them: first as they are, the constant part
before the record; then, on a server of its own, a sample of them with the record before the constant part.
The model's own words do not matter here, so every answer is one token.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aiohttp

from trace_builder.rehearsal.rule_model import RuleModel
from trace_builder.rehearsal.server.server import RehearsalServer
from trace_builder.rehearsal.server.server_options import ServerOptions

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY / "tests" / "vllm"))

from vllm_server import NAME, VllmServer  # noqa: E402

VARIANTS = ("", "Keep it friendly.", "Keep it factual.")
IN_FLIGHT = 16
#: Of the requests, one in so many is sent with the record first: none of them is served from the cache, so
#: each costs its whole prompt.
SAMPLE = 6
Messages = list[dict[str, str]]


class Recorder(RuleModel):
    """The rule model, keeping what it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Messages] = []

    def answer(self, body: Mapping[str, Any]) -> str:
        self.asked.append(body["messages"])
        return super().answer(body)


async def rehearse(folder: Path) -> list[Messages]:
    """The messages of every request of a whole run."""
    rows = [
        json.loads(line) for line in (REPOSITORY / "seeds" / "demo.jsonl").read_text("utf-8").splitlines()
    ]
    seeds = folder / "seeds.jsonl"
    seeds.write_text(
        "".join(
            json.dumps(
                {**row, "id": f"{row['id']}-{n}", "instruction": f"{row['instruction']} {variant}".strip()}
            )
            + "\n"
            for n, variant in enumerate(VARIANTS)
            for row in rows
        ),
        "utf-8",
    )
    recorder = Recorder()
    server = RehearsalServer(ServerOptions(any_model=True), recorder.answer)
    await server.start()
    program = [sys.executable, "-c", "from trace_builder.cli import main; main()", "run"]
    options = ["--config", "rehearsal", "--seeds", str(seeds), "--output", str(folder / "run")]
    options += ["--base-url", server.base_url]
    done = await asyncio.create_subprocess_exec(*program, *options, stdout=subprocess.DEVNULL)
    if await done.wait() != 0:
        raise SystemExit("the rehearsed run did not finish")
    await server.stop()
    return [messages for messages in recorder.asked if len(messages) > 1]


def record_first(messages: Messages) -> Messages:
    """The same words, the record before the constant part."""
    constant, *record = (message["content"] for message in messages)
    return [{"role": "system", "content": "\n\n".join([*record, constant])}]


async def share(server: VllmServer, prompts: list[Messages]) -> tuple[int, int]:
    """Prompt tokens sent, and those of them that the cache served."""
    totals = [0, 0]
    todo = iter(prompts)

    async def work(session: aiohttp.ClientSession) -> None:
        for messages in todo:
            body = {"model": NAME, "messages": messages, "max_tokens": 1}
            async with session.post(f"{server.base_url}/chat/completions", json=body) as response:
                answer = await response.json()
            if "usage" in answer:  # a prompt too long for the server's 8,192 tokens is left out
                totals[0] += answer["usage"]["prompt_tokens"]
                totals[1] += answer["usage"]["prompt_tokens_details"]["cached_tokens"]

    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(work(session) for _ in range(IN_FLIGHT)))
    return totals[0], totals[1]


def measure(name: str, prompts: list[Messages], log: Path) -> None:
    server = VllmServer(log)
    server.start()
    try:
        server.wait_until_ready()
        started = time.monotonic()
        sent, cached = asyncio.run(share(server, prompts))
        seconds = time.monotonic() - started
    finally:
        server.kill()
    print(f"{name:<16}{len(prompts):>9,}{sent:>15,}{cached / sent:>9.1%}{sent / seconds:>17,.0f}", flush=True)


def main() -> None:
    os.environ.setdefault("OPENAI_API_KEY", "none")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prompts = asyncio.run(rehearse(folder))
        print(f"{'':<16}{'requests':>9}{'prompt tokens':>15}{'cached':>9}{'prompt tokens/s':>17}")
        measure("record last", prompts, folder / "last.log")
        measure("record first", [record_first(one) for one in prompts[::SAMPLE]], folder / "first.log")


if __name__ == "__main__":
    main()
