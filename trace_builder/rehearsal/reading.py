"""Finds constraints and the rest in a flat instruction."""

from __future__ import annotations

import re
from dataclasses import dataclass

from trace_builder.checks import Check, recognise
from trace_builder.checks.registry import strip_mark

#: The most lines one constraint takes.
_LONGEST = 14
_INPUTS = re.compile(r"^# Inputs:[ \t]*$", re.MULTILINE)
_OPENERS = (":", "：")


@dataclass(frozen=True, slots=True)
class Found:
    """A recognised constraint with its text as it stands there, without its mark."""

    check: Check
    text: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A flat text taken apart: constraints that are known, and the other lines."""

    constraints: tuple[Found, ...]
    rest: tuple[str, ...]

    @property
    def checks(self) -> tuple[Check, ...]:
        return tuple(found.check for found in self.constraints)


def read_text(text: str) -> Reading:
    """Every stretch of whole lines that is one known constraint, the longest first; the rest line by line."""
    lines = text.split("\n")
    constraints: list[Found] = []
    rest: list[str] = []
    at = 0
    while at < len(lines):
        found, size = _constraint_at(lines, at)
        if found is None:
            rest.append(lines[at])
        else:
            constraints.append(found)
        at += size
    return Reading(tuple(constraints), tuple(rest))


def read_prompt(message: str) -> tuple[Reading, str | None]:
    """A rendered instruction and its input, which stands behind the last line ``# Inputs:``."""
    marks = list(_INPUTS.finditer(message))
    if not marks:
        return read_text(message), None
    return read_text(message[: marks[-1].start()]), message[marks[-1].end() :].strip("\n")


def _constraint_at(lines: list[str], at: int) -> tuple[Found | None, int]:
    first = lines[at]
    if not first.strip():
        return None, 1
    if first.rstrip().endswith(_OPENERS):
        for size in range(min(_LONGEST, len(lines) - at), 1, -1):
            text = strip_mark("\n".join(lines[at : at + size]))
            check = recognise(text)
            if check is not None:
                return Found(check, text), size
    text = strip_mark(first)
    check = recognise(text)
    return (None if check is None else Found(check, text)), 1
