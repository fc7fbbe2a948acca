"""Append-only JSONL files: one writer each, every line handed to the system at once, fsync in groups.

A line is written the moment it exists, so that a killed process loses nothing that had been answered;
fsync, which only a power failure needs, is shared by all that was written since the last one.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path
from types import TracebackType

from trace_builder.errors import StoppedError

_TAIL = 1 << 16
_BLOCK = 1 << 14
_FULL = (errno.ENOSPC, errno.EDQUOT)


class JournalFile:
    """One JSONL file open for appending. A torn last line, left by a crash, is cut off on opening."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self.repaired = repair_tail(path)
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self._size = os.fstat(self._fd).st_size
        self._dirty = False

    @property
    def size(self) -> int:
        return self._size

    def append(self, line: bytes) -> int:
        """Writes ``line`` and a newline; returns the offset it begins at.

        Raises:
            StoppedError: no room on the disk. What had been written of the line is taken back.
        """
        data = memoryview(line + b"\n")
        offset = self._size
        try:
            while data:
                data = data[os.write(self._fd, data) :]
        except OSError as exc:
            os.ftruncate(self._fd, offset)
            raise _stopped(exc, self.path) from exc
        self._size = offset + len(line) + 1
        self._dirty = True
        return offset

    def sync(self) -> None:
        """Makes all that was appended survive a power failure. May be called from another thread."""
        if not self._dirty:
            return
        self._dirty = False
        try:
            os.fdatasync(self._fd) if hasattr(os, "fdatasync") else os.fsync(self._fd)
        except OSError as exc:
            raise _stopped(exc, self.path) from exc

    def close(self) -> None:
        self.sync()
        os.close(self._fd)

    def __enter__(self) -> JournalFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class LineReader:
    """Reads single lines of a JSONL file by their offsets; opens the file when the first one is wanted."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd: int | None = None

    def line(self, offset: int) -> bytes:
        """The line that begins at ``offset``, with its newline."""
        if self._fd is None:
            self._fd = os.open(self._path, os.O_RDONLY)
        data = b""
        while True:
            chunk = os.pread(self._fd, _BLOCK, offset + len(data))
            newline = chunk.find(b"\n")
            if newline >= 0 or not chunk:
                return data + chunk[: newline + 1]
            data += chunk

    def close(self) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


def _stopped(exc: OSError, path: Path) -> StoppedError:
    what = "no room left on the disk" if exc.errno in _FULL else (exc.strerror or str(exc))
    return StoppedError(f"{path}: {what}; what was written so far is whole, run again to resume")


def repair_tail(path: Path) -> int:
    """Cuts a last line without its newline off; returns how many bytes that took away."""
    if not path.exists():
        return 0
    with path.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        end = size
        while end > 0:
            start = max(0, end - _TAIL)
            file.seek(start)
            newline = file.read(end - start).rfind(b"\n")
            if newline >= 0:
                end = start + newline + 1
                break
            end = start
        if end < size:
            file.truncate(end)
        return size - end
