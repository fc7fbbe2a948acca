"""Reads the scores that judges write, and never guesses: what is not plainly one score is None."""

from __future__ import annotations

import re

from trace_builder.records import TOP_SCORE

#: A bare verdict is short; anything longer is prose.
_MAX_BARE = 120
_MAX_DEPTH = 8

#: Full-width ASCII, and the brackets Chinese texts use. Not NFKC: that would turn "7²" into "72".
_PLAIN: dict[int, str] = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_PLAIN |= {ord("\u3000"): " ", ord("\u00a0"): " ", ord("∶"): ":"}
_PLAIN |= {ord(c): "[" for c in "【〔〖「『"} | {ord(c): "]" for c in "】〕〗」』"}

_LABEL = (
    r"(?:(?:(?:constraints?|overall|final|total|fine[ -]?grained)[ \t]+){0,2}(?:score|rating|grade)"
    r"|(?:总体|最终|综合|整体|约束)?(?:得分|评分|分数|打分|总分))"
)
_RANGE = r"(?:[01][ \t]*(?:-|–|~|to|到|至)[ \t]*|out of |/[ \t]*)"
_SCALE = rf"(?:[ \t]*\([ \t]*{_RANGE}{TOP_SCORE}[ \t]*分?[ \t]*\))?"
_MARKUP = r"[*_`\"' \t]{0,8}"
_JOIN = r"(?::|=|\bis\b|为|是)"
_NUMBER = rf"(?P<score>{'|'.join(map(str, range(TOP_SCORE, -1, -1)))})(?:\.0+)?"
_OF = rf"[ \t]*/[ \t]*{TOP_SCORE}(?:\.0+)?(?:[ \t]*分)?|[ \t]+out of {TOP_SCORE}"
_UNIT = rf"(?:[ \t]*分)?(?:{_OF})?(?:[ \t]*(?:points?|pts?))?"
_PAIRS = (("[[[", "]]]"), ("[[", "]]"), ("[", "]"), ("((", "))"), ("(", ")"), ("", ""))

_BARE = re.compile(
    rf"\s*{_MARKUP}(?:{_LABEL}{_SCALE}{_MARKUP}{_JOIN}?)?{_MARKUP}"
    rf"(?P<value>[\[( ]*[0-9].*?)[.。!]?{_MARKUP}\s*",
    re.IGNORECASE,
)
_VALUE = re.compile(rf"{_NUMBER}{_UNIT}", re.IGNORECASE)


def read_score(value: object) -> int | None:
    """The one score 0..TOP_SCORE that ``value`` plainly is, else None.

    Takes what models put in a score field: 7, 7.0, "7", "7/10", "10分", "Score: 7", "[[ 7 ]]", "[[7/10]]",
    [7], [[7]], also in full-width characters. None for everything else: out of range, 7.5, True, a range, two
    numbers, prose.
    """
    for _ in range(_MAX_DEPTH):
        if not isinstance(value, list | tuple):
            break
        if len(value) != 1:
            return None
        value = value[0]
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return int(value) if 0 <= value <= TOP_SCORE else None
    if isinstance(value, float):
        return int(value) if value in range(TOP_SCORE + 1) else None
    return _read_bare(value) if isinstance(value, str) else None


def _read_bare(text: str) -> int | None:
    if len(text) > _MAX_BARE:
        return None
    whole = _BARE.fullmatch(text.translate(_PLAIN))
    if whole is None:
        return None
    value = whole["value"].strip()
    for left, right in _PAIRS:
        if left and not value.startswith(left):
            continue
        if not value.endswith(right):
            return None
        inner = _VALUE.fullmatch(value[len(left) : len(value) - len(right)].strip())
        return read_score(int(inner["score"])) if inner else None
    return None
