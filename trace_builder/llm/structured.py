"""Reads structured answers: strictly under a schema, tolerantly where a server knows none.

Nothing here takes longer than in proportion to the text, whatever a model writes
(``benchmarks/reading_model_text.py``).
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterator
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from trace_builder.llm.types import Mode
from trace_builder.records import Lang

T = TypeVar("T")

#: Places where no object is before the search ends, and how much may be read in vain, in lengths of the text.
#: Without a bound, a model stuck in ``{"a":`` costs the square of its answer.
_MISSES = 200
_REREADS = 8
#: Times that punctuation is mended, and characters it is mended for.
_MENDS = 5
_MENDED = 200_000
#: Complete objects, counted from the last, that are tried for one that fits.
_CANDIDATES = 50
#: Values in one answer. A model that is stuck writes a million of them, and pydantic keeps an error for each.
_VALUES = 10_000

_THINK, _THOUGHT = "<think>", "</think>"


class _Doubled(dict[str, Any]):
    """An object in which a key is given twice: which of the two is meant nobody knows."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    return made if len(made) == len(pairs) else _Doubled(made)


_DECODER = json.JSONDecoder(strict=False, object_pairs_hook=_object)
_OPENING = re.compile(r'[{｛]\s*"')
#: What Chinese models write outside of strings, and where an object broke off that mending may help.
_FULL_WIDTH = {"：": ":", "，": ",", "｛": "{", "｝": "}", "［": "[", "］": "]"}
_MENDABLE = frozenset(_FULL_WIDTH) | {",", "]", "}"}
_MARKS = re.compile(r'\\.|"|(?P<trailing>[,，](?=\s*[}\]｝］]))|[：，｛｝［］]', re.DOTALL)

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
    kept = []
    at, start = 0, text.find(_THINK)
    while start >= 0 and (end := text.find(_THOUGHT, start)) >= 0:
        kept.append(text[at:start])
        at = end + len(_THOUGHT)
        start = text.find(_THINK, at)
    rest = "".join(kept) + text[at:]
    return "" if rest.lstrip().startswith(_THINK) else rest.rpartition(_THOUGHT)[2]


def parse(text: str, want: type[T], mode: Mode = "json_schema") -> T:
    """The value that an answer carries.

    Under ``json_schema`` the answer is one object that fits exactly. In the other modes it may stand in a
    code fence or in prose, with full-width colons and trailing commas; the last complete object that fits
    counts. An object that gives a key twice is no value. (What is written in a field is read by the field's
    own type, scores such as "[[7/10]]" too.)

    Args:
        text: the answer as received.
        want: a pydantic model, or ``str``.
        mode: how the structure was asked for.

    Raises:
        ValueError: there is no such value in it.
    """
    answer = strip_thinking(text)
    if want is str:
        return answer  # type: ignore[return-value]
    assert issubclass(want, BaseModel)
    fit: Any = _exact(text, want)
    if fit is None and answer != text:
        fit = _exact(answer, want)
    if fit is None and mode != "json_schema":
        fit = _last(answer, want)
    if fit is None:
        raise ValueError(_trouble(answer, want))
    return cast(T, fit)


def _exact(text: str, want: type[BaseModel]) -> Any:
    """The whole text as ``want``, types as they are. Raw control characters in strings are let through: the
    default grammar of vLLM does not stop a model from writing them."""
    try:
        fit = _validated(text, want)
    except ValidationError as error:
        if _first(error)["type"] != "json_invalid":
            return None
    except ValueError:
        return None
    else:
        _check_single(_DECODER.decode(text))
        return fit
    try:
        value = _DECODER.decode(text)
    except (ValueError, RecursionError):
        return None
    return _fit(value, want)


def _fit(value: Any, want: type[BaseModel]) -> Any:
    """A decoded value as ``want``, by JSON's rules; None where it does not fit.

    Raises:
        ValueError: it does, and gives a key twice.
    """
    try:
        fit = _validated(json.dumps(value), want)
    except (ValueError, RecursionError):
        return None
    _check_single(value)
    return fit


def _check_single(value: Any) -> None:
    values = [value]
    for item in values:  # grows under way
        if isinstance(item, _Doubled):
            raise ValueError("a key is given twice")
        if isinstance(item, list | dict):
            values.extend(item.values() if isinstance(item, dict) else item)


def _validated(text: str, want: type[BaseModel]) -> Any:
    """A JSON text as ``want``.

    Raises:
        ValueError: it does not fit, or holds too many values to be looked at.
    """
    if text.count(",") >= _VALUES and _crowded(text):
        raise ValueError(f"more than {_VALUES} values")
    return want.model_validate_json(text, strict=True)


def _crowded(text: str) -> bool:
    try:
        values = [from_json(text)]
    except ValueError:
        return False
    for count, value in enumerate(values):  # grows under way
        if isinstance(value, list | dict):
            values.extend(value.values() if isinstance(value, dict) else value)
        if count >= _VALUES:
            return True
    return False


def _last(text: str, want: type[BaseModel]) -> Any:
    found = deque(_objects(text), maxlen=_CANDIDATES)
    fits = (_fit(value, want) for value in reversed(found))
    return next((fit for fit in fits if fit is not None), None)


def _objects(text: str) -> Iterator[Any]:
    """Every complete object in a text, in its order, none from inside another."""
    misses, rereads, mends = _MISSES, _REREADS * len(text), _MENDS
    mended, offset = "", 0
    place = _OPENING.search(text)
    while place and misses > 0 and rereads > 0:
        at = place.start()
        value, end = _object_at(text, at)
        misses -= value is None
        if value is None and text[end : end + 1] in _MENDABLE:
            value, length = _object_at(mended, at - offset)
            if value is None and mends:
                mends -= 1
                mended, offset = _mended(text[at : at + _MENDED]), at
                value, length = _object_at(mended, 0)
            end = max(end, offset + length)
        if value is None:
            rereads -= end - at
            end = at + 1
        else:
            yield value
        place = _OPENING.search(text, end)


def _object_at(text: str, at: int) -> tuple[Any, int]:
    """The object that begins at ``at`` and its end; None and how far it was read, where there is none."""
    try:
        return _DECODER.raw_decode(text, at)
    except json.JSONDecodeError as error:
        return None, len(text) if error.msg.startswith("Unterminated") else error.pos
    except (ValueError, RecursionError):  # a number of too many digits; too deep
        return None, at


def _mended(text: str) -> str:
    """``text`` with the punctuation outside of strings made JSON's, of the same length."""
    inside = False

    def mend(mark: re.Match[str]) -> str:
        nonlocal inside
        written = mark.group()
        if written == '"':
            inside = not inside
        if inside or written[0] in '"\\':
            return written
        return " " if mark["trailing"] else _FULL_WIDTH[written]

    return _MARKS.sub(mend, text)


def _trouble(answer: str, want: type[BaseModel]) -> str:
    """One line about what is wrong, without the answer's text."""
    try:
        _validated(answer, want)
    except ValidationError as error:
        first = _first(error)
        place = ".".join(str(part) for part in first["loc"])
        return f"{want.__name__}: {place + ': ' if place else ''}{first['msg']}"
    except ValueError as error:
        return f"{want.__name__}: {error}"
    return f"{want.__name__}: the answer does not fit"


def _first(error: ValidationError) -> Any:
    return error.errors(include_url=False, include_input=False)[0]
