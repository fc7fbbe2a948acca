"""The bytes of requests and answers, wild ones too."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trace_builder.llm.codec import decode, encode
from trace_builder.llm.types import ChatRequest, Usage

_WILD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["choices", "message", "content", "usage", "finish_reason", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(deadline=2000)
@given(st.text(), st.text(), st.integers(0, 2**63 - 1))
def test_every_text_survives_the_way_out(user: str, system: str, seed: int) -> None:
    request = ChatRequest("c", "模型", (("system", system), ("user", user)), seed, 5)
    body = json.loads(encode(request))
    assert [m["content"] for m in body["messages"]] == [system, user]
    assert body["seed"] == seed


def test_the_schema_goes_out_in_its_own_order(kit: Any) -> None:
    schema = '{"type":"object","properties":{"z":{},"a":{}}}'
    body = encode(kit.request(schema=schema, schema_name="answer"))
    assert f'"schema":{schema}'.encode() in body
    json.loads(body)


def test_options_of_the_model_are_sent_unless_the_request_brings_its_own(kit: Any) -> None:
    assert json.loads(encode(kit.request(), '{"top_k":3}'))["top_k"] == 3
    assert json.loads(encode(kit.request(extra='{"top_k":9}'), '{"top_k":3}'))["top_k"] == 9


@settings(deadline=2000)
@given(_WILD)
def test_a_body_is_an_answer_or_a_value_error(value: object) -> None:
    try:
        text, finish, usage = decode(json.dumps(value).encode())
    except ValueError:
        return
    assert isinstance(text, str)
    assert finish in ("stop", "length", "content_filter", "other")
    assert isinstance(usage, Usage)


@pytest.mark.parametrize("body", [b"", b"\xff", b"[" * 100_000, b'{"a":' * 50_000, b"null", b'"x"', b"nan"])
def test_broken_bodies(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        decode(body)


def test_reasoning_beside_the_answer_is_left_aside_and_a_refusal_is_the_answer() -> None:
    message: dict[str, Any] = {"content": "four", "reasoning_content": "2 + 2"}
    body = {"choices": [{"message": message, "finish_reason": "stop"}], "usage": {"prompt_tokens": 3}}
    assert decode(json.dumps(body).encode()) == ("four", "stop", Usage(prompt=3))
    message.update(content=None, refusal="I cannot.")
    assert decode(json.dumps(body).encode())[0] == "I cannot."
