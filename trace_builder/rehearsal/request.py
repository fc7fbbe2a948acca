"""What a chat request asks for, read from nothing but its body."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_BLOCK = re.compile(r"<<<([a-z_]\w*) ([0-9a-f]{8})\n(.*?)\n\1 \2>>>", re.DOTALL)
_TITLE = re.compile(
    r'"title"\s*:\s*"(Expansion|Structuring|Completeness|Redundancy|Verdicts|Rewriting|Rationality|Inspection)"'
)

TASKS = frozenset(
    {
        "expansion",
        "structuring",
        "completeness",
        "redundancy",
        "verdicts",
        "rewriting",
        "rationality",
        "inspection",
    }
)

#: Which task the data blocks of a request tell, where neither a schema's name nor its title does. The two
#: quality questions carry the same blocks and cannot be told apart this way.
_BY_BLOCKS: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"x1", "y1", "x2", "y2"}), "rationality"),
    (frozenset({"operation", "constraints"}), "rewriting"),
    (frozenset({"count", "offered"}), "expansion"),
    (frozenset({"instruction", "response"}), "worse"),
    (frozenset({"constraints", "response"}), "verdicts"),
    (frozenset({"text"}), "structuring"),
    (frozenset({"description", "constraints"}), "completeness"),
)


@dataclass(frozen=True, slots=True)
class Request:
    """One request: the task, its data blocks by name (None for NULL), and the plain user message.

    ``schema`` is the one a request carries that is none of the pipeline's; {} asks for any JSON object.
    """

    task: str
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
    """The task of a chat completion request: by its schema's name, else by the schema's title in a message,
    else by the names of its data blocks; a request without any of these asks for an answer."""
    messages = [m for m in body.get("messages") or () if isinstance(m, Mapping)]
    users = [content(m) for m in messages if m.get("role") == "user"]
    message = users[-1] if users else ""
    blocks = {name: None if text == "NULL" else text for name, _, text in _BLOCK.findall(message)}
    form = body.get("response_format")
    task = _schema_name(form)
    if task not in TASKS and blocks:
        task = _titled(messages) or _told_by(blocks)
    if task in TASKS or task == "worse":
        return Request(task, blocks, message)
    return Request("answer", blocks, message, _foreign_schema(form))


def _foreign_schema(form: Any) -> Mapping[str, Any] | None:
    if not isinstance(form, Mapping) or form.get("type") not in ("json_schema", "json_object"):
        return None
    wrapper = form.get("json_schema")
    schema = wrapper.get("schema") if isinstance(wrapper, Mapping) else None
    return schema if isinstance(schema, Mapping) else {}


def _schema_name(form: Any) -> str:
    schema = form.get("json_schema") if isinstance(form, Mapping) else None
    return str(schema.get("name", "")).lower() if isinstance(schema, Mapping) else ""


def _titled(messages: list[Mapping[str, Any]]) -> str:
    for message in messages:
        # A title inside a data block is data, not a question.
        found = _TITLE.findall(_BLOCK.sub("", content(message)))
        if found:
            return str(found[-1]).lower()
    return ""


def _told_by(blocks: Mapping[str, str | None]) -> str:
    for names, task in _BY_BLOCKS:
        if names <= blocks.keys():
            return task
    return ""
