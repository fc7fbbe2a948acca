"""The API's bodies: what a chat request must be, and answers and errors in vLLM's shape."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json, to_json

from trace_builder.rehearsal.server.prefix import PrefixCache
from trace_builder.rehearsal.server.server_options import ServerOptions
from trace_builder.rehearsal.server.tokens import count_tokens

#: Tokens a chat template adds around one message.
TEMPLATE_TOKENS = 5
SCHEMAS_REMEMBERED = 64
#: Keywords of JSON Schema that hold schemas by name, whatever the names; and those that hold plain values.
_NAMED = frozenset(("properties", "$defs", "definitions", "patternProperties"))
_VALUES = frozenset(("enum", "const", "default", "examples"))
_TYPES = frozenset(("string", "number", "integer", "boolean", "array", "object", "null"))


class RefusedError(Exception):
    """A request that gets an error for an answer."""

    def __init__(self, status: int, kind: str, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.body = error_body(status, kind, message, param)


class UnauthorizedError(RefusedError):
    """A wrong or missing key. vLLM answers it with a plain string, unlike all its other errors."""

    def __init__(self) -> None:
        super().__init__(401, "AuthenticationError", "Unauthorized")
        self.body = b'{"error":"Unauthorized"}'


@dataclass(frozen=True, slots=True)
class Chat:
    """A request that passed. ``first`` is its first message's text, ``prompt_tokens`` the whole prompt's."""

    body: dict[str, Any]
    model: str
    first: str
    prompt_tokens: int
    max_tokens: int


def error_body(status: int, kind: str, message: str, param: str | None = None) -> bytes:
    """An error as vLLM writes it."""
    return to_json({"error": {"message": message, "type": kind, "param": param, "code": status}})


def answer_body(chat: Chat, name: str, text: str, finish: str, tokens: int, cached: int, now: int) -> bytes:
    """A chat completion as vLLM writes it; ``tokens`` are the answer's, ``now`` is in Unix seconds."""
    return to_json(
        {
            "id": f"chatcmpl-{name}",
            "object": "chat.completion",
            "created": now,
            "model": chat.model,
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": text, "refusal": None, "tool_calls": []},
                    "logprobs": None,
                    "finish_reason": finish,
                    "stop_reason": None,
                }
            ],
            "usage": {
                "prompt_tokens": chat.prompt_tokens,
                "total_tokens": chat.prompt_tokens + tokens,
                "completion_tokens": tokens,
                "prompt_tokens_details": {"cached_tokens": cached},
            },
        }
    )


def models_body(options: ServerOptions, now: int) -> bytes:
    """The list of models, each with its length as vLLM gives it."""
    entry = {"object": "model", "created": now, "owned_by": "trace-builder", "parent": None}
    return to_json(
        {
            "object": "list",
            "data": [
                {"id": name, "root": name, "max_model_len": options.max_model_len, **entry}
                for name in options.models
            ],
        }
    )


def metrics_text(model: str, running: int, waiting: int, cache: PrefixCache) -> str:
    """vLLM's metrics that clients read, as Prometheus text."""
    name_value = model.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    label = f'{{engine="0",model_name="{name_value}"}}'
    rows = (
        ("gauge", "num_requests_running", "Requests being served.", running),
        ("gauge", "num_requests_waiting", "Requests waiting for a place.", waiting),
        ("counter", "prefix_cache_queries_total", "Prompt tokens looked up.", cache.queries),
        ("counter", "prefix_cache_hits_total", "Prompt tokens found.", cache.hits),
    )
    return "".join(
        f"# HELP vllm:{name} {about}\n# TYPE vllm:{name} {kind}\nvllm:{name}{label} {float(value)}\n"
        for kind, name, about, value in rows
    )


class ChatReader:
    """Turns raw bodies into chats, refusing what vLLM refuses."""

    def __init__(self, options: ServerOptions, cache: PrefixCache) -> None:
        self._options = options
        self._cache = cache
        self._good_schemas: OrderedDict[bytes, None] = OrderedDict()

    def read(self, raw: bytes) -> Chat:
        """Check one body.

        Raises:
            RefusedError: with the status and body to answer.
        """
        body = _parse(raw)
        model = self._model(body.get("model"))
        messages = _messages(body.get("messages"))
        for name, wanted in (("stream", False), ("n", 1)):
            if body.get(name) not in (None, wanted):
                raise _bad(f"{name}={body[name]!r} is not supported by the rehearsal server", name)
        self._check_format(body.get("response_format"))
        first = messages[0]
        tokens = TEMPLATE_TOKENS * len(messages) + self._cache.tokens(first)
        tokens += sum(count_tokens(text) for text in messages[1:])
        return Chat(body, model, first, tokens, self._most_tokens(body, tokens))

    def _model(self, name: object) -> str:
        if isinstance(name, str) and (self._options.any_model or name in self._options.models):
            return name
        if name is None:
            return self._options.models[0]
        known = ", ".join(self._options.models)
        raise RefusedError(
            404, "NotFoundError", f"The model `{name}` does not exist. This server has: {known}.", "model"
        )

    def _most_tokens(self, body: dict[str, Any], prompt_tokens: int) -> int:
        """Tokens the answer may have: like vLLM, no more than the prompt leaves."""
        length = self._options.max_model_len
        if prompt_tokens >= length:
            raise _bad(
                f"This model's maximum context length is {length} tokens; the prompt has {prompt_tokens}. "
                f"(parameter=input_tokens, value={prompt_tokens})",
                "input_tokens",
            )
        wanted = body.get("max_completion_tokens", body.get("max_tokens"))
        if wanted is None:
            return length - prompt_tokens
        if not isinstance(wanted, int) or isinstance(wanted, bool) or wanted < 1:
            raise _bad(f"max_tokens must be at least 1, got {wanted!r}.", "max_tokens")
        if wanted > length:
            raise _bad(f"max_tokens={wanted} is greater than max_model_len={length}.", "max_tokens")
        return min(wanted, length - prompt_tokens)

    def _check_format(self, wanted: object) -> None:
        if wanted is None:
            return
        if not isinstance(wanted, dict) or wanted.get("type") not in ("json_schema", "json_object", "text"):
            raise _bad("response_format.type must be json_schema, json_object or text", "response_format")
        if wanted["type"] != "json_schema":
            return
        wrapper = wanted.get("json_schema")
        schema = wrapper.get("schema") if isinstance(wrapper, dict) else None
        if not isinstance(schema, dict):
            raise _bad("response_format.json_schema.schema must be an object", "response_format")
        key = hashlib.blake2b(to_json(schema), digest_size=16).digest()
        if key in self._good_schemas:
            return
        _check_schema(schema)
        self._good_schemas[key] = None
        if len(self._good_schemas) > SCHEMAS_REMEMBERED:
            self._good_schemas.popitem(last=False)


def _bad(message: str, param: str | None = None) -> RefusedError:
    return RefusedError(400, "BadRequestError", message, param)


def _parse(raw: bytes) -> dict[str, Any]:
    try:
        body = from_json(raw)
    except ValueError as error:
        raise _bad(f"The body is not JSON: {error}") from None
    if not isinstance(body, dict):
        raise _bad("The body must be a JSON object.")
    return body


def _messages(value: object) -> list[str]:
    """The messages' texts; messages made of text parts are joined in place, for the model to read."""
    if not isinstance(value, list) or not value:
        raise _bad("messages must be a list with at least one message", "messages")
    texts = []
    for message in value:
        if not isinstance(message, dict) or message.get("role") not in ("system", "user", "assistant"):
            raise _bad("each message needs a role: system, user or assistant", "messages")
        content = message.get("content")
        if isinstance(content, list):
            content = message["content"] = _joined(content)
        if not isinstance(content, str):
            raise _bad("a message's content must be text", "messages")
        texts.append(content)
    return texts


def _joined(parts: list[Any]) -> str | None:
    texts = [part.get("text") for part in parts if isinstance(part, dict)]
    strings = [text for text in texts if isinstance(text, str)]
    return "".join(strings) if len(strings) == len(parts) else None


def _check_schema(schema: object) -> None:
    """Refuse what vLLM's grammars cannot take."""
    if isinstance(schema, list):
        for item in schema:
            _check_schema(item)
    if not isinstance(schema, dict):
        return
    if schema.get("uniqueItems"):
        raise _bad("Grammar error: uniqueItems is not supported")
    kinds = schema.get("type", [])
    for kind in kinds if isinstance(kinds, list) else [kinds]:
        if isinstance(kind, str) and kind not in _TYPES:
            raise _bad(f"Grammar error: unknown type {kind}")
    for key, value in schema.items():
        if key in _NAMED and isinstance(value, dict):
            _check_schema(list(value.values()))
        elif key not in _VALUES:
            _check_schema(value)
