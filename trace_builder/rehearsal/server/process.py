"""The rehearsal server as a child process, which ends when its parent ends."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from trace_builder.config import RehearsalConfig
from trace_builder.errors import StoppedError
from trace_builder.llm.servers.descriptors import make_room
from trace_builder.rehearsal.server.faults import check_faults
from trace_builder.rehearsal.server.latency import parse_latency
from trace_builder.rehearsal.server.server_options import ServerOptions

#: Seconds a child gets to end by itself before it is killed.
GRACE = 5.0

#: Most connections that a drill opens to the embedded model.
_CONNECTIONS = 4096


@dataclass
class RehearsalProcess:
    """A running server. Use it in a ``with`` statement, or call ``stop``.

    Attributes:
        base_url: as a client takes it, ending in /v1.
        pid: of the child.
    """

    base_url: str
    _child: subprocess.Popen[str]

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def alive(self) -> bool:
        return self._child.poll() is None

    def stop(self) -> None:
        """End the server and wait until it is gone. A second call does nothing."""
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):  # the child may be gone
                    pipe.close()
        try:
            self._child.wait(GRACE)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()

    def __enter__(self) -> RehearsalProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start(config: RehearsalConfig, **options: object) -> RehearsalProcess:
    """Start a server as a child process and wait until it listens (under a second).

    It ends at ``stop``, or by itself when this process is gone, killed or not. Ctrl-C in the terminal does
    not reach it, so a run can finish what is in flight first.

    Args:
        config: the ``rehearsal`` section of a run.
        options: further fields of ``ServerOptions`` (models, any_model, port, api_key, max_running ...).

    Raises:
        InputError: latency or faults are not understood.
        StoppedError: the child did not come up, such as on a port that is taken.
    """
    parse_latency(config.latency)
    check_faults(config.faults)
    settings = ServerOptions.model_validate({"drill": config, **options})
    make_room(_CONNECTIONS)  # the child has what this process has
    child = subprocess.Popen(
        [sys.executable, "-m", "trace_builder.rehearsal"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=_environment(),
        start_new_session=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    # The pipe stays open: its end tells the child that this process is gone. It carries the key, too, which
    # must not be seen in the list of processes.
    with contextlib.suppress(BrokenPipeError):
        child.stdin.write(settings.model_dump_json() + "\n")
        child.stdin.flush()
    hello = _read_hello(child.stdout.readline())
    if "base_url" not in hello:
        child.kill()
        child.wait()
        raise StoppedError(f"the rehearsal server did not start: {hello['error']}")
    return RehearsalProcess(hello["base_url"], child)


def _environment() -> dict[str, str]:
    """The child finds its modules where this process does, never in the folder it happens to run in."""
    folders = [folder or str(Path.cwd()) for folder in sys.path]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(folders), "PYTHONSAFEPATH": "1"}


def _read_hello(line: str) -> dict[str, str]:
    hello: dict[str, str] = json.loads(line) if line else {"error": "it ended before it listened"}
    return hello
