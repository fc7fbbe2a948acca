"""Reasons in words: why a stage rejects a record, and what made one fail."""

from __future__ import annotations

from functools import cache

from trace_builder.records import Lang
from trace_builder.stages.common.cut_answers import TRUNCATED
from trace_builder.stages.stage_registry import stage_classes
from trace_builder.support.bilingual import Text

#: Rejections that any stage may end in.
ANY_STAGE: dict[str, Text] = {
    "context_overflow": Text("the prompt does not fit the model's context", "提示超出模型的上下文长度"),
}

#: Kinds of failure, which a later run tries again.
FAILURES: dict[str, Text] = {
    **TRUNCATED,
    "unfit_answer": Text("no answer that fits its schema after all attempts", "多次尝试仍没有符合格式的回答"),
    "internal_error": Text("our own code failed on it", "程序自身出错"),
    "connection": Text("the connection failed", "连接失败"),
    "timeout": Text("no answer in time", "超时未答"),
    "rate_limited": Text("the server was asked too often", "请求过于频繁，被服务器限流"),
    "server_error": Text("the server failed", "服务器出错"),
    "oversized": Text("an answer larger than any model writes", "回答大得不像模型所写"),
    "bad_request": Text("the server refused the request", "请求被服务器拒绝"),
    "auth": Text("the server refused the key", "密钥被服务器拒绝"),
    "unknown_model": Text("the server does not know the model", "服务器没有该模型"),
    "access_lost": Text("a server that had answered no longer let us in", "曾经应答的服务器不再放行"),
    "outage": Text("no server answered within the outage limit", "在断线时限内没有服务器响应"),
}


@cache
def labels() -> dict[str, Text]:
    """Every reason and every kind of failure there is. What several stages reject for goes by one label."""
    declared = {
        reason: text for kind in reversed(stage_classes().values()) for reason, text in kind.reasons.items()
    }
    return {**declared, **FAILURES, **ANY_STAGE}


def label(reason: str, lang: Lang = "en") -> str:
    """A reason in words; one that nothing here declares, as of a stage no longer installed, as it is."""
    text = labels().get(reason)
    return text[lang] if text else reason
