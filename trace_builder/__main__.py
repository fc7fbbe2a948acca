"""The process behind ``trace-build`` and ``python -m trace_builder``: its signals and its standard streams,
from before the rest of the program is there until the interpreter is gone."""

from __future__ import annotations

import io
import os
import signal
import sys
import time

from trace_builder.errors import EXIT_INTERRUPTED

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
#: Signals that follow one another faster than this are one wish.
_APART = 0.5


class _Interrupted(KeyboardInterrupt):
    """Not KeyboardInterrupt itself: one that has passed through ``exec``, as in the import of a dataclass,
    makes the interpreter end by SIGINT whoever catches it."""


def main() -> None:
    """Runs the program and ends the process. However many SIGINT and SIGTERM come, and whenever, the exit
    code is 130."""
    try:
        try:
            _listen()
            _open_streams()
            from trace_builder.cli import main as program

            program()
        finally:
            _ignore()
    except KeyboardInterrupt:
        _ignore()
        sys.exit(EXIT_INTERRUPTED)
    finally:
        _flush()


def _listen() -> None:
    """Lets a signal raise KeyboardInterrupt, but not a second time in the middle of tidying up."""
    last = -_APART

    def on_signal(number: int, frame: object) -> None:
        nonlocal last
        before, last = last, time.monotonic()
        if last - before >= _APART:
            raise _Interrupted

    for number in _SIGNALS:
        signal.signal(number, on_signal)


def _ignore() -> None:
    """From here on no signal does anything. Python complains of one that has come and not been handled when
    it is set to be ignored: that is done once no more can come."""
    for number in _SIGNALS:
        signal.signal(number, lambda number, frame: None)
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def _open_streams() -> None:
    """A stream that the parent process has closed leads nowhere; else the next file that is opened would get
    what is printed. What a terminal has no character for is shown as an escape."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    sys.stdout = sys.stdout or open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", closefd=False)  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _flush() -> None:
    """What could not be written by now never will be, and the interpreter would complain about it."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


if __name__ == "__main__":
    main()
