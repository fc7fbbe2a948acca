"""Finds constraints and the rest in a flat instruction."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from trace_builder.checks.templates import strip_mark
from trace_builder.rehearsal.writer.kind_writers import Worded, known

#: The most lines one constraint takes.
_LONGEST = 14
_INPUT = re.compile(r"^(?:Input|输入)[:：][ \t]*(.*)$")
_INPUTS = re.compile(r"^# Inputs:[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Found:
    """A recognised constraint with its text as it stands there, without its mark."""

    known: Worded
    text: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A flat text taken apart: constraints that are known, and the other lines."""

    constraints: tuple[Found, ...]
    rest: tuple[str, ...]

    @property
    def checks(self) -> tuple[Worded, ...]:
        return tuple(found.known for found in self.constraints)

    @property
    def subject(self) -> str:
        """What the text's language is told by."""
        return "\n".join(self.rest) or "\n".join(found.text for found in self.constraints)


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


def read_prompt(message: str) -> Reading:
    """A rendered instruction up to its input, which stands behind the last line ``# Inputs:``."""
    marks = list(_INPUTS.finditer(message))
    return read_text(message[: marks[-1].start()] if marks else message)


def split_input(lines: Sequence[str]) -> tuple[str, str | None]:
    """Lines that are no constraints as description and the input that they hold."""
    for at, line in enumerate(lines):
        match = _INPUT.match(line)
        if match and at > 0:
            held = "\n".join([match.group(1), *lines[at + 1 :]]).strip()
            return "\n".join(lines[:at]).strip(), held or None
    return "\n".join(lines).strip(), None


def _constraint_at(lines: list[str], at: int) -> tuple[Found | None, int]:
    goes_on = lines[at].rstrip().endswith((":", "："))
    for size in range(min(_LONGEST, len(lines) - at) if goes_on else 1, 0, -1):
        text = strip_mark("\n".join(lines[at : at + size]))
        found = known(text)
        if found is not None:
            return Found(found, text), size
    return None, 1
