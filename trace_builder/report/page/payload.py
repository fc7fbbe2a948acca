"""Packs records into the page: JSON, compressed, as base64, within a bound on size."""

from __future__ import annotations

import json
import zlib
from base64 import b64encode
from collections.abc import Iterable
from typing import Any

#: Bytes that the records may take in the page, as base64, and unpacked in the browser's memory.
PACKED = 3_400_000
UNPACKED = 40_000_000


def pack(head: dict[str, Any], records: Iterable[Any]) -> tuple[str, int]:
    """``head`` with as many ``records`` (dicts or ``Entry``) as fit, from the first on; returns the text and
    how many they are.

    The text is base64 of gzip of UTF-8 JSON ``{..., "records": [...]}``. Base64 holds no character that
    means anything in HTML, so a record cannot end the element it lies in.
    """
    box = _Box(PACKED * 3 // 4, UNPACKED)
    box.put(entry_json(head)[:-1].encode("utf-8", "replace") + (b"," if head else b"") + b'"records":[')
    count = 0
    for record in records:
        data = (b"," if count else b"") + entry_json(record).encode("utf-8", "replace")
        if not box.fits(data):
            break
        box.put(data)
        count += 1
    return b64encode(box.close(b"]}")).decode("ascii"), count


class _Box:
    """A gzip stream that knows whether more fits. ``room`` and ``space`` are bytes packed and unpacked."""

    def __init__(self, room: int, space: int) -> None:
        self._packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        self._chunks: list[bytes] = []
        self._room = room
        self._space = space
        #: Bytes put in that have not come out yet; they take at most their own length.
        self._inside = 0

    def fits(self, data: bytes) -> bool:
        if len(data) > self._space:
            return False
        if self._inside + len(data) <= self._room:
            return True
        self._take(self._packer.flush(zlib.Z_SYNC_FLUSH))
        self._inside = 0
        if len(data) <= self._room:
            return True
        trial = self._packer.copy()
        return len(trial.compress(data)) + len(trial.flush(zlib.Z_SYNC_FLUSH)) <= self._room

    def put(self, data: bytes) -> None:
        self._take(self._packer.compress(data))
        self._inside += len(data)
        self._space -= len(data)

    def close(self, data: bytes) -> bytes:
        self._take(self._packer.compress(data) + self._packer.flush())
        return b"".join(self._chunks)

    def _take(self, chunk: bytes) -> None:
        self._chunks.append(chunk)
        self._room -= len(chunk)


def entry_json(value: Any) -> str:
    """An entry, or any JSON value with entries in it, as the browser reads it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_fields)


def _fields(value: object) -> dict[str, Any]:
    """What the page needs of an entry, a step or a call: what is there, and no keys of calls."""
    return {name: item for name, item in vars(value).items() if item is not None and name != "key"}
