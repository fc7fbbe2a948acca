"""Gets to know the servers before the first record: the model's name, and how it gives structure."""

from __future__ import annotations

import json
import os
from typing import Any, Protocol

from trace_builder.config import ModelConfig
from trace_builder.errors import InputError, StoppedError
from trace_builder.llm.servers.endpoints import Endpoint
from trace_builder.llm.servers.pool import Pool
from trace_builder.llm.servers.transport import NO_KEY
from trace_builder.llm.types import ChatAnswer, ChatRequest, Mode, WireError

#: Questions before a server is held not to give structure. Any of its answers may be spoilt by chance.
TRIES = 5
#: Model names listed in an error.
NAMES = 20

_SCHEMA = (
    '{"title":"Greeting","type":"object","properties":{"mood":{"type":"string","enum":["kind","curt"]}},'
    '"required":["mood"],"additionalProperties":false}'
)


def read_key(variable: str) -> str:
    """The key in an environment variable, or a stand-in where it is not set.

    Raises:
        InputError: it cannot be sent in a header; the key itself is not shown.
    """
    key = os.environ.get(variable, "").strip()
    if not (key.isascii() and key.isprintable()):
        raise InputError(f"the key in the environment variable {variable} holds characters that no key has")
    return key or NO_KEY


class Asks(Protocol):
    async def complete(self, request: ChatRequest) -> ChatAnswer: ...


async def require_model(pool: Pool, model: ModelConfig) -> None:
    """Waits until a server is up, and makes sure that those which are up serve the model.

    Raises:
        InputError: a server refuses the key, or does not offer the model; the sentence names what it offers.
        StoppedError: none came up within the outage limit.
    """
    try:
        await pool.get_ready()
        for endpoint in pool.endpoints:
            if not endpoint.down and not endpoint.lists(model.name):
                await _try(endpoint, model, pool.wire.timeout)
        pool.wanted.add(model.name)
    except WireError as error:
        if error.kind != "auth":
            raise InputError(f"a server does not answer as it should: {error}") from None
        raise InputError(
            f"the key in the environment variable {model.api_key_env} is refused or missing: {error}"
        ) from None


async def _try(endpoint: Endpoint, model: ModelConfig, timeout: float) -> None:
    """Asks a model that the server does not list for a word: the list may be missing or leave aliases out."""
    try:
        await endpoint.ping(model.name, timeout)
    except WireError as error:
        if error.status == 404 or error.details.get("param") == "model":
            raise _unknown_model(endpoint, model) from None
        if error.kind == "auth":
            raise
    endpoint.aliases.add(model.name)


async def find_mode(client: Asks, name: str, model: str) -> Mode:
    """How a server gives structure: asks it for something to say in prose under a schema, then as JSON.

    A server that ignores the schema answers with prose; one that cannot take it refuses the request.

    Args:
        name: the model's name in the config.
        model: its name at the servers.

    Raises:
        InputError: it refuses to answer at all.
        StoppedError: it does not come to answer.
    """
    for mode, text in (("json_schema", "Say hello."), ("json_object", "Say hello as a JSON object.")):
        for attempt in range(TRIES):
            request = ChatRequest(
                client=name,
                model=model,
                messages=(("user", text),),
                seed=attempt,
                max_tokens=64,
                sampling=(("temperature", 0.0),),
                schema_name="greeting",
                schema=_SCHEMA,
                mode=mode,  # type: ignore[arg-type]
            )
            try:
                answer = await client.complete(request)
            except WireError as error:
                if error.kind == "bad_request":
                    break
                kind = StoppedError if error.retryable else InputError
                raise kind(f"a server does not answer as it should: {error}") from None
            if _is_structured(answer, mode):
                return mode  # type: ignore[return-value]
    return "text"


def _is_structured(answer: ChatAnswer, mode: str) -> bool:
    text = answer.text.strip()
    if answer.finish_reason == "length":  # white space without end is what a grammar lets a poor model write
        return text == "" or text.startswith("{")
    try:
        value: Any = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and (mode != "json_schema" or value.get("mood") in ("kind", "curt"))


def _unknown_model(endpoint: Endpoint, model: ModelConfig) -> InputError:
    if endpoint.models is None:
        return InputError(
            f"{endpoint.url} has no chat completions for the model {model.name!r}; does the address end as "
            "it should, usually with /v1?"
        )
    names = sorted(endpoint.models)
    more = f" and {len(names) - NAMES} more" if len(names) > NAMES else ""
    return InputError(
        f"{endpoint.url} does not offer the model {model.name!r}; it offers "
        f"{', '.join(names[:NAMES]) or 'none'}{more}"
    )
