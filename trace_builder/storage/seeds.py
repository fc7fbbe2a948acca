"""The records a pipeline starts from, read from a JSONL file by position; only positions stay in memory."""

from __future__ import annotations

import os
import re
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from trace_builder.errors import InputError
from trace_builder.records import Record

R = TypeVar("R", bound=Record)

_ID = re.compile(rb'\{"id":"((?:[^"\\]|\\.)*)"')


class Source:
    """An index over ``seeds.jsonl``: where each record lies, and its place in the canonical order.

    Ids are kept as 64-bit hashes, so that a million of them fit in tens of megabytes.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._offsets = array("Q")
        self._digests = array("I")
        self._places: dict[int, int] = {}
        offset = 0
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                match = _ID.match(line)
                if match is None:
                    raise InputError(f"{path}:{number}: not a record that begins with its id")
                self._places[hash(match.group(1))] = len(self._offsets)
                self._offsets.append(offset)
                self._digests.append(_digest(line))
                offset += len(line)
        self._fd = os.open(path, os.O_RDONLY)
        self._end = offset

    def __len__(self) -> int:
        return len(self._offsets)

    def place(self, raw_id: bytes) -> int | None:
        """The position of an id as it stands in a JSON line (between the quotes); None if unknown."""
        return self._places.get(hash(raw_id))

    def digest(self, place: int) -> str:
        """8 hex digits over the record's content, to notice an edited seed under an old id."""
        return f"{self._digests[place]:08x}"

    def line(self, place: int) -> bytes:
        start = self._offsets[place]
        end = self._offsets[place + 1] if place + 1 < len(self._offsets) else self._end
        return os.pread(self._fd, end - start, start)

    def read(self, place: int, kind: type[R]) -> R:
        return kind.model_validate_json(self.line(place))

    def lines(self) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            yield from file

    def close(self) -> None:
        os.close(self._fd)


def _digest(line: bytes) -> int:
    import zlib

    return zlib.crc32(line.rstrip(b"\r\n"))
