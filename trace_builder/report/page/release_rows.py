"""A release's responses and pairs, which are chat rows, as records of the page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from trace_builder.report.page.record_entries import Entry, Step, clipped, title_of
from trace_builder.storage.jsonl import rows

#: The folders that are shown, the stage that made their rows, and the view that shows one.
_SHOWN = (("sft/messages", "respond", "turn"), ("dpo/trl", "dpo", "pair"))


def chat_files(release: Path) -> list[Path]:
    """The files of a release whose rows ``row_entries`` shows."""
    return [file for folder, _, _ in _SHOWN for file in sorted((release / folder).glob("*.jsonl"))]


def row_entries(file: Path) -> Iterator[Entry]:
    """The rows of one of these files.

    Raises:
        InputError: a row has not the columns that a release writes; names file and line.
    """
    kind = f"{file.parent.parent.name}/{file.parent.name}"
    stage, view = next((stage, view) for folder, stage, view in _SHOWN if folder == kind)
    for _, row in rows(file):
        texts = _texts(row)
        data = {"kind": view, "split": file.stem, **clipped(texts)}
        if "origin" in row:
            data["origin"] = str(row["origin"])
        yield Entry(
            str(row.get("id", "")),
            str(row.get("lang") or ""),
            title_of(texts["prompt"]),
            row.get("source"),
            steps=[Step(stage, "accepted", data=data)],
        )


def _texts(row: dict[str, Any]) -> dict[str, str]:
    """The prompt and what answers it."""
    turns = row.get("messages") or [*_turns(row, "prompt"), *_turns(row, "chosen")]
    said = {turn.get("role"): str(turn.get("content", "")) for turn in turns if isinstance(turn, dict)}
    texts = {"prompt": said.get("user", ""), "chosen": said.get("assistant", "")}
    rejected = _turns(row, "rejected")
    return texts | ({"rejected": str(rejected[-1].get("content", ""))} if rejected else {})


def _turns(row: dict[str, Any], name: str) -> list[Any]:
    value = row.get(name)
    return value if isinstance(value, list) else []
