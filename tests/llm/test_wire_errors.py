"""Exceptions and error answers become one error type, by class, status and field."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

import pytest

from trace_builder.llm.wire_errors import not_a_completion, retry_after, status_error, wire_error

KEY = "sk-planted-0123456789"


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, {"message": "no", "param": "temperature"}, "bad_request"),
        (400, {"message": "no", "param": "input_tokens"}, "context_overflow"),
        (400, {"message": "no", "code": "context_length_exceeded"}, "context_overflow"),
        (400, {"message": "This model's maximum context length is 10 tokens"}, "context_overflow"),
        # The text counts only where the server says nothing else.
        (400, {"message": "maximum context length", "param": "max_tokens"}, "bad_request"),
        (401, "Unauthorized", "auth"),
        (403, None, "auth"),
        (404, {"message": "no", "param": "model"}, "unknown_model"),
        (408, None, "server_error"),
        (409, {"message": "busy"}, "server_error"),
        (413, {"code": "context_length_exceeded"}, "context_overflow"),
        (422, {"detail": [{"msg": "no"}]}, "bad_request"),
        (429, {"error": {"message": "slow down"}}, "rate_limited"),
        (500, "<html>oops</html>", "server_error"),
        (503, None, "server_error"),
        (529, {}, "server_error"),
    ],
)
def test_kinds(status: int, body: Any, kind: str) -> None:
    error = status_error(status, body, {}, "http://s/v1")
    assert error.kind == kind
    assert error.status == status
    assert error.retryable == (kind in ("rate_limited", "server_error"))
    assert str(error).startswith(f"http://s/v1: status {status}")


def test_the_servers_fields_are_kept() -> None:
    body = {"message": "x", "type": "BadRequestError", "param": "max_tokens", "code": 400}
    assert status_error(400, body, {}, "s").details == {
        "param": "max_tokens",
        "code": "400",
        "type": "BadRequestError",
    }


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.25"}, 0.25),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


def test_retry_after_as_a_date() -> None:
    then = datetime.now(timezone.utc) + timedelta(seconds=90)
    seconds = retry_after({"retry-after": format_datetime(then, usegmt=True)})
    assert seconds is not None
    assert 80 < seconds <= 90


def test_a_key_is_cut_out_of_what_a_server_says() -> None:
    error = status_error(401, {"message": f"Incorrect API key provided: {KEY}."}, {}, "s", (KEY,))
    assert KEY not in str(error)
    assert KEY not in repr(error)
    assert "***" in str(error)


@pytest.mark.parametrize("padding", range(0, 320, 3))
def test_a_key_is_taken_out_before_a_text_is_cut(padding: int) -> None:
    text = "x" * padding + KEY
    refusal = status_error(400, {"message": text, "code": text}, {"location": text}, "s", (KEY,))
    redirect = status_error(302, None, {"location": text}, "s", (KEY,))
    no_answer = not_a_completion("s", text.encode(), text, (KEY,))
    broken = wire_error(OSError(text), "s", (KEY,))
    assert "sk-pl" not in f"{refusal}{refusal.details}{redirect}{no_answer}{broken}"


def test_a_long_message_is_cut() -> None:
    assert len(str(status_error(400, {"message": "x" * 5000}, {}, "s"))) <= 300


def test_faults_of_the_transport() -> None:
    refused = wire_error(ConnectionRefusedError("no"), "s")
    assert refused is not None
    assert (refused.kind, refused.details["refused"]) == ("connection", True)
    late = wire_error(asyncio.TimeoutError(), "s")
    assert late is not None
    assert late.kind == "timeout"


def test_a_mistake_of_our_own_is_no_fault_of_the_wire() -> None:
    assert wire_error(KeyError("x"), "s") is None
