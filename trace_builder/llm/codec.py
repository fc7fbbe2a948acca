"""The bytes of a chat completion: a request into its body, a body into its answer."""

from __future__ import annotations

import json
from typing import Any

from pydantic_core import from_json

from trace_builder.llm.types import ChatRequest, FinishReason, Usage

#: Tokens in one answer that a server may count; more is a lie, and too long for a call's line.
_MOST_TOKENS = 10**15
#: How servers mark an answer that they broke off: OpenRouter, vLLM, DeepSeek.
_BROKEN_OFF = ("error", "abort", "insufficient_system_resource")

_FINISH: dict[object, FinishReason] = {
    "stop": "stop",
    "length": "length",
    "content_filter": "content_filter",
}


def encode(request: ChatRequest, extra: str | None = None) -> bytes:
    """The JSON body of a request. ``extra`` stands in for ``request.extra`` where that is None.

    The schema is inserted as the text it is: its order is the order of generation.
    """
    fields: dict[str, Any] = {
        "model": request.model,
        "messages": [{"role": role, "content": content} for role, content in request.messages],
        "max_tokens": request.max_tokens,
        "seed": request.seed,
        **dict(request.sampling),
    }
    extra = request.extra or extra
    if extra is not None:
        fields.update(json.loads(extra))
    if request.schema is not None and request.mode == "json_object":
        fields["response_format"] = {"type": "json_object"}
    text = _dumps(fields)
    if request.schema is not None and request.mode == "json_schema":
        name = _dumps(request.schema_name or "answer")
        text = (
            f'{text[:-1]},"response_format":{{"type":"json_schema","json_schema":'
            f'{{"name":{name},"schema":{request.schema},"strict":true}}}}}}'
        )
    try:
        return text.encode()
    except UnicodeEncodeError:  # a lone surrogate: JSON can carry it escaped only
        return json.dumps(json.loads(text, strict=False)).encode()


def decode(body: bytes) -> tuple[str, FinishReason, Usage]:
    """What an answer's body says.

    Raises:
        ValueError: it is not a chat completion, or not a whole one; says why.
    """
    try:
        value = loads(body)
        choice = value["choices"][0]
        message = choice["message"]
        content = message.get("content")
        if content is None:
            content = message.get("refusal") or ""
        if not isinstance(content, str):
            raise TypeError("content")
        finish = choice.get("finish_reason")
        if finish in _BROKEN_OFF:
            raise ValueError(f"finish_reason {finish}: {choice.get('error') or value.get('error') or ''}")
        return clean(content), _FINISH.get(finish, "other"), _usage(value.get("usage"))
    except (KeyError, IndexError, TypeError, AttributeError, RecursionError) as exc:
        raise ValueError(f"{type(exc).__name__}: {exc}") from None


def loads(body: bytes) -> Any:
    """The value of a JSON text from a server.

    Raises:
        ValueError: it is no JSON.
        RecursionError: it is nested too deeply.
    """
    try:
        return from_json(body)
    except ValueError:
        return json.loads(body, strict=False)  # lone surrogates, which the fast parser refuses


def clean(text: str) -> str:
    """``text`` with each lone surrogate, which no file could hold, made a replacement character."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _usage(value: Any) -> Usage:
    if not isinstance(value, dict):
        return Usage()
    details = value.get("prompt_tokens_details")
    cached = details.get("cached_tokens") if isinstance(details, dict) else 0
    return Usage(_count(value.get("prompt_tokens")), _count(cached), _count(value.get("completion_tokens")))


def _count(value: object) -> int:
    """A count of tokens; 0 for what is none."""
    return value if isinstance(value, int) and value is not True and 0 < value < _MOST_TOKENS else 0
