"""What is taken out of every text that is written or shown."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trace_builder.support.redaction import redacted, without_secrets


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("nothing here", "nothing here"),
        ("mail me@example.com", "mail me@example.com"),
        ("at http://me:p@ss@host:1/v1, then", "at http://host:1/v1, then"),
        ("http://a:b@x http://c:d@y/", "http://x http://y/"),
        ('{"url": "https://me:secret@host/v1"}', '{"url": "https://host/v1"}'),
        ("http://h/v1?api_key=abc&v=2", "http://h/v1?api_key=***&v=2"),
        ("http://h/v1?v=2&x-api-key=abc#f", "http://h/v1?v=2&x-api-key=***#f"),
        ("http://h/?access_token=a;sig=b", "http://h/?access_token=***;sig=***"),
        ("http://h/?v=monkey", "http://h/?v=monkey"),
        ("postgres+x://u:p@h", "postgres+x://h"),
    ],
)
def test_addresses_lose_what_is_secret(text: str, left: str) -> None:
    assert without_secrets(text) == left


def test_known_secrets_are_marked() -> None:
    assert without_secrets("key sk-1234 and sk-12345", ["sk-12345", "sk-1234"]) == "key *** and ***"


def test_data_is_copied_without_secrets() -> None:
    value = {"models": [{"base_urls": ('http://me:p a"ss@h/v1', "h"), "n": 1, "x": None}]}
    assert redacted(value) == {"models": [{"base_urls": ["http://h/v1", "h"], "n": 1, "x": None}]}


@given(st.text())
def test_it_is_done_in_one_go(text: str) -> None:
    once = without_secrets(text)
    assert without_secrets(once) == once


@pytest.mark.parametrize("unit", ["http://", "?key", "?key=", "a://b@", "://", "@", "?" + "a" * 60, "x"])
def test_it_takes_time_in_proportion_to_the_text(unit: str) -> None:
    began = time.perf_counter()
    without_secrets(unit * (2_000_000 // len(unit)))
    assert time.perf_counter() - began < 20  # a square of this size takes hours
