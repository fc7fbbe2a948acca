"""Exceptions and error answers become one error type, by class, status and field."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trace_builder.llm.wire_errors import (
    MESSAGE_LIMIT,
    not_a_completion,
    retry_after,
    status_error,
    wire_error,
)

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


_WILD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["error", "message", "detail", "param", "code", "type"]), inner)
    ),
    max_leaves=12,
)


@settings(deadline=2000)
@given(st.integers(0, 999), _WILD, st.dictionaries(st.sampled_from(["retry-after", "location"]), st.text()))
def test_any_status_and_body_is_one_error(status: int, body: Any, headers: dict[str, str]) -> None:
    error = status_error(status, body, headers, "http://s/v1", (KEY,))
    f"{error} {error.details}".encode()
    assert len(str(error)) <= MESSAGE_LIMIT
    assert error.retry_after is None or error.retry_after >= 0


@settings(deadline=2000)
@given(st.text() | st.text("0123456789.eE+-_ nafiINF:,GMT", max_size=40))
def test_any_wish_to_be_asked_later_is_seconds_or_none(text: str) -> None:
    for name in ("retry-after", "retry-after-ms"):
        seconds = retry_after({name: text})
        assert seconds is None or 0 <= seconds < float("inf")


@settings(deadline=2000)
@given(st.binary(max_size=400), st.text(max_size=400))
def test_any_body_that_is_no_answer_is_one_line(body: bytes, why: str) -> None:
    text = str(not_a_completion("s", body, why))
    assert text.isprintable() or not text.isascii()
    assert "\n" not in text
