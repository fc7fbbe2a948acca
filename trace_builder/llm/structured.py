"""Reads structured answers: strictly under a schema, tolerantly where a server knows none."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ValidationError

from trace_builder.llm.types import Mode
from trace_builder.records import Lang

T = TypeVar("T")

#: Places in an answer where an object is looked for, and how many of them with repairs.
_PLACES = 2000
_REPAIRS = 50

_THOUGHT = re.compile(r"<think>.*?</think>", re.DOTALL)
_STRING_OR_REST = re.compile(r'"(?:[^"\\]|\\.)*"|[^"]+', re.DOTALL)
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
#: What Chinese models write outside of strings.
_FULL_WIDTH = str.maketrans({"：": ":", "，": ",", "｛": "{", "｝": "}", "［": "[", "］": "]"})

_INSTRUCTIONS: dict[Lang, str] = {
    "en": (
        "Answer with one JSON object and nothing else: no code fence, no text before or after it. "
        "Write its fields in the order of this JSON schema, all of them:\n{schema}"
    ),
    "zh": (
        "只输出一个 JSON 对象，不要代码块，前后不要有任何其他文字。"
        "字段按下面 JSON Schema 的顺序写，一个都不能少：\n{schema}"
    ),
}


def schema_instruction(schema: str, lang: Lang) -> str:
    """What tells a model without schema support which structure is wanted; carries the schema itself."""
    return _INSTRUCTIONS[lang].format(schema=schema)


def strip_thinking(text: str) -> str:
    """``text`` without its ``<think>`` sections. A section whose opening tag stands in the prompt ends at
    the first ``</think>``; one that never ends leaves nothing."""
    text = _THOUGHT.sub("", text)
    if text.lstrip().startswith("<think>"):
        return ""
    return text.rpartition("</think>")[2]


def parse(text: str, want: type[T], mode: Mode = "json_schema") -> T:
    """The value that an answer carries.

    Under ``json_schema`` the answer is one object that fits exactly. In the other modes it may stand in a
    code fence or in prose, with full-width colons and trailing commas; the last complete object that fits
    counts. (What is written in a field is read by the field's own type, scores such as "[[7/10]]" too.)

    Args:
        text: the answer as received.
        want: a pydantic model, or ``str``.
        mode: how the structure was asked for.

    Raises:
        ValueError: there is no such value in it.
    """
    if want is str:
        return strip_thinking(text)  # type: ignore[return-value]
    assert issubclass(want, BaseModel)
    fit: Any = _exact(text, want)
    if fit is None:
        answer = strip_thinking(text)
        fit = _exact(answer, want)
        if fit is None and mode != "json_schema":
            fit = _last(answer, want)
    if fit is None:
        raise ValueError(_trouble(text, want))
    return cast(T, fit)


def _exact(text: str, want: type[BaseModel]) -> Any:
    """The whole text as ``want``, types as they are. Raw control characters in strings are let through: the
    default grammar of vLLM does not stop a model from writing them."""
    try:
        return want.model_validate_json(text, strict=True)
    except ValidationError as error:
        if any(e["type"] != "json_invalid" for e in error.errors(include_url=False, include_input=False)):
            return None
    try:
        return _fit(json.loads(text, strict=False), want)
    except (ValueError, RecursionError):
        return None


def _fit(value: Any, want: type[BaseModel]) -> Any:
    """A decoded value as ``want``, by JSON's rules; None where it does not fit."""
    try:
        return want.model_validate_json(json.dumps(value), strict=True)
    except (ValueError, RecursionError):
        return None


def _last(text: str, want: type[BaseModel]) -> Any:
    fits = (_fit(value, want) for value in _objects(text))
    return next((fit for fit in reversed([*fits]) if fit is not None), None)


def _objects(text: str) -> Iterator[Any]:
    """Every complete object in a text, in its order, none from inside another."""
    decoder = json.JSONDecoder(strict=False)
    repairs = _REPAIRS
    at = _opening(text, 0)
    for _ in range(_PLACES):
        if at < 0:
            return
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            repaired = _repair(text[at:]) if repairs else ""
            repairs -= bool(repairs)
            try:
                value, _ = decoder.raw_decode(repaired)
            except (ValueError, RecursionError):
                at = _opening(text, at + 1)
                continue
            end = at + _extent(text[at:])
        yield value
        at = _opening(text, end)


def _opening(text: str, start: int) -> int:
    places = [p for p in (text.find("{", start), text.find("｛", start)) if p >= 0]
    return min(places, default=-1)


def _repair(text: str) -> str:
    """``text`` with the punctuation outside of strings made JSON's: every change keeps the length but the
    dropping of trailing commas."""
    return "".join(
        part if part.startswith('"') else _TRAILING_COMMA.sub(r"\1", part.translate(_FULL_WIDTH))
        for part in _STRING_OR_REST.findall(text)
    )


def _extent(text: str) -> int:
    """Characters from the opening brace to the closing one, strings passed over."""
    depth = at = 0
    for part in _STRING_OR_REST.finditer(text):
        if part.group().startswith('"'):
            continue
        for at, char in enumerate(part.group(), part.start()):
            depth += (char in "{｛") - (char in "}｝")
            if depth == 0:
                return at + 1
    return len(text)


def _trouble(text: str, want: type[BaseModel]) -> str:
    """One line about what is wrong, without the answer's text."""
    try:
        want.model_validate_json(strip_thinking(text), strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        return f"{want.__name__}: {place + ': ' if place else ''}{first['msg']}"
    return f"{want.__name__}: the answer does not fit"
