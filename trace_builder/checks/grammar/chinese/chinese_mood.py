"""Whether a Chinese clause asks for something, rather than telling of it."""

from __future__ import annotations

import re

from trace_builder.checks.grammar.chinese.chinese_clauses import Clause, subject_of
from trace_builder.checks.grammar.rules import Match

_TELLING = re.compile(
    r"^\W*(?:(?:以下|下面|上面|这里?|那里?|此处)(?:将?是|就是|为(?!了))|我们|我(?!想|要|希望|需)|他|她|它|"
    r"正如|例如|比如|因此|所以|总之|根据我|这将)"
)
_MUST = re.compile(r"应|须|必|需|请|要求|务必|不得|不能|不要|希望|禁止|至少|恰好|最多|确保|保证")
_QUESTION = re.compile(r"如何|怎么|怎样|为什么|为何|什么是|是什么")
_NOT_THAT = re.compile(r"而不是|而不像|不像|而非|并非|不同于")
#: What is turned into something else is what there is.
_TURNED = re.compile(r"(?:将|把)(?!其|它|结果|答案|回答|内容|全文|输出|所有|最终)[^，,]{0,8}$")
_INTO = re.compile(r"^[^，,]{0,8}(?:转|改|翻译|变)[换写]?[成为]")
#: Words that somebody else's text has: "the reviewer mentions".
_SAYS = re.compile(r"包[含括]|提到|提及|使用|含有|出现")


def is_asked(clause: Clause, match: Match) -> bool:
    """Whether a clause asks for what was found in it."""
    left, right = clause.text[: match.start], clause.text[match.end :]
    must = _MUST.search(clause.text[: match.end]) is not None
    if _TELLING.match(clause.sentence) and not must:
        return False
    if _QUESTION.search(left) or _NOT_THAT.search(left):
        return False
    if _TURNED.search(left) and _INTO.match(right):
        return False
    if all(claim.kind == "word" for claim in match.claims) and _SAYS.match(clause.text, match.start):
        return must or not left.strip() or subject_of(left, clause) is not None
    return True
