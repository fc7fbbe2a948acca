"""Asking for a response, and telling what is no response at all. Shared by respond, dpo and iopo."""

from __future__ import annotations

import re
from typing import Literal

from trace_builder.stages.base import Answer

Fault = Literal["truncated_response", "empty_response", "refused_response"]

#: How models open a refusal. Only the opening counts: a long answer may apologise for something else later.
_REFUSAL = re.compile(
    r"\s*(?:"
    r"(?:i(?:'|’)?m|i am) (?:very |really |so )?sorry,? (?:but )?(?:i|as an)\b"
    r"|sorry,? (?:but )?i (?:can(?:'|’)?t|cannot|am unable|won(?:'|’)?t)\b"
    r"|i (?:can(?:'|’)?t|cannot|am unable to|won(?:'|’)?t) (?:help|assist|comply|provide|do that|fulfil)"
    r"|as an ai(?: language model)?,? i (?:can(?:'|’)?t|cannot|am unable)"
    r"|(?:非常|很|十分)?(?:抱歉|对不起)[，,]?\s*(?:作为[^，。]{0,20}[，,])?我?(?:无法|不能|没有办法|不可以)"
    r"|作为(?:一个)?(?:人工智能|AI)[^。]{0,20}[，,]\s*我(?:无法|不能)"
    r"|我(?:无法|不能)(?:提供|协助|回答|满足|完成)"
    r")",
    re.IGNORECASE,
)

#: Beyond this an answer that opens with an apology has gone on to do something.
_REFUSAL_LENGTH = 400


def response_fault(answer: Answer[str]) -> Fault | None:
    """Why a response cannot pass, before any judge is paid; None when it is worth judging."""
    text = answer.value.strip()
    if answer.truncated:
        return "truncated_response"
    if not text:
        return "empty_response"
    if len(text) <= _REFUSAL_LENGTH and _REFUSAL.match(text):
        return "refused_response"
    return None
