"""Append-only JSONL files: one writer each, every line handed to the system at once, fsync in groups.

A line is written the moment it exists, so that a killed process loses nothing that had been answered;
fsync, which only a power failure needs, is shared by all that was written since the last one.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

from trace_builder.errors import InputError, StoppedError, system_error
from trace_builder.storage.jsonl import first_error, parse_value, unreadable

_TAIL = 1 << 16
_BLOCK = 1 << 14
_CHUNK = 1 << 20
#: Of a line that is read; the program writes no longer ones.
MAX_LINE = 1 << 28
_ADVICE = "restore or remove the line, and run again"
_FULL = (errno.ENOSPC, errno.EDQUOT)


class JournalFile:
    """One JSONL file open for appending. A torn last line, left by a crash, is cut off on opening.

    Raises:
        InputError: the file cannot be opened for writing; StoppedError: the disk is full.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self.repaired = repair_tail(path)
            self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        except OSError as exc:
            raise system_error(exc, path) from exc
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


class LineReader:
    """Reads a JSONL file from one descriptor: all its lines in order, or single ones by their offsets. The
    file is opened when the first one is wanted; one that is not there has no lines.

    Raises:
        InputError: the file is there and cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._fd: int | None = None

    def exists(self) -> bool:
        return self._open()

    def size(self) -> int:
        """Bytes in the file now."""
        return os.fstat(self._fd).st_size if self._open() and self._fd is not None else 0

    def lines(self, end: int | None = None) -> Iterator[tuple[int, int, bytes]]:
        """Offset, number from 1 and bytes of each whole line, up to the offset ``end``; a torn last line is
        left out."""
        if not self._open():
            return
        offset = number = read = 0
        rest: list[bytes] = []
        while chunk := self._read(_CHUNK, read):
            read += len(chunk)
            first, *others = chunk.split(b"\n")
            rest.append(first)
            if read - offset > MAX_LINE:
                raise damaged(self, number + 1, f"a line of more than {MAX_LINE:,} bytes")
            if not others:
                continue
            lines = [b"".join(rest), *others]
            rest = [lines.pop()]
            for line in lines:
                if end is not None and offset >= end:
                    return
                number += 1
                yield offset, number, line + b"\n"
                offset += len(line) + 1

    def line(self, offset: int) -> bytes:
        """The line that begins at ``offset``, with its newline."""
        data = b""
        while self._open():
            chunk = self._read(max(_BLOCK, len(data)), offset + len(data))
            newline = chunk.find(b"\n")
            if newline >= 0 or not chunk:
                return data + chunk[: newline + 1]
            data += chunk
        return data

    def number(self, offset: int) -> int:
        """The number of the line that begins at ``offset``, for messages; reads the file up to it."""
        return next((number for start, number, _ in self.lines() if start >= offset), 1)

    def torn(self) -> bool:
        """Whether the file ends in a line without its newline."""
        size = self.size()
        return size > 0 and self._read(1, size - 1) != b"\n"

    def close(self) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _open(self) -> bool:
        if self._fd is None:
            try:
                self._fd = os.open(self.path, os.O_RDONLY)
            except FileNotFoundError:
                return False
            except OSError as exc:
                raise unreadable(self.path, exc) from None
        return True

    def _read(self, size: int, offset: int) -> bytes:
        assert self._fd is not None
        try:
            return os.pread(self._fd, size, offset)
        except OSError as exc:
            raise unreadable(self.path, exc) from None


def _stopped(exc: OSError, path: Path) -> StoppedError:
    what = "no room left on the disk" if exc.errno in _FULL else (exc.strerror or str(exc))
    return StoppedError(f"{path}: {what}; what was written so far is whole, run again to resume")


def unfit(reader: LineReader, offset: int, line: bytes, exc: Exception) -> InputError:
    """What to say of a line that its model refused."""
    number = reader.number(offset)
    try:
        parse_value(reader.path, number, line)
    except InputError as worse:
        return InputError(f"{worse}; {_ADVICE}")
    return damaged(reader, number, first_error(exc))


def damaged(reader: LineReader, number: int, what: str) -> InputError:
    """What to say of a line that is not what the program wrote."""
    return InputError(f"{reader.path}:{number}: {what}; {_ADVICE}")


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
