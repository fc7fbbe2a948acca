"""Reads an evaluation set from its file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from trace_builder.errors import InputError
from trace_builder.records import Lang
from trace_builder.released_rows import EvalItem, read_released_row
from trace_builder.storage.jsonl import read_text, rows
from trace_builder.taxonomy import Taxonomy


@dataclass(frozen=True, slots=True)
class EvalSet:
    """The instructions of a file, in its order, and 12 hex digits over the file. ``ids`` are all its ids,
    also those that a limit leaves out."""

    path: Path
    digest: str
    items: tuple[EvalItem, ...]
    ids: frozenset[str]


def read_evalset(
    path: Path, taxonomy: Taxonomy, limit: int | None = None, system: Callable[[Lang], str] | None = None
) -> EvalSet:
    """Reads an evaluation file.

    Args:
        limit: take the first so many.
        system: the system turn that will be sent in a language; a row with another one is refused.

    Raises:
        InputError: with file and line: a row that is not of the format, or an id that is there twice.
    """
    items: dict[str, EvalItem] = {}
    lines: dict[str, int] = {}
    for number, row in rows(path):
        item = read_released_row(f"{path}:{number}", row, taxonomy, system)
        if item.id in items:
            raise InputError(f"{path}:{number}: the id {item.id!r} is already in line {lines[item.id]}")
        items[item.id], lines[item.id] = item, number
    if not items:
        raise InputError(f"{path}: no instructions in this file")
    digest = hashlib.sha256(read_text(path).encode()).hexdigest()[:12]
    return EvalSet(path, digest, tuple(items.values())[:limit], frozenset(items))
