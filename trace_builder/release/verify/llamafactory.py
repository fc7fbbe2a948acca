"""LLaMA-Factory's published rules for reading a dataset, replayed: which rows of our files it keeps.

The rules are those of hiyouga/LLaMA-Factory (Apache-2.0) at commit ff6d4d12 (0.9.6.dev0), in
``src/llamafactory/data``: ``parser.py`` (what dataset_info.json means), ``loader.py`` (file types, which
stage takes a ranking set), ``converter.py`` (turns must alternate, counts must be odd or even) and
``processor/{supervised,pairwise,feedback}.py`` (what is dropped at last). The code here is our own. The tests
compare it with the real library where that is installed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from trace_builder.errors import InputError

Row = dict[str, Any]
Turn = dict[str, Any]
Stage = Literal["sft", "rm", "kto"]

FILE_TYPES = ("arrow", "csv", "json", "jsonl", "parquet", "txt")

_TAGS = {
    "role_tag": "from",
    "content_tag": "value",
    "user_tag": "human",
    "assistant_tag": "gpt",
    "observation_tag": "observation",
    "function_tag": "function_call",
    "system_tag": "system",
}


@dataclass(frozen=True, slots=True)
class Aligned:
    """One row after alignment: the prompt's turns and the responses; both empty for a refused row."""

    prompt: tuple[str, ...]
    response: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of dataset_info.json."""

    name: str
    file: Path
    formatting: str
    ranking: bool
    columns: dict[str, str]
    tags: dict[str, str]

    @property
    def stage(self) -> Stage:
        """The training stage that takes it: a ranking set is for ``rm`` (reward modelling, DPO) alone."""
        if self.ranking:
            return "rm"
        return "kto" if "kto_tag" in self.columns else "sft"


def read_register(folder: Path) -> list[Entry]:
    """The entries of a folder's dataset_info.json.

    Raises:
        InputError: an entry whose file is not there, or is of a type that is not read.
    """
    entries = []
    for name, entry in json.loads((folder / "dataset_info.json").read_text(encoding="utf-8")).items():
        file = folder / entry["file_name"]
        if not file.exists():
            raise InputError(f"{name}: {file} not found")
        if file.suffix[1:] not in FILE_TYPES:
            raise InputError(f"{name}: {file.suffix} files are not read")
        formatting = entry.get("formatting", "alpaca")
        columns = entry.get("columns") or _default_columns(formatting)
        entries.append(
            Entry(
                name,
                file,
                formatting,
                entry.get("ranking", False),
                columns,
                {**_TAGS, **entry.get("tags", {})},
            )
        )
    return entries


def read_file(path: Path) -> Iterator[Row]:
    """The rows of a JSON or JSON Lines file."""
    with path.open(encoding="utf-8") as file:
        if path.suffix == ".json":
            yield from json.load(file)
        else:
            yield from map(json.loads, file)


def align(row: Row, entry: Entry) -> Aligned:
    """A row as prompt and responses."""
    return _alpaca(row, entry.columns) if entry.formatting == "alpaca" else _sharegpt(row, entry)


def kept(aligned: Aligned, stage: Stage) -> bool:
    """Whether the stage's processor keeps a row: an odd number of prompt turns, and one response (sft) or two
    (rm, kto)."""
    if len(aligned.prompt) % 2 != 1:
        return False
    return len(aligned.response) == 1 if stage == "sft" else len(aligned.response) >= 2


def _default_columns(formatting: str) -> dict[str, str]:
    if formatting == "alpaca":
        return {"prompt": "instruction", "query": "input", "response": "output"}
    return {"messages": "conversations"}


def _alpaca(row: Row, columns: dict[str, str]) -> Aligned:
    asked = [row[columns[name]] for name in ("prompt", "query") if name in columns and row[columns[name]]]
    prompt = ("\n".join(asked),)
    if "kto_tag" in columns and isinstance(row[columns["kto_tag"]], bool):
        return Aligned(prompt, _desired(row[columns["response"]], row[columns["kto_tag"]]))
    pair = tuple(row[columns[name]] for name in ("chosen", "rejected") if name in columns)
    if len(pair) == 2 and all(isinstance(text, str) for text in pair):
        return Aligned(prompt, pair)
    answer = row.get(columns.get("response", ""))
    return Aligned(prompt, (answer,) if isinstance(answer, str) else ())


def _sharegpt(row: Row, entry: Entry) -> Aligned:
    tags, columns = entry.tags, entry.columns
    turns: list[Turn] = row[columns["messages"]]
    if turns and turns[0][tags["role_tag"]] == tags["system_tag"]:
        turns = turns[1:]
    asking = (tags["user_tag"], tags["observation_tag"])
    telling = (tags["assistant_tag"], tags["function_tag"])
    in_turn = all(
        turn[tags["role_tag"]] in (telling if position % 2 else asking) for position, turn in enumerate(turns)
    )
    if not in_turn or len(turns) % 2 != entry.ranking:
        return Aligned((), ())
    texts = tuple(turn[tags["content_tag"]] for turn in turns)
    if "kto_tag" in columns and isinstance(row[columns["kto_tag"]], bool):
        return Aligned(texts[:-1], _desired(texts[-1], row[columns["kto_tag"]]))
    if entry.ranking:
        pair = [row[columns["chosen"]], row[columns["rejected"]]]
        if all(isinstance(turn, dict) and turn[tags["role_tag"]] in telling for turn in pair):
            return Aligned(texts, tuple(turn[tags["content_tag"]] for turn in pair))
        return Aligned((), ())
    return Aligned(texts[:-1], texts[-1:])


def _desired(answer: str, label: bool) -> tuple[str, ...]:
    """A judged response and an empty one; which comes first says whether it is wanted."""
    return (answer, "") if label else ("", answer)
