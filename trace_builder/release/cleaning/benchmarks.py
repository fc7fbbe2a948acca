"""Reads the texts to keep out of a release: benchmark files, as they are published (``--against``)."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trace_builder.errors import InputError
from trace_builder.storage.jsonl import parse_value, read_text

#: Fields that hold a benchmark's prompt, in the order they are looked for: IFEval, IFBench and CFBench,
#: FollowBench and ComplexBench, chat rows (TRACE), and others.
FIELDS = ("prompt", "instruction", "messages", "conversations", "question", "query", "input", "text")

#: Inside an Alpaca row the input belongs to the instruction.
_WITH_INPUT = "instruction"
_SUFFIXES = (".jsonl", ".json", ".csv")
_INDEX = re.compile(r"-?[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Target:
    """One text, with the file and line (or number of the row, from 1, in an array) it comes from."""

    text: str
    where: str
    id: str = ""


def read_targets(spec: str) -> list[Target]:
    """The texts of one ``--against FILE[:field]``: a JSONL file, a JSON array, a CSV file with a heading,
    or a folder of such files. ``field`` may lead into nested objects ("turns.0.content").

    Rows whose field is there and empty are left out.

    Raises:
        InputError: no such file, a line that cannot be read, or a row without a text field.
    """
    path, field = _split(spec)
    files = [path]
    if path.is_dir():
        files = sorted(p for p in path.rglob("*") if p.suffix in _SUFFIXES and p.is_file())
    if not files:
        raise InputError(f"--against {spec}: no {', '.join(_SUFFIXES)} file in this folder")
    targets = []
    for file in files:
        for line, row in _rows(file):
            text = _text(row, field, f"{file}:{line}")
            if text.strip():
                targets.append(Target(text, f"{file.name}:{line}", _row_id(row)))
    if not targets:
        raise InputError(f"--against {spec}: no text in it")
    return targets


def _split(spec: str) -> tuple[Path, str | None]:
    if _exists(spec):
        return Path(spec), None
    name, colon, field = spec.rpartition(":")
    if colon and field and _exists(name):
        return Path(name), field
    raise InputError(f"--against {spec}: no such file")


def _exists(name: str) -> bool:
    try:
        return Path(name).exists()
    except OSError:
        return False


def _rows(path: Path) -> Iterator[tuple[int, Any]]:
    text = read_text(path)
    if path.suffix == ".csv":
        yield from _csv(path, text)
    elif text.lstrip().startswith("["):
        yield from enumerate(parse_value(path, 1, text.encode()), start=1)
    elif path.suffix == ".json" and (whole := _whole(path, text)) is not None:
        yield 1, whole
    else:
        for line, raw in enumerate(text.split("\n"), start=1):
            if raw.strip():
                yield line, parse_value(path, line, raw.encode())


def _csv(path: Path, text: str) -> Iterator[tuple[int, Any]]:
    reader = csv.DictReader(text.splitlines(keepends=True))
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as exc:
        raise InputError(f"{path}:{reader.line_num + 1}: {exc}") from None


def _whole(path: Path, text: str) -> Any:
    """A file that is one JSON object; None for anything else, such as JSON lines under this name."""
    try:
        return parse_value(path, 1, text.encode())
    except InputError:
        return None


def _text(row: Any, field: str | None, where: str) -> str:
    if field is not None:
        value = _follow(row, field)
        text = _plain(value)
        if text is None:
            raise InputError(f"{where}: no text in the field {field!r}")
        return text
    if isinstance(row, str):
        return row
    if isinstance(row, dict):
        for name in FIELDS:
            text = _plain(row.get(name))
            if text is not None:
                extra = row.get("input") if name == _WITH_INPUT else None
                return f"{text}\n{extra}" if isinstance(extra, str) and extra.strip() else text
    raise InputError(
        f"{where}: no text field found (looked for {', '.join(FIELDS)}); name it as --against FILE:field"
    )


def _follow(row: Any, field: str) -> Any:
    for part in field.split("."):
        if isinstance(row, dict):
            row = row.get(part)
        elif isinstance(row, list) and _INDEX.fullmatch(part) and -len(row) <= int(part) < len(row):
            row = row[int(part)]
        else:
            return None
    return row


def _plain(value: Any) -> str | None:
    """A text, or the user turns of a conversation."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value and all(isinstance(turn, dict) for turn in value):
        said = [turn.get("content", turn.get("value")) for turn in value if _is_user(turn)]
        texts = [text for text in said if isinstance(text, str)]
        return "\n".join(texts) if texts else None
    return None


def _is_user(turn: dict[str, Any]) -> bool:
    return turn.get("role", turn.get("from")) in ("user", "human")


def _row_id(row: Any) -> str:
    if isinstance(row, dict):
        for name in ("id", "key", "main_id", "example_id", "idx"):
            if isinstance(row.get(name), str | int):
                return str(row[name])
    return ""
