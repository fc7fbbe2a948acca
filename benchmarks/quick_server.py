"""A server that does nothing but answer chat completions after a while, for measuring clients.

    python benchmarks/quick_server.py --latency fixed:0.2

Prints its base URL and serves until its standard input closes. It speaks just enough HTTP/1.1 for that and
spends a tenth of a client's CPU on a request, so that the client is what a benchmark measures. It notes of
every request when it came, how long it was to take and when it was answered: a benchmark reads there how many
were in flight, and whether server and machine kept up.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import random
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

MODEL = "quick"
_LENGTH = re.compile(rb"\r\ncontent-length:\s*(\d+)", re.IGNORECASE)
_MODELS = json.dumps({"object": "list", "data": [{"id": MODEL, "max_model_len": 32768}]}).encode()


class Served(NamedTuple):
    """One request: when it came and was answered (on the clock of the machine), and the seconds drawn."""

    came: float
    drawn: float
    answered: float


def sampler(spec: str) -> tuple[float, Callable[[], float]]:
    """The mean of a latency such as ``fixed:0.2`` or ``lognormal:1,0.8`` (median, sigma), and its draws."""
    kind, _, numbers = spec.partition(":")
    values = [float(x) for x in numbers.split(",")]
    draws = random.Random(0)
    if kind == "fixed":
        return values[0], lambda: values[0]
    if kind == "lognormal":
        median, sigma = values
        return median * math.exp(sigma**2 / 2), lambda: draws.lognormvariate(math.log(median), sigma)
    raise SystemExit(f"--latency {spec}: fixed:SECONDS or lognormal:MEDIAN,SIGMA")


def completion(answer: object, words: int = 1) -> bytes:
    text = json.dumps(answer)
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    usage = {"prompt_tokens": 1200, "completion_tokens": words, "total_tokens": 1200 + words}
    head = {"id": "chatcmpl-0", "object": "chat.completion", "created": 0, "model": MODEL}
    return json.dumps({**head, "choices": [choice], "usage": usage}).encode()


def response(body: bytes, status: str = "200 OK") -> bytes:
    return (
        f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        + body
    )


#: What curator asks before a run, to see whether the server gives structure, and what it wants to hear.
_PROBE = b"Jason is 25 years old."
_PROBED = response(completion({"name": "Jason", "age": 25}))


class Board:
    """What all connections share: the latency, the one answer, and what was served since the last look."""

    def __init__(self, latency: str, words: int) -> None:
        self._latency = latency
        answer = {"reasoning": "word " * words, "verdict": "incomplete_description"}
        self.answer = response(completion(answer, words))
        self.clear()

    def clear(self) -> None:
        _, self.draw = sampler(self._latency)
        self.served: list[Served] = []


class Connection(asyncio.Protocol):
    """One connection; a client sends its next request when it has the answer to the last."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._later = asyncio.get_running_loop().call_later

    def data_received(self, data: bytes) -> None:
        self._data += data
        end = self._data.find(b"\r\n\r\n") + 4
        if end < 4:
            return
        length = _LENGTH.search(self._data, 0, end)
        if len(self._data) < end + (int(length.group(1)) if length else 0):
            return
        line, body = self._data[: self._data.find(b"\r\n")], self._data[end:]
        self._data = b""
        if _PROBE in body:
            self._transport.write(_PROBED)
        elif line.startswith(b"POST /v1/chat/completions "):
            came, drawn = time.time(), self._board.draw()
            self._later(drawn, self._reply, came, drawn)
        else:
            self._transport.write(self._other(line))

    def _reply(self, came: float, drawn: float) -> None:
        self._transport.write(self._board.answer)
        self._board.served.append(Served(came, drawn, time.time()))

    def _other(self, line: bytes) -> bytes:
        if line.startswith(b"GET /v1/models"):
            return response(_MODELS)
        if line.startswith(b"POST /clear"):
            self._board.clear()
            return response(b"{}")
        if line.startswith(b"GET /served"):
            return response(json.dumps(self._board.served).encode())
        return response(b"{}", "404 Not Found")


async def serve(latency: str, words: int) -> None:
    board, loop = Board(latency, words), asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(board), "127.0.0.1", 0, backlog=4096)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


class QuickServer:
    """A server in a process of its own, as a benchmark sees it."""

    def __init__(self, url: str, pid: int) -> None:
        self.url = url
        self.pid = pid

    def clear(self) -> None:
        """Forgets what was served, and draws the same latencies from the beginning."""
        self._ask(urllib.request.Request(f"{self.url[:-3]}/clear", data=b"", method="POST"))

    def served(self) -> list[Served]:
        """What was served since ``clear``, by the time of the answer."""
        return [Served(*row) for row in json.loads(self._ask(f"{self.url[:-3]}/served"))]

    def _ask(self, what: str | urllib.request.Request) -> bytes:
        with urllib.request.urlopen(what) as answer:
            return bytes(answer.read())


@contextmanager
def started(latency: str) -> Iterator[QuickServer]:
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).resolve()), "--latency", latency],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield QuickServer(process.stdout.readline().strip(), process.pid)
    finally:
        process.communicate()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--latency", default="fixed:0.2")
    parser.add_argument("--words", type=int, default=150)
    options = parser.parse_args()
    asyncio.run(serve(options.latency, options.words))
