"""Writes a page: where, and whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from trace_builder.errors import InputError
from trace_builder.report.detect import Source


def default_target(source: Source, path: Path) -> Path:
    """``report.html`` inside a run or evaluation; for a release or a file, which stay as they are,
    ``<name>.report.html`` in the current folder."""
    if source.kind == "run":
        return source.path / "report.html"
    if source.kind == "evaluation":
        return source.path.parent / "report.html"
    return Path(f"{path.resolve().stem if path.is_file() else path.resolve().name}.report.html")


def write_text(target: Path, text: str) -> None:
    """Replaces ``target``.

    Raises:
        InputError: its folder does not exist, or the file cannot be written there.
    """
    temporary = target.with_name(f".{target.name}.tmp")
    try:
        with temporary.open("w", encoding="utf-8", errors="replace") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except OSError as exc:
        raise InputError(f"{target}: cannot be written ({exc.strerror or exc})") from None
