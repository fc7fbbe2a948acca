"""Reads JSON Lines from disk one line at a time, so that memory does not grow with the file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from trace_builder.errors import InputError

Row = dict[str, Any]


def raw_lines(path: Path, *, torn_end: bool = False) -> Iterator[tuple[int, bytes]]:
    """The lines of a file that are not blank, each with its number from 1, without the line break.

    Args:
        path: the file; one that does not exist has no lines.
        torn_end: leave out a last line that has no line break, as a run that was stopped may leave behind.
    """
    if not path.is_file():
        return
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if torn_end and not line.endswith(b"\n"):
                return
            if number == 1 and line.startswith(b"\xef\xbb\xbf"):
                line = line[3:]
            line = line.strip()
            if line:
                yield number, line


def parse(path: Path, number: int, line: bytes) -> Row:
    """One line as a JSON object.

    Raises:
        InputError: it is not UTF-8, not JSON, or not an object; names file and line.
    """
    try:
        row = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        raise InputError(f"{path}:{number}: not UTF-8") from None
    except (json.JSONDecodeError, RecursionError) as exc:
        what = exc.msg if isinstance(exc, json.JSONDecodeError) else "nested too deep"
        raise InputError(f"{path}:{number}: not JSON ({what})") from None
    if not isinstance(row, dict):
        raise InputError(f"{path}:{number}: a JSON object was expected, not {type(row).__name__}")
    return row


def rows(path: Path, *, torn_end: bool = False) -> Iterator[tuple[int, Row]]:
    """The objects of a JSON Lines file, each with its line number; see ``raw_lines`` and ``parse``."""
    for number, line in raw_lines(path, torn_end=torn_end):
        yield number, parse(path, number, line)


@contextmanager
def reading(what: str) -> Iterator[None]:
    """While data that a program of ours wrote is taken apart: whatever does not have the expected shape was
    edited or damaged.

    Raises:
        InputError: naming ``what``, in place of the error of a missing key or a wrong type.
    """
    try:
        yield
    except KeyError as exc:
        raise InputError(f"{what} is damaged or of another version: {exc} is missing") from None
    except (TypeError, AttributeError, ValueError, IndexError) as exc:
        raise InputError(f"{what} is damaged or of another version: {exc}") from None


def read_object(path: Path) -> Row:
    """A file that holds one JSON object.

    Raises:
        InputError: as ``parse``, naming the file.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise InputError(f"{path}: not UTF-8") from None
    except json.JSONDecodeError as exc:
        raise InputError(f"{path}:{exc.lineno}: not JSON ({exc.msg})") from None
    if not isinstance(value, dict):
        raise InputError(f"{path}: a JSON object was expected, not {type(value).__name__}")
    return value
