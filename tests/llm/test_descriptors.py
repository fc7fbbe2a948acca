"""Open files: the limit is raised as far as it goes, and the rest is done with what there is."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
from pathlib import Path

import pytest

from trace_builder.llm.servers.descriptors import RESERVE, none_left

_SCRIPT = """
import asyncio, json, resource, sys
soft, hard, concurrency = map(int, sys.argv[2:])
resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
sys.path.insert(0, sys.argv[1])
from conftest import ScriptedServer, Reply, make_request
from trace_builder.config import ModelConfig, WireConfig
from trace_builder.llm.llm_client import LLMClient

async def main():
    said = []
    async with ScriptedServer() as server:
        models = {"default": ModelConfig(name="m", base_urls=(server.url,), structured="text")}
        wire = WireConfig(concurrency=concurrency, start=concurrency, adaptive=False)
        async with LLMClient(models, wire, say=said.append) as client:
            server.answer = lambda body: Reply(delay=0.05)
            asked = min(concurrency, 100)
            answers = await asyncio.gather(*(client.complete(make_request(str(n))) for n in range(asked)))
            print(json.dumps([len(answers), client.snapshot().limit, said,
                              resource.getrlimit(resource.RLIMIT_NOFILE)[0]]))

asyncio.run(main())
"""


def connected(soft: int, hard: int, concurrency: int) -> tuple[int, int, list[str], int]:
    """Answers, the limit of what is in flight, what was said, and the soft limit on open files."""
    script = [sys.executable, "-c", _SCRIPT, str(Path(__file__).parent)]
    command = [*script, *map(str, (soft, hard, concurrency))]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr
    answers, limit, said, files = json.loads(ended.stdout)
    return answers, limit, said, files


def test_the_soft_limit_is_raised_to_what_is_needed() -> None:
    # The server of this test has its share of the files, so the limit that is reached says nothing here.
    answers, limit, said, files = connected(256, 4096, 100)
    assert (answers, limit, said) == (100, 100, [])
    assert files >= 100 + RESERVE or files == 256


def test_under_a_low_hard_limit_fewer_connections_are_opened_and_it_is_said() -> None:
    answers, limit, said, _ = connected(128, 512, 2000)
    assert answers == 100
    assert limit == 512 - RESERVE - 8
    assert said == [
        "the system lets this process open no more files: 376 requests in flight at most for each server, "
        "not 2000 (see ulimit -n)"
    ]


@pytest.mark.parametrize(
    ("exc", "expected"),
    [
        (OSError(errno.EMFILE, "x"), True),
        (OSError(errno.ENFILE, "x"), True),
        (OSError(errno.ECONNREFUSED, "x"), False),
        (ValueError("x"), False),
    ],
)
def test_what_says_that_files_have_run_out(exc: Exception, expected: bool) -> None:
    assert none_left(exc) is expected
    outer = RuntimeError("outer")
    outer.__cause__ = exc
    assert none_left(outer) is expected
    outer.__cause__, exc.__context__ = exc, outer  # a circle ends
    assert none_left(outer) is expected
