"""Asking for a response, and telling what is no response at all. Shared by respond, dpo and iopo."""

from __future__ import annotations

import re

from trace_builder.records import ResponseFault
from trace_builder.stages.base import Answer
from trace_builder.support.bilingual import Text

#: Why a response cannot pass, in words.
FAULTS: dict[str, Text] = {
    "truncated_response": Text("the response was cut off", "回答被截断"),
    "empty_response": Text("the response was empty", "回答为空"),
    "refused_response": Text("the model refused", "模型拒绝回答"),
}

_APOLOGY = r"(?:(?:i['’]?m|i am) (?:(?:very|really|so|truly) )?)?sorry[,.;:!]? (?:but )?"
_AS_AN_AI = r"as an? (?:ai|artificial|language)[^,.]{0,40}, ?"
_CANNOT = (
    r"(?:i (?:can['’]?t|can ?not|won['’]?t|will not|am (?:unable|not able)|must decline|have to decline)"
    r"|i['’]m (?:unable|not able))(?: to)?"
)
_SERVE = (
    r" (?:help (?:you|with|create|write|fulfil)|assist|comply|provide|do (?:that|this)|fulfil|create|generate"
    r"|write|answer|respond|complete|produce|engage|offer|share|discuss|continue)\w*\b"
)
_ZH_APOLOGY = r"(?:非常|很|十分)?(?:抱歉|对不起)[，,。！!]?\s*(?:但是?)?"
_ZH_CANNOT = r"我?(?:无法|不能|没有办法|没法|不可以)(?:为[您你]|向[您你]|给[您你])?"
_ZH_SERVE = r"(?:提供|协助|帮助|回答|满足|完成|生成|撰写|处理|执行|继续|讨论)"

#: How models open a refusal. Only the opening counts: a long answer may apologise for something else later.
#: An apology alone is none, since many an instruction asks for one ("I'm sorry I missed your call").
_REFUSAL = re.compile(
    rf"\s*(?:(?:{_APOLOGY})?(?:{_AS_AN_AI})?{_CANNOT}(?:{_SERVE})"
    rf"|{_APOLOGY}(?:{_AS_AN_AI})?{_CANNOT}(?:[.!]|$)"
    rf"|(?:{_ZH_APOLOGY})?(?:作为[^，。]{{0,20}}[，,]\s*)?{_ZH_CANNOT}{_ZH_SERVE}"
    rf"|{_ZH_APOLOGY}(?:作为[^，。]{{0,20}}[，,]\s*)?{_ZH_CANNOT}(?:[。！!]|$))",
    re.IGNORECASE,
)

#: Beyond this an answer that opens with an apology has gone on to do something.
_REFUSAL_LENGTH = 400


def response_fault(answer: Answer[str]) -> ResponseFault | None:
    """Why a response cannot pass, before any judge is paid; None when it is worth judging."""
    text = answer.value.strip()
    if answer.truncated:
        return "truncated_response"
    if not text:
        return "empty_response"
    if len(text) <= _REFUSAL_LENGTH and _REFUSAL.match(text):
        return "refused_response"
    return None
