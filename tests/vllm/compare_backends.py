"""How many structured answers are no JSON, for each grammar backend: the table in docs/vllm.md.

.venv/bin/python tests/vllm/compare_backends.py
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from pathlib import Path
from typing import Any

import aiohttp
from vllm_server import NAME, VllmServer

from trace_builder.llm.schema import schema_text
from trace_builder.stages.common.answer_schemas import Expansion, Structuring, Verdicts

ANSWERS = 200


def schemas() -> dict[str, Any]:
    found = {want.__name__: json.loads(schema_text(want)) for want in (Structuring, Verdicts, Expansion)}
    found["Expansion, bounded"] = json.loads(schema_text(Expansion))
    found["Expansion"]["properties"]["text"].pop("minLength", None)
    found["Expansion, bounded"]["properties"]["text"]["minLength"] = 1
    return found


async def ask(session: aiohttp.ClientSession, server: VllmServer, schema: Any, seed: int) -> tuple[str, str]:
    body = {
        "model": NAME,
        "seed": seed,
        "temperature": 0.9,
        "max_tokens": 1024,
        "messages": [{"role": "user", "content": f"Note {seed}."}],
        "response_format": {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}},
    }
    async with session.post(f"{server.base_url}/chat/completions", json=body) as response:
        choice = (await response.json())["choices"][0]
        return choice["message"]["content"], choice["finish_reason"]


def is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


async def compare(server: VllmServer, backend: str) -> None:
    async with aiohttp.ClientSession() as session:
        for name, schema in schemas().items():
            answers = await asyncio.gather(*(ask(session, server, schema, seed) for seed in range(ANSWERS)))
            whole = [text for text, finish in answers if finish == "stop"]
            broken = sum(not is_json(text) for text in whole)
            print(
                f"{backend:<10}{name:<20}{broken:>4} of {len(whole)} whole answers are not JSON", flush=True
            )


def main() -> None:
    for backend in ("guidance", "xgrammar"):
        with tempfile.TemporaryDirectory() as folder:
            server = VllmServer(Path(folder) / "log", backend=backend)
            server.start()
            try:
                server.wait_until_ready()
                asyncio.run(compare(server, backend))
            finally:
                server.kill()


if __name__ == "__main__":
    main()
