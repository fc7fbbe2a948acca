"""Turns whatever the transport raises and servers answer into a ``WireError``, with every secret cut out.

Decisions rest on the class of an exception, its status and the server's own error fields. The text of a
message is read in one place only: servers that mark a context overflow by nothing else.
"""

from __future__ import annotations

import asyncio
import math
import re
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
import httpx2

from trace_builder.llm.codec import clean
from trace_builder.llm.types import ErrorKind, WireError
from trace_builder.support.redaction import without_secrets

#: Characters of a server's own message that are kept.
MESSAGE_LIMIT = 300

_OVERFLOW_PARAMS = frozenset({"input_tokens", "prompt_tokens"})
_OVERFLOW_CODES = frozenset({"context_length_exceeded", "string_above_max_length"})
#: For servers that leave the error's param and code empty.
_OVERFLOW_TEXT = re.compile(r"maximum context length|longer than the model's context", re.IGNORECASE)
#: Unauthorized, payment required, forbidden.
_NO_ENTRY = frozenset({401, 402, 403})
#: Of the 4xx, those that blame the moment and not the request: timeout, conflict, misdirected, locked, too
#: early, and nginx's word for a client that it lost.
_BUSY = frozenset({408, 409, 421, 423, 425, 499})
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
#: What sending and receiving raise. A ValueError is a header or an address that no client can read.
_TRANSPORT = (
    httpx2.HTTPError,
    httpx2.InvalidURL,
    aiohttp.ClientError,
    OSError,
    EOFError,
    asyncio.TimeoutError,
    zlib.error,
    ValueError,
)


def presentable(text: str, secrets: Sequence[str] = (), limit: int = MESSAGE_LIMIT) -> str:
    """Text from outside as it may be shown and stored: one line without secrets, cut after that."""
    return _CONTROL.sub(" ", without_secrets(clean(text), secrets)).strip(" :")[:limit]


def wire_error(exc: BaseException, server: str, secrets: Sequence[str] = ()) -> WireError | None:
    """The ``WireError`` for an exception raised while talking to ``server``.

    Returns:
        None where the exception is no fault of the wire, and has to travel on as it is.
    """
    if not isinstance(exc, _TRANSPORT):
        return None
    cause = _root(exc)
    kind: ErrorKind = "timeout" if _is_timeout(cause) else "connection"
    text = presentable(f"{server}: {type(cause).__name__}: {cause}", secrets)
    return WireError(kind, text, details={"refused": _is_refused(cause)})


def status_error(
    status: int, body: Any, headers: Mapping[str, str], server: str, secrets: Sequence[str] = ()
) -> WireError:
    """The ``WireError`` for an answer with an error status. ``body`` is the decoded body or its ``error``."""
    fields = body.get("error", body) if isinstance(body, Mapping) else body
    fields = fields if isinstance(fields, Mapping) else {"message": fields}
    message = fields.get("message") or fields.get("detail") or ""
    if 300 <= status < 400:
        message = f"redirect to {headers.get('location') or 'nowhere'}"
    details = {
        k: presentable(str(fields[k]), secrets)
        for k in ("param", "code", "type")
        if fields.get(k) is not None
    }
    return WireError(
        _kind(status, details, str(message)),
        presentable(f"{server}: status {status}: {message}", secrets),
        status=status,
        retry_after=retry_after(headers),
        details=details,
    )


def not_a_completion(server: str, body: bytes, why: str, secrets: Sequence[str] = ()) -> WireError:
    """The ``WireError`` for a 200 whose body is no whole answer of the API."""
    start = presentable(body.decode("utf-8", "replace"), secrets, limit=80)
    text = presentable(f"{server}: not a chat completion ({why}): {start!r}", secrets)
    return WireError("server_error", text, status=200)


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
    if status in _NO_ENTRY:
        return "auth"
    if status in _BUSY or status < 400 or status >= 500:  # below 400: a redirect that leads nowhere
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
    """The transport's own exception. The aiohttp transport reports a refused or reset connection as a
    connect timeout, so the outer class alone does not tell the two apart."""
    chain = list(_chain(exc))
    for link in chain:
        if isinstance(link, (aiohttp.ClientError, asyncio.TimeoutError)):
            return link
    return chain[-1]


def _is_timeout(cause: BaseException) -> bool:
    return isinstance(cause, (asyncio.TimeoutError, TimeoutError, httpx2.TimeoutException))


def _is_refused(cause: BaseException) -> bool:
    return isinstance(cause, (aiohttp.ClientConnectorError, ConnectionRefusedError))
