"""Runs the program as a user does: in a process of its own, on a real server whose requests are counted."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from trace_builder.config import RehearsalConfig
from trace_builder.rehearsal.rule_model import RuleModel
from trace_builder.rehearsal.server.server import RehearsalServer
from trace_builder.rehearsal.server.server_options import ServerOptions

PRODUCTS = ("sft", "dpo", "iopo")
#: Wherever it is closed, nothing answers.
NOWHERE = "http://127.0.0.1:9/v1"


class CountingModel(RuleModel):
    """The rule model, keeping count of every question it was asked."""

    def __init__(self) -> None:
        super().__init__(seed=0)
        self.asked: Counter[str] = Counter()

    def answer(self, body: Mapping[str, Any]) -> Any:
        text = json.dumps([body["messages"], body.get("seed")], sort_keys=True)
        self.asked[hashlib.sha256(text.encode()).hexdigest()] += 1
        return super().answer(body)

    @property
    def total(self) -> int:
        return sum(self.asked.values())

    @property
    def repeated(self) -> int:
        return self.total - len(self.asked)


@contextmanager
def served(options: ServerOptions | None = None, **drill: Any) -> Iterator[tuple[str, CountingModel]]:
    """A rehearsal server in a thread, its address and its model."""
    model = CountingModel()
    options = options or ServerOptions(drill=RehearsalConfig(**drill), any_model=True)
    loop = asyncio.new_event_loop()
    server = RehearsalServer(options, model.answer)
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(server.start(), loop).result(10)
    try:
        yield server.base_url, model
    finally:
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


def command(folder: Path, *options: str, limit: int = 12) -> list[str]:
    base = [sys.executable, "-m", "trace_builder", "run", "--config", "rehearsal"]
    base += ["--output", str(folder), "--limit", str(limit)]
    return [*base, *options]


def run(
    folder: Path,
    *options: str,
    limit: int = 12,
    package: Path | None = None,
    timeout: float = 120,
    **environment: str,
) -> subprocess.CompletedProcess[str]:
    """Runs to the end. ``package``: a folder whose ``trace_builder`` is used instead of this one."""
    env = {**os.environ, **({"PYTHONPATH": str(package)} if package else {}), **environment}
    return subprocess.run(
        command(folder, *options, limit=limit),
        capture_output=True,
        text=True,
        env=env,
        # Not the checkout: there, the modules beside the working directory would win over ``package``.
        cwd=folder.parent,
        timeout=timeout,
    )


def digests(folder: Path) -> dict[str, str]:
    """A hash of each product and of each stage file."""
    files = [folder / f"{name}.jsonl" for name in PRODUCTS] + sorted((folder / "stages").glob("*.jsonl"))
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()[:12] for file in files
    }


def lines(folder: Path, kind: str) -> int:
    """Lines in all files of ``stages`` or ``calls``."""
    return sum(file.read_bytes().count(b"\n") for file in (folder / kind).glob("*.jsonl"))
