"""Forms to fill in: lines with labels below a line that says so, in either language."""

from __future__ import annotations

import re

from trace_builder.checks.claims import Claim

_FORM = re.compile(
    r"(?:\b(?:form|template|layout|format|sample|pattern|structure)|样子|格式|模板|写法|形式|样式|结构)"
    r"[^\n:：]{0,20}[:：][ \t]*\n(?P<lines>(?:[^\n:：]{1,30}[:：][^\n]*(?:\n|$)){2,12})\s*$",
    re.IGNORECASE,
)
#: What stands where something is to be filled in, and what says that the lines are an example.
_OPEN = re.compile(r"(?:\.{2,}|…+|_+|-+|\[[^\[\]]*\]|<[^<>]*>|[Xx×]+)?[.。]?")
_SAMPLE = re.compile(r"\b(?:sample|example)\b|写法|样例|示例", re.IGNORECASE)
_DENIED = re.compile(
    r"\b(?:not|\w+n't|never|avoid|unlike|if|unless)\b|不要|不得|不能|避免|切勿|勿|如果|输入", re.IGNORECASE
)


def form_labels(text: str) -> list[Claim]:
    """The labels of the form that a text ends in, which open lines of the answer in their order."""
    found = _FORM.search(text)
    if found is None or _DENIED.search(text[: found.start("lines")]):
        return []
    lines = found["lines"].strip().split("\n")
    labels = [re.split("[:：]", line)[0].strip(" \t-*#>|") for line in lines]
    told = [re.split("[:：]", line, maxsplit=1)[1].strip() for line in lines]
    if not all(map(_OPEN.fullmatch, told)) and not _SAMPLE.search(text[: found.start("lines")]):
        return []  # "First paragraph: say what it is about"
    if not all(labels) or any(re.search(r"[\[\]<>{}\"“”‹›|]", label) for label in labels):
        return []
    return [Claim("labels", {"texts": labels})]
