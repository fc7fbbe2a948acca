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


def pack(head: dict[str, Any], records: Iterable[dict[str, Any]]) -> tuple[str, int]:
    """``head`` with as many ``records`` as fit, from the first on; returns the text and how many they are.

    The text is base64 of gzip of UTF-8 JSON ``{..., "records": [...]}``. Base64 holds no character that
    means anything in HTML, so a record cannot end the element it lies in.
    """
    opening = _json(head)[:-1].encode() + (b"," if head else b"") + b'"records":['
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = packer.compress(opening)
    unpacked, count = len(opening), 0
    for record in records:
        data = (b"," if count else b"") + _json(record).encode("utf-8", "replace")
        trial = packer.copy()
        more = trial.compress(data) + trial.flush(zlib.Z_SYNC_FLUSH)
        if (len(packed) + len(more)) * 4 / 3 > PACKED or unpacked + len(data) > UNPACKED:
            break
        packer, packed = trial, packed + more
        unpacked, count = unpacked + len(data), count + 1
    packed += packer.compress(b"]}") + packer.flush()
    return b64encode(packed).decode("ascii"), count


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
