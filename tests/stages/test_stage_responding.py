"""Telling a refusal from a response that merely sounds like one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trace_builder.rehearsal.server.content_faults import REFUSALS
from trace_builder.stages.base import Answer
from trace_builder.stages.common.response_faults import response_fault


@pytest.mark.parametrize(
    "text",
    [
        *REFUSALS.values(),
        "I'm sorry, but I can't assist with that request.",
        "I’m really sorry, but I cannot provide that.",
        "Sorry, I can't.",
        "Sorry, but as an AI language model, I cannot write this.",
        "As an AI language model, I am unable to create such content.",
        "I cannot fulfill this request.",
        "I'm unable to help with that.",
        "I am not able to provide this information.",
        "很抱歉，我不能提供帮助。",
        "对不起，作为人工智能助手，我无法回答这个问题。",
        "我无法满足您的要求。",
        "抱歉，我不能。",
        "  I can’t help you with this.",
    ],
)
def test_refusals(text: str) -> None:
    assert response_fault(Answer(text)) == "refused_response"


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry I missed your call yesterday; may I ring you back tonight?",
        "I am sorry I am late. The bus did not come.",
        "Sorry, I can't make it to your party on Friday, but I wish you a great evening!",
        "I can't help falling in love with you.",
        "对不起，我昨天没有接到您的电话。",
        "非常抱歉给您带来不便，我们会尽快退款。",
        "The assistant said: I'm sorry, but I can't help with that.",
        "I cannot recommend this book enough.",
        "作为一个人工智能专业的学生，我喜欢数学。",
    ],
)
def test_apologies_and_the_like_are_responses(text: str) -> None:
    assert response_fault(Answer(text)) is None


def test_a_long_answer_may_open_with_an_apology() -> None:
    text = "I'm sorry, but I can't help with that. " + "Here is what I can do instead, in detail. " * 12
    assert response_fault(Answer(text)) is None


def test_truncation_is_told_first() -> None:
    assert response_fault(Answer("", truncated=True)) == "truncated_response"
    assert response_fault(Answer(REFUSALS["en"], truncated=True)) == "truncated_response"


@given(st.text())
def test_every_text_gets_an_answer(text: str) -> None:
    fault = response_fault(Answer(text))
    assert (fault == "empty_response") == (not text.strip())
