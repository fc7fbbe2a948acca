"""Reads the 0-10 scores that judges write, and never guesses: what is not plainly one score is None."""

from __future__ import annotations

import re

TOP_SCORE = 10

#: A bare verdict is short; anything longer is prose and belongs to ``last_verdict``.
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
_SCALE = r"(?:[ \t]*\([ \t]*(?:[01][ \t]*(?:-|–|~|to|到|至)[ \t]*10|out of 10|/[ \t]*10)[ \t]*分?[ \t]*\))?"
_MARKUP = r"[*_`\"' \t]{0,8}"
_JOIN = r"(?::|=|\bis\b|为|是)"
_NUMBER = r"(?P<score>10|[0-9])(?:\.0+)?"
_UNIT = r"(?:[ \t]*分)?(?:[ \t]*/[ \t]*10(?:\.0+)?(?:[ \t]*分)?|[ \t]+out of 10)?(?:[ \t]*(?:points?|pts?))?"
_PAIRS = (("[[[", "]]]"), ("[[", "]]"), ("[", "]"), ("((", "))"), ("(", ")"), ("", ""))

_BARE = re.compile(
    rf"\s*{_MARKUP}(?:{_LABEL}{_SCALE}{_MARKUP}{_JOIN}?)?{_MARKUP}"
    rf"(?P<value>[\[( ]*[0-9].*?)[.。!]?{_MARKUP}\s*",
    re.IGNORECASE,
)
_VALUE = re.compile(rf"{_NUMBER}{_UNIT}", re.IGNORECASE)

#: Where a verdict starts in prose: a label with a colon or the like, or double brackets.
_OPENING = re.compile(
    rf"(?:{_LABEL}{_SCALE}{_MARKUP}{_JOIN}{_MARKUP}\s?{_MARKUP})|(?<!\[)(?=\[\[)", re.IGNORECASE
)
_ATTEMPT = re.compile(r"[\[( \t]{0,8}[-+]?[0-9]")
#: What may not follow a score in prose: more digits, a range, a fraction of something else, a percentage.
_GOES_ON = re.compile(
    r"\d|[.,]\d|[ \t]*(?:%|/|-[ \t]*\d|[–~][ \t]*\d|(?:to|or|或|到|至)[ \t]*\d)", re.IGNORECASE
)


def read_score(value: object) -> int | None:
    """The one score 0..10 that ``value`` plainly is, else None.

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


def last_verdict(text: str) -> int | None:
    """The score of the last verdict in a judge's prose ("... Score: 8", "Rating: [[7/10]]"), else None.

    A label without a number behind it, as in a repeated task description or at a cut-off end, is no verdict.
    A last verdict that holds a number but is not plainly a score (7.5, 8-9, 11, an open bracket) is unscored;
    the one before it does not stand in for it.
    """
    plain = text.translate(_PLAIN)
    found: int | None = None
    for opening in _OPENING.finditer(plain):
        if _ATTEMPT.match(plain, opening.end()):
            found = _score_at(plain, opening.end())
    return found


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
        return int(inner["score"]) if inner else None
    return None


def _score_at(text: str, start: int) -> int | None:
    """The score at ``start``, its brackets closed and nothing behind it that changes its meaning."""
    for left, right in _PAIRS:
        if left and not text.startswith(left, start):
            continue
        pattern = re.compile(rf"[ \t]*{_NUMBER}{_UNIT}[ \t]*{re.escape(right)}", re.IGNORECASE)
        inner = pattern.match(text, start + len(left))
        if inner is None or (not right and _GOES_ON.match(text, inner.end())):
            return None
        return int(inner["score"])
    return None
