"""Tests that several kinds share: words in and out, exact counts, how a text opens, ends and is laid out."""

from __future__ import annotations

import re
from collections.abc import Callable
from zlib import crc32

from trace_builder.checks.counting import lines, mentions
from trace_builder.checks.registry import Bound, Parameters
from trace_builder.checks.templates import Bounds, Test

_DECORATION = "*_#> "


def word_bound(word: str, low: float, high: float = float("inf")) -> Bound:
    """How often a word occurs."""
    return Bound(f"word:{word.lower()}", low, high)


def has(*slots: str) -> tuple[Test, Bounds]:
    """That a response mentions the words of all these slots, as test and as bounds."""
    return (
        lambda p, r: all(mentions(p[slot], r) for slot in slots),
        lambda p: tuple(word_bound(p[slot], 1) for slot in slots),
    )


def lacks(*slots: str) -> tuple[Test, Bounds]:
    """That a response mentions the word of none of these slots, as test and as bounds."""
    return (
        lambda p, r: not any(mentions(p[slot], r) for slot in slots),
        lambda p: tuple(word_bound(p[slot], 0, 0) for slot in slots),
    )


def some(measure: str, pattern: re.Pattern[str]) -> tuple[Test, Bounds]:
    """That a response holds what a pattern finds, as test and as bounds."""
    return lambda _, r: pattern.search(r) is not None, lambda _: (Bound(measure, 1),)


def none(measure: str, pattern: re.Pattern[str]) -> tuple[Test, Bounds]:
    """That a response holds nothing of what a pattern finds, as test and as bounds."""
    return lambda _, r: pattern.search(r) is None, lambda _: (Bound(measure, 0, 0),)


def exactly(measure: str, count: Callable[[str], int]) -> tuple[Test, Bounds]:
    """That ``count`` finds {n} of something, as test and as bounds."""
    return lambda p, r: count(r) == int(p["n"]), exact_bound(measure)


def exact_bound(measure: str) -> Bounds:
    """That a measure is {n}."""
    return lambda p: (Bound(measure, int(p["n"]), int(p["n"])),)


def begins(text: str, opening: str) -> bool:
    """Whether ``text`` opens with ``opening``; emphasis marks before it do not count."""
    return text.lstrip().lstrip(_DECORATION).startswith(opening)


def ends_with_line(text: str, line: str) -> bool:
    """Whether the last line with something in it is ``line``; a full stop after it does not matter."""
    last = (lines(text) or [""])[-1].strip("*_ ")
    return last.rstrip(".。") == line.strip().rstrip(".。")


def in_order(text: str, labels: tuple[str, ...]) -> bool:
    """Whether there is a line opened by each label, in the labels' order."""
    found = iter(line.lstrip(_DECORATION) for line in lines(text))
    return all(any(line.startswith(label) for line in found) for label in labels)


def labelled(p: Parameters, r: str) -> bool:
    """Whether there are lines opened by {a}, {b} and {c}, in this order."""
    return in_order(r, (p["a"], p["b"], p["c"]))


def text_bound(measure: str, text: str) -> Bound:
    """That a part of the response is exactly ``text``: two different texts contradict."""
    code = crc32(text.encode())
    return Bound(measure, code, code)
