"""Addresses of servers: what is taken, what is refused, and that no secret in one is ever shown."""

from __future__ import annotations

import base64

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trace_builder.config import ModelConfig
from trace_builder.errors import InputError
from trace_builder.support.addresses import check_address, read_address
from trace_builder.support.redaction import shown_address

LONG = "a" * 300


@pytest.mark.parametrize(
    "text",
    [
        "http://127.0.0.1:8000/v1",
        "https://api.example.com/v1",
        "HTTP://Example.com",
        "http://[::1]:8000/v1",
        "http://host_with_underscore:1/v1/",
        "http://例子.测试/v1",
        " http://host/v1\n",
        f"http://{'.'.join(['a' * 63] * 3)}/v1",
    ],
)
def test_addresses_of_servers(text: str) -> None:
    address = read_address(text)
    assert address.url == address.shown == text.strip()
    assert (address.authorization, address.secrets) == (None, ())
    assert check_address(text) == text
    httpx2.URL(address.url)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/v1",
        "localhost:8000",
        "ftp://x/v1",
        "http:/x",
        "http://",
        "http:///v1",
        "http://:80",
        "http://h:0",
        "http://h:65536",
        "http://h:port",
        "http://h:",
        "http://[::1",
        "http://ht tp/v1",
        "http://a..b/v1",
        "http://.a/v1",
        f"http://{LONG}/v1",
        f"http://{LONG}.com:80/v1",
        f"http://{'a.' * 140}b/v1",
        f"http://{'字' * 64}/v1",
        "http://\ud83d/v1",
        "http://h\x00/v1",
        "http://h%20/v1",
    ],
)
def test_addresses_that_can_never_work(text: str) -> None:
    with pytest.raises(InputError, match="is not a server's address") as caught:
        read_address(text)
    assert len(str(caught.value)) < 300
    with pytest.raises(ValueError, match="is not a server's address"):
        ModelConfig(base_urls=(text,))


@pytest.mark.parametrize(
    ("userinfo", "told"),
    [
        ("me:secret", "me:secret"),
        ("me:p@ss@word", "me:p@ss@word"),
        ("me:p%40ss%2F%3Aword", "me:p@ss/:word"),
        ("m%65:", "me:"),
        ("token-0123456789", "token-0123456789:"),
        (":secret", ":secret"),
    ],
)
def test_user_and_password_become_a_header(userinfo: str, told: str) -> None:
    address = read_address(f"http://{userinfo}@host:8000/v1?x=1#f")
    assert address.url == address.shown == "http://host:8000/v1?x=1"
    assert address.authorization == "Basic " + base64.b64encode(told.encode()).decode()
    assert told in address.secrets
    assert "secret" not in repr(address)
    assert "token-" not in repr(address)


@pytest.mark.parametrize(
    "text",
    [
        "http://me:planted/pass@host/v1",
        "http://me:1/planted@host/v1",
        "http://me:1?planted@host/v1",
        "http://me:1#planted@host/v1",
        "me:planted@host:8000/v1",
        "ftp://me:planted@host",
        "http://me:planted@" + LONG,
        "http://me:planted@",
        "http://me:planted pass@host",
        'http://me:"planted@ho st',
    ],
)
def test_a_password_that_makes_an_address_unusable_is_not_shown(text: str) -> None:
    assert "planted" not in said(text)
    assert "planted" not in shown_address(text)


def test_a_key_in_the_query_is_sent_and_not_shown() -> None:
    address = read_address("https://h/v1?api-version=3&api_key=planted%2F0&subscription-key=k2")
    assert address.url == "https://h/v1?api-version=3&api_key=planted%2F0&subscription-key=k2"
    assert address.shown == "https://h/v1?api-version=3&api_key=***&subscription-key=***"
    assert {"planted/0", "planted%2F0", "k2"} <= set(address.secrets)


def said(text: str) -> str:
    """All that is shown of an address: itself, or why it is none."""
    try:
        return read_address(text).shown
    except InputError as error:
        return str(error)


@given(st.text(max_size=40))
def test_any_text_is_an_address_or_an_input_error(text: str) -> None:
    for whole in (text, f"http://{text}", f"http://{text}@host/v1", f"http://host/{text}"):
        assert said(whole)


@given(
    st.text(st.characters(codec="utf-8"), max_size=12),
    st.text("xyz@:/?#%& \"'", max_size=8),
    st.sampled_from(["host", "host:8000/v1", "[::1]:9/v1", "host/v1?a=b", "", "bad host", "h:x"]),
)
def test_no_part_of_a_password_is_shown(user: str, wild: str, rest: str) -> None:
    text = f"http://{user}:PLANTED{wild}PLANTED@{rest}"
    assert "PLANTED" not in shown_address(text)
    assert "PLANTED" not in said(text)
