"""JSON and JSON Lines, ours and other people's: read a line at a time, and written whole or not at all.

Every complaint is one sentence with file and line. Limits: a number has at most 300 digits, a line, or a file
that is read whole, 128 MiB, and nesting ends where Python's own reader gives up.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from trace_builder.errors import InputError, TraceBuildError, system_error
from trace_builder.storage.atomic import Replacement

Row = dict[str, Any]
M = TypeVar("M", bound=BaseModel)

_DIGITS = 300
MAX_BYTES = 1 << 27
_BOM = b"\xef\xbb\xbf"


def raw_lines(path: Path, *, torn_end: bool = False) -> Iterator[tuple[int, bytes]]:
    """The lines of a file that are not blank, each with its number from 1, without the line break.

    Args:
        path: the file.
        torn_end: leave out a last line that has no line break, as a run that was stopped may leave behind.

    Raises:
        InputError: the file cannot be read, or a line of it is too long.
    """
    try:
        with path.open("rb") as file:
            for number, line in enumerate(iter(lambda: file.readline(MAX_BYTES + 1), b""), start=1):
                if len(line) > MAX_BYTES:
                    raise InputError(f"{path}:{number}: a line of more than {MAX_BYTES:,} bytes")
                if torn_end and not line.endswith(b"\n"):
                    return
                line = (line.removeprefix(_BOM) if number == 1 else line).strip()
                if line:
                    yield number, line
    except (OSError, ValueError) as exc:
        raise unreadable(path, exc) from None


def rows(path: Path, *, torn_end: bool = False) -> Iterator[tuple[int, Row]]:
    """The objects of a JSONL file, or of one JSON array, each with its line (for an array: its position).

    Raises:
        InputError: the file cannot be read, or a line is not UTF-8, not JSON or not an object.
    """
    for number, line in raw_lines(path, torn_end=torn_end):
        if number == 1 and line.startswith(b"["):
            for position, value in enumerate(parse_value(path, 1, read_text(path).encode()), start=1):
                yield position, _object(path, position, value)
            return
        yield number, parse_row(path, number, line)


def parse_row(path: Path, number: int, line: bytes) -> Row:
    """One line as a JSON object. Raises InputError: it is not UTF-8, not JSON, or not an object."""
    return _object(path, number, parse_value(path, number, line))


def parse_model(path: Path, number: int, line: bytes, kind: type[M]) -> M:
    """One line as ``kind``. Raises InputError naming file, line and field."""
    try:
        return kind.model_validate_json(line)
    except (ValidationError, RecursionError) as exc:
        parse_value(path, number, line)  # says it better where it is not even JSON
        raise InputError(f"{path}:{number}: {first_error(exc)}") from None


def first_error(exc: Exception) -> str:
    """The first complaint of a validation, with its field."""
    if not isinstance(exc, ValidationError):
        return "nested too deep"
    error = exc.errors()[0]
    where = ".".join(str(part) for part in error["loc"])
    return f"{where}: {error['msg']}" if where else error["msg"]


def read_object(path: Path) -> Row:
    """A file that holds one JSON object. Raises InputError, as ``parse_row``."""
    return parse_row(path, 1, read_text(path).encode("utf-8", "surrogatepass"))


def read_model(path: Path, kind: type[M]) -> M:
    """A file that holds one ``kind`` as JSON. Raises InputError naming file, line and field."""
    data = read_text(path).encode("utf-8", "surrogatepass")
    try:
        return kind.model_validate_json(data)
    except (ValidationError, RecursionError) as exc:
        parse_row(path, 1, data)  # says it better where it is not even JSON
        raise InputError(f"{path}: {first_error(exc)}") from None


def read_text(path: Path) -> str:
    """A whole file. Raises InputError: it cannot be read, is too large, or not UTF-8; names the line."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise InputError(f"{path}: larger than {MAX_BYTES:,} bytes")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        line = exc.object[: exc.start].count(b"\n") + 1
        raise InputError(f"{path}:{line}: not UTF-8") from None
    except (OSError, ValueError) as exc:
        raise unreadable(path, exc) from None


def file_size(path: Path) -> int:
    """Bytes in a file; none where it is not there. Raises InputError."""
    try:
        return path.stat().st_size
    except (FileNotFoundError, NotADirectoryError):
        return 0
    except (OSError, ValueError) as exc:
        raise unreadable(path, exc) from None


def write_jsonl(path: Path, rows: Iterable[Mapping[str, Any] | BaseModel]) -> int:
    """Replaces a file with these rows. Returns how many there are.

    Raises:
        StoppedError: the disk did not take it.
    """
    count = 0
    with Replacement(path) as out:
        for row in rows:
            out.write(encode(row) + b"\n")
            count += 1
        out.commit()
    return count


def write_json(path: Path, value: Any) -> None:
    """Replaces a file with this value as readable JSON. Raises StoppedError."""
    write_text(path, json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def write_text(path: Path, text: str) -> None:
    """Replaces a file with this text; what is no character becomes a question mark. Raises StoppedError."""
    with Replacement(path) as out:
        out.write(text.encode("utf-8", "replace"))
        out.commit()


def encode(row: Mapping[str, Any] | BaseModel) -> bytes:
    """A row as compact JSON, without a line break."""
    if isinstance(row, BaseModel):
        row = row.model_dump(mode="json")
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def unreadable(path: Path, exc: OSError | ValueError) -> TraceBuildError:
    """What to say of a file that the system does not let us read."""
    return system_error(exc, path)


def parse_value(path: Path, number: int, line: bytes) -> Any:
    """One line as JSON of any kind. Raises InputError: it is not UTF-8, or not JSON."""
    try:
        return json.loads(line.decode("utf-8"), parse_int=_whole)
    except UnicodeDecodeError as exc:
        raise InputError(f"{path}:{number + line.count(10, 0, exc.start)}: not UTF-8") from None
    except json.JSONDecodeError as exc:
        raise InputError(f"{path}:{number + exc.lineno - 1}: not JSON ({exc.msg})") from None
    except RecursionError:
        raise InputError(f"{path}:{number}: not JSON (nested too deep)") from None
    except ValueError as exc:
        raise InputError(f"{path}:{number}: {exc}") from None


def _whole(digits: str) -> int:
    if len(digits) > _DIGITS:
        raise ValueError(f"a number of {len(digits)} digits")
    return int(digits)


def _object(path: Path, number: int, value: Any) -> Row:
    if not isinstance(value, dict):
        raise InputError(f"{path}:{number}: a JSON object was expected, not {type(value).__name__}")
    return value
