"""Takes the structured instructions out of the rows of every file the product knows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trace_builder.errors import InputError
from trace_builder.report.lines import Row, rows

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]")

#: A text counts as Chinese when Han characters are at least this share of its letters.
_HAN_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Example:
    """One instruction <description, constraints, input>, with the responses that stand beside it.

    ``constraints`` pairs each text with its label as found: a taxonomy id, a dimension's name, or None.
    ``prompt`` is the whole user turn. ``checks`` says for each property the format promises whether this
    row keeps it.
    """

    id: str
    lang: str
    description: str
    constraints: tuple[tuple[str, str | None], ...]
    input: str | None
    prompt: str
    responses: tuple[str, ...] = ()
    checks: tuple[tuple[str, bool], ...] = ()


def language(text: str) -> str:
    """``zh`` or ``en``, by the share of Han characters among the letters."""
    han = len(_HAN.findall(text))
    return "zh" if han and han >= _HAN_SHARE * (han + len(_LATIN.findall(text))) else "en"


def reader(row: Row) -> Callable[[Row], Iterator[Example]] | None:
    """The function that reads rows like this one, or None for rows that hold no structured instruction."""
    if "constraints_splits" in row or "levels2" in row:
        return _released
    if {"x1", "x2", "y1", "y2"} <= row.keys() and isinstance(row["x1"], dict):
        return _group
    if {"x1_parts", "x2_parts", "y1", "y2"} <= row.keys():
        return _released_group
    if isinstance(row.get("instruction"), dict):
        return _record
    return None


def examples(path: Path, read: Callable[[Row], Iterator[Example]]) -> Iterator[Example]:
    """Every instruction of a JSON Lines file.

    Raises:
        InputError: a row is not of the format, naming file, line and field.
    """
    for number, row in rows(path):
        try:
            yield from read(row)
        except _MisfitError as exc:
            raise InputError(f"{path}:{number}: {exc}") from None


class _MisfitError(ValueError):
    """A row that is not of its file's format; the message names the field."""


def _text(row: Row, key: str) -> str:
    value = row.get(key)
    if not isinstance(value, str):
        raise _MisfitError(f"the field {key!r} is missing or not a text")
    return value


def _texts(row: Row, key: str) -> list[str]:
    value = row.get(key)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _MisfitError(f"the field {key!r} is missing or not a list of texts")
    return value


def _released(row: Row) -> Iterator[Example]:
    """A row of the released TRACE evaluation set."""
    description, flat = _text(row, "description"), _text(row, "constraints")
    splits, labels = _texts(row, "constraints_splits"), _texts(row, "levels2")
    given = row.get("input")
    source = given if isinstance(given, str) and given != "NULL" else None
    turns = row.get("messages")
    users = [turn for turn in turns if isinstance(turn, dict) and turn.get("role") == "user"] if turns else []
    expected = f"{description}\n{flat}\n" + (f"# Inputs:\n{source}\n" if source is not None else "")
    prompt = str(users[-1].get("content", "")) if users else expected
    padded = [*labels, *[None] * (len(splits) - len(labels))][: len(splits)]
    yield Example(
        id=str(row.get("id", "")),
        lang=language(prompt),
        description=description,
        constraints=tuple(zip(splits, padded, strict=True)),
        input=source,
        prompt=prompt,
        checks=(
            ("one label and one number for each constraint", _aligned(row, splits, labels)),
            ("constraints joined by newlines give the constraint text", "\n".join(splits) == flat),
            ("the user turn is description, constraints, input", prompt == expected),
        ),
    )


def _aligned(row: Row, splits: list[str], labels: list[str]) -> bool:
    return [len(labels), row.get("constraints_num")] == [len(splits)] * 2


def _record(row: Row) -> Iterator[Example]:
    """A record with one instruction: structured, checked, answered, or a preference pair."""
    keys = ("response", "chosen", "rejected")
    responses = tuple(row[key] for key in keys if isinstance(row.get(key), str))
    yield _example(row, row["instruction"], str(row.get("id", "")), responses)


def _group(row: Row) -> Iterator[Example]:
    """An IOPO group: two instructions, each with its own response."""
    for side in ("1", "2"):
        instruction = row.get(f"x{side}")
        if not isinstance(instruction, dict):
            raise _MisfitError(f"the field 'x{side}' is not an instruction")
        response = row.get(f"y{side}")
        responses = (response,) if isinstance(response, str) else ()
        yield _example(row, instruction, f"{row.get('id', '')} x{side}", responses)


def _released_group(row: Row) -> Iterator[Example]:
    """A whole group as a release writes it: prompts rendered, and their parts beside them."""
    return _group({**row, "x1": row["x1_parts"], "x2": row["x2_parts"]})


def _example(row: Row, instruction: dict[str, Any], name: str, responses: tuple[str, ...]) -> Example:
    description = _text(instruction, "description")
    listed = instruction.get("constraints")
    if not isinstance(listed, list) or not all(isinstance(c, dict) and "text" in c for c in listed):
        raise _MisfitError("the instruction has no list of constraints with their texts")
    source = instruction.get("input")
    constraints = tuple((str(c["text"]), c.get("dimension")) for c in listed)
    lines = [description, *(text for text, _ in constraints)]
    lines += ["# Inputs:", str(source)] if source is not None else []
    prompt = "\n".join(lines) + "\n"
    return Example(
        id=name,
        lang=str(row.get("lang") or language(prompt)),
        description=description,
        constraints=constraints,
        input=source,
        prompt=prompt,
        responses=responses,
    )
