"""``python -m trace_builder``, again and again, without the second that each start takes.

A process that has run the program once, over one seed, forks for each command. The child is what a fresh one
would be after its imports: its own arguments, environment, output files and exit code. Tests of what imports
do, or of limits on a process, start a fresh one.
"""

from __future__ import annotations

import contextlib
import json
import os
import runpy
import signal
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any


class WarmCommand:
    """The process that forks. One command at a time."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def run(
        self, arguments: list[str], environment: dict[str, str], out: Path, err: Path, seconds: float
    ) -> int:
        """The exit code of one command; -9 where it had to be killed after so many seconds."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        order = {"arguments": arguments, "environment": environment, "out": str(out), "err": str(err)}
        self._process.stdin.write(json.dumps({**order, "seconds": seconds}) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)


def _child(order: dict[str, Any]) -> None:
    """Becomes ``python -m trace_builder`` with these arguments; does not return."""
    for number, name in ((1, "out"), (2, "err")):
        file = os.open(order[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        os.dup2(file, number)
        os.close(file)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.environ.update(order["environment"])
    code = _run(order["arguments"])
    os._exit(code if isinstance(code, int) else 1 if code else 0)


def _run(arguments: list[str]) -> Any:
    sys.argv = ["trace_builder", *arguments]
    try:
        runpy.run_module("trace_builder", run_name="__main__", alter_sys=True)
    except SystemExit as exit_:
        return exit_.code
    except BaseException:
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


def _serve() -> None:
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(sys.stderr):
        _run(["run", "--limit", "1", "--output", f"{folder}/run"])
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            signal.alarm(int(order["seconds"]))
            _child(order)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    _serve()
