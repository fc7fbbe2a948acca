"""Tests on how a text opens, ends and is laid out in labelled lines, shared by several kinds."""

from __future__ import annotations

from zlib import crc32

from trace_builder.checks.counting import lines
from trace_builder.checks.registry import Claim

_DECORATION = "*_#> "


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


def text_claim(measure: str, text: str) -> Claim:
    """A claim that a part of the response is exactly ``text``: two different texts contradict."""
    code = crc32(text.encode())
    return Claim(measure, code, code)
