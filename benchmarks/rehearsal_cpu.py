"""What the rehearsal server itself costs: CPU for each request, over a run of the bundled seeds (its rules at
work) and over short questions that the rules answer at once (the server alone).

    .venv/bin/python benchmarks/rehearsal_cpu.py            # Linux
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import aiohttp

from trace_builder.config import RehearsalConfig
from trace_builder.rehearsal.server.process import RehearsalProcess, start

SHORT = 4000
IN_FLIGHT = 64
PROMPT = (Path(__file__).resolve().parents[1] / "prompts" / "en" / "judge.md").read_text("utf-8")


def cpu(server: RehearsalProcess) -> float:
    """Seconds of CPU the server has used."""
    fields = Path(f"/proc/{server.pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def ask_short(server: RehearsalProcess) -> int:
    todo = iter(range(SHORT))

    async def work(session: aiohttp.ClientSession) -> None:
        for n in todo:
            messages = [
                {"role": "system", "content": PROMPT},
                {"role": "user", "content": f"Roses, number {n}."},
            ]
            body = {"model": "rehearsal", "seed": n, "messages": messages}
            async with session.post(f"{server.base_url}/chat/completions", json=body) as response:
                await response.read()

    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(work(session) for _ in range(IN_FLIGHT)))
    return SHORT


def run(server: RehearsalProcess) -> int:
    with tempfile.TemporaryDirectory() as name:
        program = [sys.executable, "-c", "from trace_builder.cli import main; main()", "run"]
        options = ["--config", "rehearsal", "--output", f"{name}/run", "--base-url", server.base_url]
        subprocess.run([*program, *options], check=True, capture_output=True)
        return sum(path.read_bytes().count(b"\n") for path in Path(f"{name}/run/calls").iterdir())


def main() -> None:
    os.environ.setdefault("OPENAI_API_KEY", "none")
    with start(RehearsalConfig(), any_model=True) as server:
        for name, work in (
            ("short questions", lambda: asyncio.run(ask_short(server))),
            ("a run", lambda: run(server)),
        ):
            before = cpu(server)
            count = work()
            print(
                f"{name:<16}{count:>6} requests, {1000 * (cpu(server) - before) / count:.2f} ms of CPU each"
            )


if __name__ == "__main__":
    main()
