"""What a constraint claims of a response, as data: claims, checks made of them, and what a check finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: What a claim asks for beyond its kind, JSON as it is: {"least": 50}, {"word": "lamp", "most": 0}.
Parameters = Mapping[str, Any]
#: The version of the catalogue; it rises when a kind measures otherwise than before.
VERSION = 1
INFINITY = float("inf")


@dataclass(frozen=True, slots=True)
class Bound:
    """That one measure of a response lies within [low, high], or that a part of it is ``value``."""

    measure: str
    low: float = 0
    high: float = INFINITY
    value: str | None = None

    def meets(self, other: Bound) -> bool:
        """Whether one response can be within both; they are of one measure."""
        if self.value is not None and other.value is not None:
            return self.value == other.value
        return max(self.low, other.low) <= min(self.high, other.high)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one claim.

    Attributes:
        verdict: True, False, or None where code cannot tell, or people would count differently.
        counted: what was counted or seen.
        wanted: what was asked for.
        places: where it breaks, as far as there are places.
    """

    verdict: bool | None
    counted: str
    wanted: str = ""
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """That a part of a response is as one kind of the catalogue says.

    Attributes:
        kind: the kind's name.
        parameters: what is asked for, as the kind reads it.
        scope: the part, see ``trace_builder.checks.reading.scopes``.
    """

    kind: str
    parameters: Parameters
    scope: str = "response"

    @property
    def key(self) -> tuple[str, str, str]:
        """Equal for claims that say the same."""
        return self.kind, self.scope, repr(sorted(self.parameters.items()))

    def __hash__(self) -> int:
        return hash(self.key)

    def as_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "parameters": dict(self.parameters), "scope": self.scope}


def bounded(least: float | None = None, most: float | None = None) -> dict[str, int]:
    """The parameters of a range, without the ends that are open."""
    ends = {"least": least, "most": most}
    return {name: int(value) for name, value in ends.items() if value is not None and value != INFINITY}


def ends_of(parameters: Parameters) -> tuple[float, float]:
    """The ends of the range that parameters ask for; ``about`` is a tenth more or less."""
    if "about" in parameters:
        about = parameters["about"]
        return about * 0.9, about * 1.1
    return parameters.get("least", 0), parameters.get("most", INFINITY)
