"""Turns one row of a seed file, as it comes, into a seed (docs/seeds.md lists the formats)."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Mapping
from typing import Any

from trace_builder.records import Lang, Seed
from trace_builder.support.text import detect_lang, is_placeholder

#: Keys a row may have without being told that they are ignored: what the known formats carry.
KNOWN_KEYS = frozenset(
    (
        "id", "instruction", "input", "context", "source", "lang", "instances", "messages", "conversations",
        "output", "outputs", "response", "answer", "name", "is_classification", "motivation_app",
        "system", "tools", "history",
    )
)  # fmt: skip

_LANGS: dict[str, Lang] = {
    "en": "en", "eng": "en", "english": "en", "英文": "en", "英语": "en",
    "zh": "zh", "zho": "zh", "cn": "zh", "chinese": "zh", "中文": "zh", "汉语": "zh",
}  # fmt: skip
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_BLAND_SYSTEM = re.compile(
    r"you are (an? )?[\w, -]{0,60}assistant\W*|你是[^，。\n]{0,20}助手\W*", re.IGNORECASE
)
_MAX_ID = 200


class RowError(ValueError):
    """Why a row is no seed, in words for the one who made the file."""


def as_seed(row: object, default_source: str) -> Seed:
    """The seed in a row of any known format.

    Args:
        row: the parsed JSON value.
        default_source: the source of rows that do not name one.

    Raises:
        RowError: the row has no instruction, or a field of the wrong kind.
    """
    if not isinstance(row, dict):
        raise RowError(f"a row must be a JSON object, this is {_kind(row)}")
    instruction, text = _texts(row)
    if not instruction or is_placeholder(instruction):
        raise RowError("the instruction is empty")
    lang = _lang(row.get("lang")) or detect_lang(instruction, text)
    return Seed(
        id=_id(row.get("id")) or content_id(instruction, text),
        lang=lang,
        instruction=instruction,
        input=text,
        source=_line_of_text(row.get("source"), "source") or default_source,
        complex=_flag(row.get("complex"), "complex"),
    )


def _flag(value: Any, name: str) -> bool:
    if value is not None and not isinstance(value, bool):
        raise RowError(f"{name} must be true or false, not {_kind(value)}")
    return bool(value)


def content_id(instruction: str, text: str | None) -> str:
    """The id of a row without one: stable wherever the row stands and whatever the file is called."""
    return "seed-" + hashlib.sha256(f"{instruction}\0{text or ''}".encode()).hexdigest()[:16]


def _texts(row: Mapping[str, Any]) -> tuple[str, str | None]:
    if row.get("instruction") is not None:
        instruction = _text(row["instruction"], "instruction") or ""
        return instruction.strip(), _input_of(row)
    for key in ("messages", "conversations"):
        if row.get(key) is not None:
            return _first_question(row[key], key), None
    if "instruction" in row:
        raise RowError("the instruction is null")
    found = ", ".join(map(repr, list(row)[:8])) or "nothing"
    raise RowError(f"no instruction: expected a key 'instruction' or 'messages', found {_printable(found)}")


def _input_of(row: Mapping[str, Any]) -> str | None:
    for key in ("input", "context"):  # Dolly calls its inputs "context"
        if row.get(key) is not None:
            return _given(row[key], key)
    return _instance_input(row.get("instances"))


def _instance_input(instances: object) -> str | None:
    """Self-instruct's and BELLE's instances are samples of one task: the first that has an input is taken."""
    if instances is None:
        return None
    if not isinstance(instances, list):
        raise RowError(f"'instances' must be a list, this is {_kind(instances)}")
    for instance in instances:
        if not isinstance(instance, dict):
            raise RowError(f"an instance must be a JSON object, this is {_kind(instance)}")
        given = _given(instance.get("input"), "instances[].input")
        if given is not None:
            return given
    return None


def _given(value: object, what: str) -> str | None:
    text = _text(value, what)
    return None if text is None or is_placeholder(text) else text.strip("\r\n")


def _first_question(turns: object, key: str) -> str:
    """The first user turn of a conversation, after a system message that says more than "You are a helpful
    assistant". What follows depends on answers the seed does not have."""
    if not isinstance(turns, list) or not turns:
        raise RowError(
            f"'{key}' must be a list of turns"
            + ("" if isinstance(turns, list) else f", this is {_kind(turns)}")
        )
    system = ""
    for turn in turns:
        if not isinstance(turn, dict):
            raise RowError(f"a turn of '{key}' must be a JSON object, this is {_kind(turn)}")
        role = turn.get("role", turn.get("from"))
        content = _content(turn.get("content", turn.get("value")), key)
        if role in ("system", "developer"):
            system = content
        elif role in ("user", "human"):
            return f"{system}\n\n{content}" if system and not _BLAND_SYSTEM.fullmatch(system) else content
        else:
            raise RowError(
                f"the conversation begins with the role {_printable(repr(role))}, not with a user's turn"
            )
    raise RowError("the conversation has no user's turn")


def _content(value: object, key: str) -> str:
    if isinstance(value, list):
        if not all(isinstance(part, dict) and part.get("type") == "text" for part in value):
            raise RowError("a turn holds something other than text")
        value = "\n".join(_text(part.get("text"), key) or "" for part in value)
    return (_text(value, f"{key}[].content") or "").strip()


def _text(value: object, what: str) -> str | None:
    """A text as it is; None for null and for the NaN of data frames."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if not isinstance(value, str):
        raise RowError(f"'{what}' must be a text, this is {_kind(value)}")
    if "\0" in value:
        raise RowError(f"'{what}' holds a NUL character")
    if not value.isascii() and _SURROGATE.search(value):
        raise RowError(f"'{what}' holds half of a surrogate pair")
    return value


def _line_of_text(value: object, what: str) -> str:
    text = (_text(value, what) or "").strip()
    if not text:
        return text
    if _CONTROL.search(text):
        raise RowError(f"'{what}' holds a line break or another control character")
    if len(text) > _MAX_ID:
        raise RowError(f"'{what}' is longer than {_MAX_ID} characters")
    return text


def _id(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return _line_of_text(value, "id")


def _lang(value: object) -> Lang | None:
    name = _line_of_text(value, "lang").casefold()
    if not name:
        return None
    lang = _LANGS.get(name) or _LANGS.get(re.split(r"[-_]", name)[0])
    if lang is None:
        raise RowError(f"'lang' must be en or zh, this is {name!r}")
    return lang


def _kind(value: object) -> str:
    kinds = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "null"}
    return kinds.get(type(value), "a number")


def _printable(text: str) -> str:
    return text[:200].encode("utf-8", "backslashreplace").decode()
