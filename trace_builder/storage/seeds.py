"""The records a run starts from: an index over ``seeds.jsonl`` (an evaluation's ``items.jsonl``)."""

from __future__ import annotations

import json
import re
import zlib
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from trace_builder.errors import InputError
from trace_builder.records import Record
from trace_builder.storage.journal import LineReader
from trace_builder.storage.jsonl import parse_model

R = TypeVar("R", bound=Record)

_ID = re.compile(rb'\{"id":"((?:[^"\\]|\\.)*)"')


def record_digest(data: bytes) -> int:
    """64 bits over a record as JSON: what an outcome rests on. Its CRC-32 and its length, since a resumption
    computes a million of them; it tells of edits and damage, and keeps nobody out who means to forge one."""
    return zlib.crc32(data) << 32 | len(data) & 0xFFFFFFFF


def _unescaped(raw: bytes) -> bytes | None:
    """An id, however the line escapes it; None where that is no JSON."""
    if b"\\" not in raw:
        return raw
    try:
        return str(json.loads(b'"' + raw + b'"', strict=False)).encode("utf-8", "replace")
    except ValueError:
        return None


class SeedIndex:
    """Where each record lies, and its place in the canonical order: the order of the file.

    Ids are kept as 64-bit hashes and records as 64-bit digests, so that a million of them fit in tens of
    megabytes.

    Raises:
        InputError: the file is missing, or a line is not a record that begins with its id.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._offsets = array("Q")
        self._digests = array("Q")
        self._places: dict[int, int] = {}
        self._reader = LineReader(path)
        if not self._reader.exists():
            raise InputError(f"{path}: the run's seeds are missing")
        for offset, number, line in self._reader.lines():
            match = _ID.match(line)
            id_ = _unescaped(match.group(1)) if match else None
            if id_ is None:
                raise InputError(
                    f"{path}:{number}: not a record that begins with its id; `trace-build run` writes it anew"
                )
            self._places[hash(id_)] = len(self._offsets)
            self._offsets.append(offset)
            self._digests.append(record_digest(line.rstrip(b"\r\n")))

    def __len__(self) -> int:
        return len(self._offsets)

    def place(self, raw_id: bytes) -> int | None:
        """The position of an id as it stands in a JSON line (between the quotes); None if unknown."""
        return self._places.get(hash(_unescaped(raw_id)))

    def place_of(self, name: str) -> int | None:
        """The position of an id; None if unknown."""
        return self._places.get(hash(name.encode("utf-8", "replace")))

    def digest(self, place: int) -> int:
        """The digest of a record, to notice an edited seed under an old id."""
        return self._digests[place]

    def read(self, place: int, kind: type[R]) -> R:
        """A record. Raises InputError: it is not a ``kind``; names file, line and field."""
        return parse_model(self.path, place + 1, self._reader.line(self._offsets[place]), kind)

    def read_all(self, kind: type[R]) -> Iterator[R]:
        """All records, in order."""
        for place in range(len(self)):
            yield self.read(place, kind)

    def ids(self) -> Iterator[str]:
        """All ids, in order."""
        for _, _, line in self._reader.lines():
            match = _ID.match(line)
            assert match is not None
            yield json.loads(b'"' + match.group(1) + b'"')

    def close(self) -> None:
        self._reader.close()
