"""Reads seed files: JSONL or a JSON array, row by row, in any of the formats of ``formats``."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from trace_builder.records import Seed
from trace_builder.seeds.formats import KNOWN_KEYS, RowError, as_seed
from trace_builder.seeds.splitting import MAX_ROW_BYTES, RawRow, elements, lines
from trace_builder.storage.jsonl import unreadable

#: How many ignored keys are counted by name, and how much of a name is shown.
_IGNORED = 1000
_SHOWN = 60
_BOM = b"\xef\xbb\xbf"
_FOREIGN = {
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "zip",
    b"\x28\xb5\x2f\xfd": "zstandard",
    b"PAR1": "Parquet",
}


@dataclass(frozen=True, slots=True)
class BadSeed:
    """A row that is no seed: where it stands, why, and its text (cut where it is too long to be a row)."""

    path: Path
    line: int
    reason: str
    raw: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Row:
    """What stands at a line of a seed file: a seed, or the reason why there is none."""

    line: int
    raw: bytes
    seed: Seed | None = None
    reason: str = ""

    def bad(self, path: Path, reason: str = "") -> BadSeed:
        return BadSeed(path, self.line, reason or self.reason, self.raw.decode("utf-8", "replace"))


def read_seeds(path: Path, ignored: Counter[str] | None = None) -> Iterator[Seed | BadSeed]:
    """The rows of a seed file in their order; see ``read_rows``. Ids are as in the file and not compared."""
    for row in read_rows(path, ignored):
        yield row.seed or row.bad(path)


def read_rows(path: Path, ignored: Counter[str] | None = None) -> Iterator[Row]:
    """The rows of a seed file with their lines, streamed: memory does not grow with the file.

    Args:
        path: UTF-8, with or without BOM, LF or CRLF; JSONL, or one JSON array.
        ignored: counts the rows' keys that are of no known format and were ignored.

    Raises:
        InputError: the file is missing or cannot be read.
    """
    try:
        with path.open("rb") as stream:
            yield from _rows(path, stream, ignored)
    except OSError as exc:
        raise unreadable(path, exc) from None


def stem(path: Path) -> str:
    """The name of a file without its suffix, as a text: a path may have bytes that are none."""
    return path.stem.encode("utf-8", "replace").decode()


def _rows(path: Path, stream: BinaryIO, ignored: Counter[str] | None) -> Iterator[Row]:
    head = stream.peek(4096) if hasattr(stream, "peek") else b""
    for magic, name in _FOREIGN.items():
        if head.startswith(magic):
            yield Row(1, b"", reason=f"the file is {name}, not JSON in UTF-8")
            return
    if head.startswith(_BOM):
        stream.read(len(_BOM))
    is_array = head.removeprefix(_BOM).lstrip().startswith(b"[")
    empty = True
    for raw in elements(stream) if is_array else lines(stream):
        empty = False
        yield _row(raw, stem(path), ignored)
    if empty:
        yield Row(1, b"", reason="the file holds no rows")


def _row(raw: RawRow, source: str, ignored: Counter[str] | None) -> Row:
    try:
        value = _parse(raw)
        seed = as_seed(value, source)
    except RowError as exc:
        return Row(raw.line, raw.data, reason=str(exc))
    if ignored is not None and isinstance(value, dict):
        for key in (_shown(key) for key in value if key not in KNOWN_KEYS):
            ignored[key if key in ignored or len(ignored) < _IGNORED else "(other)"] += 1
    return Row(raw.line, raw.data, seed)


def _shown(key: str) -> str:
    return key if key.isprintable() and len(key) <= _SHOWN else ascii(key[:_SHOWN])


def _parse(raw: RawRow) -> object:
    if raw.fault:
        raise RowError(raw.fault)
    if raw.size is not None:
        raise RowError(f"the row is {raw.size:,} bytes long, more than the {MAX_ROW_BYTES:,} a row may have")
    try:
        return json.loads(raw.data.removeprefix(_BOM).decode("utf-8"))
    except UnicodeDecodeError as exc:
        raise RowError(f"byte {exc.start + 1} of the row is not UTF-8") from None
    except json.JSONDecodeError as exc:
        if raw.data == b"{":
            raise RowError(
                "a row of JSONL must stand on one line (else the file must be a JSON array)"
            ) from None
        raise RowError(f"not JSON: {exc.msg[0].lower()}{exc.msg[1:]} (column {exc.pos + 1})") from None
    except RecursionError:
        raise RowError("nested too deeply") from None
    except ValueError:
        raise RowError("a number has too many digits") from None
