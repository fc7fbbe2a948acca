"""Reads the texts of the TRACE authors' judge, so that existing ones can be scored again by Eq. 3.

Such a text explains, then gives ``Fine Grained Score: [{"constraint": 10, ...}]`` and ``Constraints Overall
Score: [[d]]``. A verdict that is missing, doubled or unreadable is unscored, and nothing is guessed.
"""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from trace_builder.stages.judging.scores import read_score
from trace_builder.support.text import squeeze, unmarked

#: A verdict: what it is said to be about (None: by position alone), and what stands as its score.
Pair = tuple[str | None, object]

_MARKUP = r"[\s*_`#]{0,8}"
_FINE = re.compile(rf"fine[\s_-]{{0,2}}grained[\s_-]{{0,2}}scores?{_MARKUP}[:：=]", re.IGNORECASE)
_OVERALL = re.compile(rf"(?:constraints?\s+)?overall[\s_-]{{0,2}}score{_MARKUP}[:：=]", re.IGNORECASE)
_FENCE = re.compile(rf"{_MARKUP}(?:json|python)?\s{{0,4}}", re.IGNORECASE)
#: What follows the overall label: everything in brackets, or a bare number, to the end of its line.
_TAIL = re.compile(r"[\s*_`]{0,8}([^\n]{0,80})")
_SECOND = re.compile(r"\[\s*[0-9]")

_OPENERS, _CLOSERS = "[{", "]}"
_WIDE = str.maketrans("［］｛｝【】", "[]{}[]")

_SCORE_KEYS = frozenset(("score", "subscore", "rating", "得分", "分数", "评分", "打分"))
_NAME_KEYS = ("constraint", "constraints", "userconstraint", "name", "text", "id", "约束", "约束条件")
_NUMBERED = re.compile(
    r"(?:c|constraint|约束|第)?\s{0,2}#?\s{0,2}([0-9]{1,2})\s{0,2}(?:条约束|条)?", re.IGNORECASE
)
_MOST = 200_000


@dataclass(frozen=True, slots=True)
class JudgeText:
    """One judge text as read.

    Attributes:
        scores: the fine-grained score of each constraint in its position, None where unscored.
        overall: the judge's own overall score, None where unscored.
        unknown: what the judge scored although the instruction has no such constraint.
    """

    scores: tuple[int | None, ...]
    overall: int | None
    unknown: tuple[str, ...] = ()


def read_judge_text(text: str, constraints: Sequence[str]) -> JudgeText:
    """Reads one judge text about an instruction with these constraints."""
    pairs = _fine_pairs(text)
    scores, unknown = _assign(pairs, constraints) if pairs else ([None] * len(constraints), [])
    return JudgeText(tuple(scores), _overall(text), tuple(unknown))


def _overall(text: str) -> int | None:
    """The overall score if there is exactly one, and it is plainly one score."""
    verdicts = []
    for label in _OVERALL.finditer(text):
        tail = _TAIL.match(text, label.end())
        rest = tail[1].translate(_WIDE).strip() if tail else ""
        if rest[:1] == "[" or rest[:1].isdigit():
            verdicts.append(rest)
    if len(verdicts) != 1:
        return None
    rest = verdicts[0]
    if not rest.startswith("["):
        return read_score(rest.rstrip("*_` "))
    end = _balanced_end(rest, 0)
    if end is None or _SECOND.search(rest, end):
        return None
    return read_score(rest[:end])


def _fine_pairs(text: str) -> list[Pair] | None:
    """The verdicts of the one fine-grained section; None if there is none, or more than one."""
    sections = []
    for label in _FINE.finditer(text):
        start = _FENCE.match(text, label.end())
        place = start.end() if start else label.end()
        if text[place : place + 1].translate(_WIDE) in tuple(_OPENERS):
            sections.append(place)
    if len(sections) != 1:
        return None
    body = text[sections[0] : sections[0] + _MOST]
    if body[0] not in _OPENERS:
        body = body.translate(_WIDE)
    end = _balanced_end(body, 0)
    return None if end is None else _parse(body[:end])


def _balanced_end(text: str, start: int) -> int | None:
    """Where the bracket at ``start`` is closed again, brackets inside strings left alone."""
    depth, quote, skip = 0, "", False
    for place in range(start, len(text)):
        char = text[place]
        if skip:
            skip = False
        elif quote:
            skip = char == "\\"
            quote = "" if char == quote else quote
        elif char == '"':
            quote = char
        elif char in _OPENERS:
            depth += 1
        elif char in _CLOSERS:
            depth -= 1
            if depth == 0:
                return place + 1
    return None


class _Object(list[tuple[str, object]]):
    """A JSON object's pairs in their order; a key may be there twice."""


def _parse(body: str) -> list[Pair] | None:
    try:
        value = json.loads(body, object_pairs_hook=_Object)
    except (ValueError, RecursionError):
        value = _parse_literal(body)
    if value is None:
        return None
    pairs: list[Pair] = []
    for item in value if isinstance(value, list) and not isinstance(value, _Object) else [value]:
        if isinstance(item, _Object):
            pairs.extend(_of_object(item))
        else:
            pairs.append((None, item))
    return pairs


def _parse_literal(body: str) -> object:
    """What Python writes and JSON does not allow: single quotes, a comma before the closing bracket."""
    try:
        return _of_node(ast.parse(body, mode="eval").body)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return None


def _of_node(node: ast.expr) -> object:
    if isinstance(node, ast.List | ast.Tuple):
        return [_of_node(item) for item in node.elts]
    if isinstance(node, ast.Dict):
        keys = [_of_node(key) if key is not None else None for key in node.keys]
        return _Object(zip(map(str, keys), map(_of_node, node.values), strict=True))
    return ast.literal_eval(node)


def _of_object(item: _Object) -> list[Pair]:
    """``{"text": 10, ...}``, ``{"text": {"score": 10}, ...}`` or ``{"constraint": "text", "score": 10}``."""
    scores = [value for key, value in item if _plain_key(key) in _SCORE_KEYS]
    if not scores:
        return [(key, _inner_score(value)) for key, value in item]
    names = {_plain_key(key): value for key, value in item}
    name = next((names[key] for key in _NAME_KEYS if key in names), None)
    return [(None if name is None else str(name), scores[0] if len(scores) == 1 else None)]


def _inner_score(value: object) -> object:
    if not isinstance(value, _Object):
        return value
    scores = [inner for key, inner in value if _plain_key(key) in _SCORE_KEYS]
    return scores[0] if len(scores) == 1 else None


def _plain_key(key: str) -> str:
    return re.sub(r"[\s_-]", "", key).casefold()


def _assign(pairs: list[Pair], constraints: Sequence[str]) -> tuple[list[int | None], list[str]]:
    """Puts verdicts to constraints: by text where the texts say so, by position where there are as many."""
    places = [_place_of(name, constraints) for name, _ in pairs]
    named = [name for name, _ in pairs]
    if len(pairs) == len(constraints) and _in_order(named, places, constraints):
        return [read_score(value) for _, value in pairs], []
    scores: list[int | None] = [None] * len(constraints)
    times = Counter(places)
    for place, (_, value) in zip(places, pairs, strict=True):
        if place is not None and times[place] == 1:
            scores[place] = read_score(value)
    unknown = [
        name if name is not None else f"verdict {number}"
        for number, ((name, _), place) in enumerate(zip(pairs, places, strict=True), start=1)
        if place is None
    ]
    return scores, unknown


def _in_order(names: Sequence[str | None], places: Sequence[int | None], constraints: Sequence[str]) -> bool:
    """Whether as many verdicts as constraints may go by position.

    Names of the judge's own throughout may. Where some repeat their constraint, another one must at least
    share a piece with its own: else one constraint was passed over and one was made up.
    """
    if any(place not in (None, n) for n, place in enumerate(places)):
        return False
    repeats = any(place is not None for place in places)
    return not repeats or all(
        name is None or place is not None or _share(name, text)
        for name, place, text in zip(names, places, constraints, strict=True)
    )


def _share(name: str, text: str) -> bool:
    """Whether the shorter of a name and a text has half of its pairs of characters from the other."""
    one, other = ({s[i : i + 2] for i in range(len(s) - 1)} for s in (squeeze(name), squeeze(text)))
    return 2 * len(one & other) >= max(1, min(len(one), len(other)))


def _place_of(name: str | None, constraints: Sequence[str]) -> int | None:
    """The position of the one constraint that ``name`` repeats, or names by its number (3, c3)."""
    if name is None:
        return None
    wanted = squeeze(unmarked(name))
    same = [n for n, text in enumerate(constraints) if wanted and squeeze(unmarked(text)) == wanted]
    if len(same) == 1:
        return same[0]
    number = _NUMBERED.fullmatch(name.strip())
    if number and 1 <= int(number[1]) <= len(constraints) and not same:
        return int(number[1]) - 1
    return None
