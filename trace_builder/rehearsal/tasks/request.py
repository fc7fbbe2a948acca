"""What a chat request asks for, read from nothing but its body."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trace_builder.prompts import read_blocks

_OBJECT = re.compile(r'\{\s*"')


@dataclass(frozen=True, slots=True)
class Request:
    """One request.

    Attributes:
        asked: the name of the answer's schema, in small letters without underscores; "" where there is none.
        blocks: the data blocks of the user message by name, None for NULL.
        message: the user message as it is.
        schema: the schema itself; {} where any JSON object will do, None where plain text is wanted.
    """

    asked: str
    blocks: Mapping[str, str | None]
    message: str
    schema: Mapping[str, Any] | None = None

    def block(self, name: str) -> str:
        """A block's text; empty where it is NULL or absent."""
        return self.blocks.get(name) or ""

    def constraints(self) -> list[tuple[str, str]]:
        """(id, text) from the ``constraints`` block, one JSON object a line; others go by position."""
        found = []
        for position, line in enumerate(filter(str.strip, self.block("constraints").splitlines()), 1):
            try:
                row = json.loads(line)
                found.append((str(row["id"]), str(row["text"])))
            except (ValueError, TypeError, KeyError):
                found.append((f"c{position}", line.strip()))
        return found


def content(message: Mapping[str, Any]) -> str:
    """A message's text; the text parts of one that comes in parts."""
    body = message.get("content")
    if isinstance(body, str):
        return body
    parts = body if isinstance(body, list) else []
    return "".join(str(part.get("text", "")) for part in parts if isinstance(part, dict))


def read_request(body: Mapping[str, Any]) -> Request:
    """A chat completion request, apart from its sampling settings."""
    messages = [m for m in body.get("messages") or () if isinstance(m, Mapping)]
    message = next((content(m) for m in reversed(messages) if m.get("role") == "user"), "")
    blocks, _ = read_blocks(message)
    name, schema = _wanted(body.get("response_format"), messages, blocks)
    return Request(name.lower().replace("_", ""), blocks, message, schema)


def _wanted(
    form: Any, messages: list[Mapping[str, Any]], blocks: Mapping[str, str | None]
) -> tuple[str, Mapping[str, Any] | None]:
    """The answer's schema with its name: from ``response_format``, else from the first message, where the
    pipeline writes it for servers that take none."""
    form = form if isinstance(form, Mapping) else {}
    if form.get("type") == "json_schema":
        wrapper = form.get("json_schema")
        wrapper = wrapper if isinstance(wrapper, Mapping) else {}
        schema = wrapper.get("schema")
        return str(wrapper.get("name", "")), schema if isinstance(schema, Mapping) else {}
    if messages and (blocks or messages[0].get("role") == "system"):
        schema = _last_schema(content(messages[0]))
        if schema is not None:
            return str(schema["title"]), schema
    return "", {} if form.get("type") == "json_object" else None


def _last_schema(text: str) -> Mapping[str, Any] | None:
    _, text = read_blocks(text)  # a schema inside a data block is data, not a question
    last, end = None, 0
    for found in _OBJECT.finditer(text):
        if found.start() >= end:  # not a part of the one before
            with contextlib.suppress(ValueError):
                value, end = json.JSONDecoder().raw_decode(text, found.start())
                last = value if {"title", "type"} <= value.keys() else last
    return last
