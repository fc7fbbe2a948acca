"""JSON in a response: what parses, what nearly does, and what stands around it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from trace_builder.checks.reading.response_layout import Layout

_STRICT = json.JSONDecoder(parse_int=float)
_LOOSE = json.JSONDecoder(parse_int=float, strict=False)
_COMMENT = re.compile(r"(?<![:\"'\w])//[^\n\"]{0,200}$|/\*[^*]{0,200}\*/", re.MULTILINE)
_TRAILING = re.compile(r",(?=\s{0,200}[}\]])")
_OPENING = re.compile(r"\{|^[ \t]*\[", re.MULTILINE)
#: How many places of a text are tried as the beginning of JSON.
_TRIES = 8


@dataclass(frozen=True, slots=True)
class JsonText:
    """The JSON of a response.

    Attributes:
        values: the objects and lists that parse.
        nearly: whether more would parse without comments, trailing commas or line breaks in strings.
        around: the text that stands around them.
        fenced: the values that stand in fences marked as JSON.
    """

    values: tuple[Any, ...]
    nearly: bool
    around: str
    fenced: tuple[Any, ...] = ()


def read_json(layout: Layout) -> JsonText:
    """The JSON of a response: the whole of it, in fences, or between prose."""
    whole = _parsed(layout.body.strip())
    if whole is not None:
        return JsonText((whole,), False, "")
    if layout.fences:
        bodies = [
            (fence, _parsed(fence.body))
            for fence in layout.fences
            if fence.tag in ("json", "", "jsonc", "json5")
        ]
        values = tuple(value for _, value in bodies if value is not None)
        if values or bodies:
            nearly = not values and any(_nearly(fence.body) for fence, _ in bodies)
            marked = tuple(value for fence, value in bodies if value is not None and fence.tag == "json")
            if values or nearly:
                return JsonText(values, nearly, layout.prose.strip(), marked)
    return _between(layout.unfenced)


def _between(text: str) -> JsonText:
    values: list[Any] = []
    around: list[str] = []
    at = 0
    for _ in range(_TRIES):
        opening = _OPENING.search(text, at)
        if opening is None:
            break
        start = opening.end() - 1
        value, end = _value_at(text, start)
        if value is None:
            around.append(text[at : start + 1])
            at = start + 1
        else:
            values.append(value)
            around.append(text[at:start])
            at = end
    around.append(text[at:])
    nearly = not values and "{" in text and _nearly(text[text.index("{") : text.rfind("}") + 1])
    return JsonText(tuple(values), nearly, " ".join("".join(around).split()))


def _value_at(text: str, start: int) -> tuple[Any, int]:
    try:
        value, end = _STRICT.raw_decode(text, start)
    except (ValueError, RecursionError):
        return None, start
    said = text[start:end]
    fits = isinstance(value, dict) or (isinstance(value, list) and any(mark in said for mark in '{"'))
    return (value, end) if fits else (None, start)


def _parsed(text: str) -> Any:
    """The object or list that a text is in JSON; None where it is none. Numbers are read as floats, since
    whole ones of very many digits take very long."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        value = _STRICT.decode(text.strip())
    except (ValueError, RecursionError):
        return _lines(text)
    return value if isinstance(value, dict | list) else None


def _lines(text: str) -> list[Any] | None:
    """The values of JSON Lines."""
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) < 2 or not all(line.strip().startswith(("{", "[")) for line in lines):
        return None
    try:
        return [_STRICT.decode(line.strip()) for line in lines]
    except (ValueError, RecursionError):
        return None


def _nearly(text: str) -> bool:
    cleaned = _TRAILING.sub("", _COMMENT.sub("", text)).strip()
    if not cleaned.startswith(("{", "[")):
        return False
    try:
        return isinstance(_LOOSE.decode(cleaned), dict | list)
    except (ValueError, RecursionError):
        return False


def keys_of(value: Any) -> set[str]:
    """All keys at any depth."""
    found: set[str] = set()
    todo = [value]
    while todo:
        at = todo.pop()
        if isinstance(at, dict):
            found.update(at)
            todo += at.values()
        elif isinstance(at, list):
            todo += at
    return found
