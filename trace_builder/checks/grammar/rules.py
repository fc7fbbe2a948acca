"""What rules of both languages share: a match, and the frame for running rules over a piece of text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from trace_builder.checks.claims import Claim


class Piece(Protocol):
    """A stretch of text in chunks."""

    text: str


P = TypeVar("P", bound=Piece)


@dataclass(frozen=True, slots=True)
class Match:
    """Claims with the stretch of text that makes them.

    Attributes:
        part: whether the words ask for more than the claims say.
    """

    claims: tuple[Claim, ...]
    start: int
    end: int
    part: bool = False


#: Makes the claims of what a pattern found; None where it means something else here.
Build = Callable[[P, re.Match[str]], Iterable[Claim] | None]


@dataclass(frozen=True)
class Rule(Generic[P]):
    """A pattern over chunks, and what it claims.

    Attributes:
        part: whether what it matches asks for more than the claims say, or what tells so.
    """

    pattern: re.Pattern[str]
    build: Build[P]
    part: bool | Callable[[P, re.Match[str]], bool] = False

    def matches(self, piece: P) -> Iterator[Match]:
        for found in self.pattern.finditer(piece.text):
            claims = self.build(piece, found)
            if claims is not None:
                made = tuple(claims)
                if made:
                    part = self.part if isinstance(self.part, bool) else self.part(piece, found)
                    yield Match(made, found.start(), found.end(), part)


def rule(
    pattern: str, build: Build[P], *, part: bool | Callable[[P, re.Match[str]], bool] = False
) -> Rule[P]:
    return Rule(re.compile(pattern, re.IGNORECASE), build, part)


def apart(matches: Iterable[Match]) -> list[Match]:
    """Matches that do not lie over each other: the first ones given win, for the same stretch."""
    kept: list[Match] = []
    for match in matches:
        if all(match.end <= other.start or match.start >= other.end for other in kept):
            kept.append(match)
    return kept


def left_over(text: str, matches: Iterable[Match]) -> str:
    """``text`` without what is matched."""
    chars = list(text)
    for match in matches:
        chars[match.start : match.end] = " " * (match.end - match.start)
    return "".join(chars)
