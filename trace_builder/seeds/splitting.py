"""Cuts a seed file into its rows without ever holding more than one of them: the lines of JSONL, the elements
of a JSON array."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

#: A row longer than this is bad: no model reads it, and memory must not depend on what a file holds.
MAX_ROW_BYTES = 1 << 20

_CHUNK = 1 << 16
_SPACE = b" \t\r\n"
_IN_STRING = re.compile(rb'["\\]')
_OUTSIDE = re.compile(rb'["{}\[\],]')


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row's bytes and the line it begins in. ``size`` is its full length where ``data`` is only the
    beginning, because it is too long; ``fault`` says what broke the array here."""

    line: int
    data: bytes
    size: int | None = None
    fault: str | None = None


def lines(stream: BinaryIO) -> Iterator[RawRow]:
    """The lines of a stream that are not blank, ended by LF or CRLF."""
    number = 0
    while data := stream.readline(MAX_ROW_BYTES + 2):
        number += 1
        size = len(data)
        if size > MAX_ROW_BYTES and not data.endswith(b"\n"):
            while more := stream.readline(_CHUNK):
                size += len(more.rstrip(b"\r\n"))
                if more.endswith(b"\n"):
                    break
            yield RawRow(number, data[:_CHUNK], size)
        elif data.strip(_SPACE):
            yield RawRow(number, data.strip(_SPACE))


def elements(stream: BinaryIO) -> Iterator[RawRow]:
    """The elements of the JSON array in a stream, found by brackets and quotes alone, so that one with a
    fault inside does not spoil the others."""
    cutter = _Cutter()
    while chunk := stream.read(_CHUNK):
        yield from cutter.feed(chunk)
    yield from cutter.close()


@dataclass
class _Cutter:
    """Follows strings and nesting through chunks of bytes. ``depth`` is 1 between the elements."""

    depth: int = 0
    in_string: bool = False
    escaped: bool = False
    line: int = 1
    begin: int = 0  # line in which the current element begins; 0 while nothing of it was seen
    size: int = 0
    parts: list[bytes] = field(default_factory=list)
    after_comma: bool = False
    ended: bool = False
    broken: bool = False

    def feed(self, chunk: bytes) -> Iterator[RawRow]:
        at = 1 if self.escaped else 0  # the byte after a backslash means nothing
        self.escaped = False
        start = 0
        while not self.ended:
            match = (_IN_STRING if self.in_string else _OUTSIDE).search(chunk, at)
            if match is None:
                break
            at = match.end()
            token = match.group()
            if token == b"\\":
                self.escaped = at == len(chunk)
                at += 1
            elif token == b'"':
                self.in_string = not self.in_string
            elif token in b"{[":
                self.depth += 1
                if self.depth == 1:
                    self.line += chunk.count(b"\n", 0, at)
                    start = at
            elif token in b"}]":
                self.depth -= 1
                if self.depth == 0:
                    self._keep(chunk[start : at - 1])
                    yield from self._cut(last=True)
                    self.ended, start = True, at
            elif self.depth == 1:  # a comma between elements
                self._keep(chunk[start : at - 1])
                yield from self._cut(last=False)
                start = at
        if not self.ended:
            self._keep(chunk[start:])
        else:
            yield from self._trailing(chunk[start:])

    def close(self) -> Iterator[RawRow]:
        if not self.ended:
            data = b"".join(self.parts)
            yield RawRow(self.begin or self.line, data, fault="the JSON array is not closed")

    def _keep(self, data: bytes) -> None:
        if not self.begin:
            text = data.lstrip(_SPACE)
            self.line += data.count(b"\n", 0, len(data) - len(text))
            data = text
            if not data:
                return
            self.begin = self.line
        self.line += data.count(b"\n")
        if self.size <= MAX_ROW_BYTES:
            self.parts.append(data)
        self.size += len(data)

    def _cut(self, *, last: bool) -> Iterator[RawRow]:
        data = b"".join(self.parts).rstrip(_SPACE)
        if self.size > MAX_ROW_BYTES:
            yield RawRow(self.begin, data[:_CHUNK], self.size)
        elif data:
            yield RawRow(self.begin, data)
        elif not last or self.after_comma:
            yield RawRow(self.line, b"", fault="a comma with no element beside it")
        self.begin, self.size, self.parts, self.after_comma = 0, 0, [], not last

    def _trailing(self, data: bytes) -> Iterator[RawRow]:
        text = data.lstrip(_SPACE)
        self.line += data.count(b"\n", 0, len(data) - len(text))
        if text and not self.broken:
            self.broken = True
            yield RawRow(self.line, text[:_CHUNK], fault="there is text after the end of the JSON array")
