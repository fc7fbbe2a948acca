"""The bytes of a chat completion: a request into its body, a body into its answer."""

from __future__ import annotations

import json
from typing import Any

from pydantic_core import from_json

from trace_builder.llm.types import ChatRequest, FinishReason, Usage

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
        ValueError: it is not a chat completion.
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
        finish = _FINISH.get(choice.get("finish_reason"), "other")
        return content, finish, _usage(value.get("usage"))
    except (KeyError, IndexError, TypeError, AttributeError, RecursionError) as exc:
        raise ValueError(f"not a chat completion: {exc}") from None


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


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _usage(value: Any) -> Usage:
    if not isinstance(value, dict):
        return Usage()
    details = value.get("prompt_tokens_details")
    cached = details.get("cached_tokens") if isinstance(details, dict) else 0
    return Usage(_count(value.get("prompt_tokens")), _count(cached), _count(value.get("completion_tokens")))


def _count(value: object) -> int:
    return value if isinstance(value, int) and value > 0 else 0
