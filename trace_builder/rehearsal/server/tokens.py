"""A rough token count, the same for usage figures and for max_tokens."""

from __future__ import annotations

import re

from trace_builder.checks.reading.counting import CJK

_WIDE = re.compile(f"[{CJK}\u3000-\u30ff\uac00-\ud7af\uff00-\uffef]")


def count_tokens(text: str) -> int:
    """About what a tokenizer would say: one for each wide character, one for four others, rounded up."""
    wide = len(_WIDE.findall(text))
    return wide + (len(text) - wide + 3) // 4


def cut(text: str, limit: int) -> tuple[str, bool]:
    """``text`` within ``limit`` tokens, and whether it had to be cut."""
    if len(text) <= limit or count_tokens(text) <= limit:
        return text, False
    low, high = 0, min(len(text), limit * 4)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if count_tokens(text[:middle]) <= limit else (low, middle - 1)
    return text[:low], True
