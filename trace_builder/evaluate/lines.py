"""Reads the JSON Lines files of an evaluation's users, and says where one is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from trace_builder.errors import InputError

Row = dict[str, Any]


def read_rows(path: Path) -> Iterator[tuple[int, Row]]:
    """The objects of a JSONL file, or of a JSON array, each with its line (for an array: its position).

    Raises:
        InputError: the file cannot be read, or a line is not UTF-8, not JSON or not an object.
    """
    for number, value in _values(path):
        if not isinstance(value, dict):
            raise InputError(f"{path}:{number}: a JSON object was expected, not {type(value).__name__}")
        yield number, value


def read_text(path: Path) -> str:
    """A whole file.

    Raises:
        InputError: it cannot be read, or is not UTF-8; names the line.
    """
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        line = exc.object[: exc.start].count(b"\n") + 1
        raise InputError(f"{path}:{line}: not UTF-8") from None
    except OSError as exc:
        raise InputError(f"{path}: {exc.strerror or exc}") from None


def _values(path: Path) -> Iterator[tuple[int, object]]:
    text = read_text(path)
    if text.lstrip().startswith("["):
        try:
            yield from enumerate(json.loads(text), start=1)
        except (json.JSONDecodeError, RecursionError) as exc:
            raise InputError(f"{path}:{getattr(exc, 'lineno', 1)}: not JSON ({_why(exc)})") from None
        return
    # Not splitlines(): a JSON string may hold U+2028 and its like as they are.
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            yield number, json.loads(line)
        except (json.JSONDecodeError, RecursionError) as exc:
            raise InputError(f"{path}:{number}: not JSON ({_why(exc)})") from None


def _why(exc: Exception) -> str:
    return exc.msg if isinstance(exc, json.JSONDecodeError) else "nested too deep"


def row_id(path: Path, number: int, row: Row) -> str:
    """The row's id as text; a whole number is one too.

    Raises:
        InputError: it has none.
    """
    value = row.get("id")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str) or not value:
        raise InputError(f"{path}:{number}: 'id' must be a text or a whole number, not {value!r}")
    return value


def write_jsonl(path: Path, rows: Iterable[Mapping[str, Any]]) -> int:
    """Replaces a file with these rows, whole or not at all. Returns how many there are.

    Raises:
        StoppedError: the disk did not take it.
    """
    from trace_builder.storage.atomic import Replacement

    count = 0
    with Replacement(path) as out:
        for row in rows:
            line = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
            out.write(line.encode("utf-8", "surrogatepass") + b"\n")
            count += 1
        out.commit()
    return count


def write_text(path: Path, text: str) -> None:
    """Replaces a file with this text, whole or not at all."""
    from trace_builder.storage.atomic import Replacement

    with Replacement(path) as out:
        out.write(text.encode())
        out.commit()


def write_json(path: Path, value: Any) -> None:
    """Replaces a file with this value as readable JSON."""
    write_text(path, json.dumps(value, ensure_ascii=False, indent=2) + "\n")
