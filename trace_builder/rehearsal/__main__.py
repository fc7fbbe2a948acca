"""The child process behind ``process.start``: its options come as one JSON line on stdin, and one JSON line
with the address, or with what went wrong, goes to stdout. It serves until stdin ends or the parent goes."""

from __future__ import annotations

import asyncio
import json
import os
import sys

from trace_builder.errors import InputError
from trace_builder.rehearsal.serve import serve_until_stopped
from trace_builder.rehearsal.server.server_options import ServerOptions

#: Seconds between looks at the parent, for the case that another process holds the pipe's other end open.
PARENT_CHECK = 1.0


def main() -> None:
    parent = os.getppid()
    line = sys.stdin.buffer.readline()
    if not line:  # the parent is gone already
        return
    options = ServerOptions.model_validate_json(line)
    try:
        serve_until_stopped(options, lambda url: _say(base_url=url), lambda: _orphaned(parent))
    except InputError as error:
        _say(error=str(error))


def _say(**facts: str) -> None:
    print(json.dumps(facts), flush=True)


async def _orphaned(parent: int) -> None:
    """Return once the parent is gone, or has closed its end of the pipe."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while os.getppid() == parent:
        try:
            if not await asyncio.wait_for(reader.read(4096), PARENT_CHECK):
                return
        except asyncio.TimeoutError:
            continue


if __name__ == "__main__":
    main()
