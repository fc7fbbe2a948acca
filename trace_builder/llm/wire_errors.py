"""Turns whatever the SDK and its transport raise into a ``WireError``, with every secret cut out.

Decisions rest on the class of an exception, its status and the server's own error fields. The text of a
message is read in one place only: servers that mark a context overflow by nothing else.
"""

from __future__ import annotations

import asyncio
import math
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from email.utils import parsedate_to_datetime
from typing import Any

from trace_builder.llm.types import ErrorKind, WireError

#: Characters of a server's own message that are kept.
MESSAGE_LIMIT = 300

_OVERFLOW_PARAMS = frozenset({"input_tokens", "prompt_tokens"})
_OVERFLOW_CODES = frozenset({"context_length_exceeded", "string_above_max_length"})
#: For servers that leave the error's param and code empty.
_OVERFLOW_TEXT = re.compile(r"maximum context length|longer than the model's context", re.IGNORECASE)


def redact(text: str, secrets: Sequence[str]) -> str:
    """``text`` with every secret replaced by ``***``."""
    for secret in secrets:
        text = text.replace(secret, "***")
    return text


def shown_url(url: str) -> str:
    """A server's address without the user and password it may carry."""
    return re.sub(r"//[^/@]*@", "//", url)


def wire_error(exc: BaseException, server: str, secrets: Sequence[str] = ()) -> WireError | None:
    """The ``WireError`` for an exception raised while talking to ``server``.

    Returns:
        None where the exception is no fault of the wire, and has to travel on as it is.
    """
    import aiohttp
    import httpx2
    import openai

    if isinstance(exc, openai.APIStatusError):
        return status_error(exc.status_code, exc.body, exc.response.headers, server, secrets)
    if not isinstance(
        exc, (openai.OpenAIError, httpx2.HTTPError, aiohttp.ClientError, OSError, asyncio.TimeoutError)
    ):
        return None
    cause = _root(exc)
    kind: ErrorKind = "timeout" if _is_timeout(cause) else "connection"
    text = redact(f"{server}: {type(cause).__name__}: {cause}".rstrip(": "), secrets)
    return WireError(kind, text[:MESSAGE_LIMIT], details={"refused": _is_refused(cause)})


def status_error(
    status: int, body: Any, headers: Mapping[str, str], server: str, secrets: Sequence[str] = ()
) -> WireError:
    """The ``WireError`` for an answer with an error status. ``body`` is the decoded body or its ``error``."""
    fields = body.get("error", body) if isinstance(body, Mapping) else body
    fields = fields if isinstance(fields, Mapping) else {"message": fields}
    message = fields.get("message") or fields.get("detail") or ""
    details = {k: str(fields[k]) for k in ("param", "code", "type") if fields.get(k) is not None}
    text = redact(f"{server}: status {status}: {message}".rstrip(": "), secrets)
    return WireError(
        _kind(status, details, str(message)),
        text[:MESSAGE_LIMIT],
        status=status,
        retry_after=retry_after(headers),
        details=details,
    )


def not_a_completion(server: str, body: bytes, secrets: Sequence[str] = ()) -> WireError:
    """The ``WireError`` for a 200 whose body is not the API's JSON."""
    start = body[:80].decode("utf-8", "replace")
    return WireError(
        "server_error", redact(f"{server}: not a chat completion: {start!r}", secrets), status=200
    )


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds a server asks to wait: ``retry-after-ms``, ``retry-after`` in seconds, or as an HTTP date."""
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        value = headers.get(name)
        if value is None:
            continue
        try:
            seconds = float(value) / unit
        except ValueError:
            continue
        return max(0.0, seconds) if math.isfinite(seconds) else None
    value = headers.get("retry-after")
    if value is None:
        return None
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def _kind(status: int, details: Mapping[str, str], message: str) -> ErrorKind:
    if status == 429:
        return "rate_limited"
    if status in (401, 403):
        return "auth"
    if status in (408, 409) or status >= 500:
        return "server_error"
    if status == 404:
        return "unknown_model"
    if status in (400, 413, 422) and _is_overflow(details, message):
        return "context_overflow"
    return "bad_request"


def _is_overflow(details: Mapping[str, str], message: str) -> bool:
    if details.get("param") in _OVERFLOW_PARAMS or details.get("code") in _OVERFLOW_CODES:
        return True
    return "param" not in details and _OVERFLOW_TEXT.search(message) is not None


def _chain(exc: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    current: BaseException | None = exc
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__


def _root(exc: BaseException) -> BaseException:
    """The transport's own exception. The SDK's aiohttp transport reports a refused or reset connection as a
    connect timeout, so the SDK's class alone does not tell the two apart."""
    import aiohttp

    chain = list(_chain(exc))
    for link in chain:
        if isinstance(link, (aiohttp.ClientError, asyncio.TimeoutError)):
            return link
    return chain[-1]


def _is_timeout(cause: BaseException) -> bool:
    import httpx2
    import openai

    return isinstance(
        cause, (asyncio.TimeoutError, TimeoutError, httpx2.TimeoutException, openai.APITimeoutError)
    )


def _is_refused(cause: BaseException) -> bool:
    import aiohttp

    return isinstance(cause, (aiohttp.ClientConnectorError, ConnectionRefusedError))
