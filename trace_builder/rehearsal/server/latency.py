"""How long the rehearsal model takes: a fixed time, uniform or log-normal, the same for the same request."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

from trace_builder.errors import InputError

_NORMAL = NormalDist()
_FORMS = "'0.2', 'uniform:0.1,0.5' or 'lognormal:1,0.8' (median, sigma)"


@dataclass(frozen=True, slots=True)
class Latency:
    """A distribution of seconds. ``first`` and ``second`` are: fixed time and 0; lower and upper bound; or
    median and sigma of the logarithm."""

    shape: Literal["fixed", "uniform", "lognormal"]
    first: float
    second: float = 0.0

    def seconds(self, unit: float) -> float:
        """The value at the quantile ``unit``, which lies strictly between 0 and 1."""
        if self.shape == "fixed":
            return self.first
        if self.shape == "uniform":
            return self.first + (self.second - self.first) * unit
        return self.first * math.exp(self.second * _NORMAL.inv_cdf(unit)) if self.first else 0.0

    @property
    def mean(self) -> float:
        """The expected seconds, which benchmarks divide by."""
        if self.shape == "fixed":
            return self.first
        if self.shape == "uniform":
            return (self.first + self.second) / 2
        return self.first * math.exp(self.second**2 / 2)


def parse_latency(text: str) -> Latency:
    """Read '0.2', 'uniform:a,b' or 'lognormal:median,sigma', in seconds.

    Raises:
        InputError: the text is none of these, or a number is negative, not finite, or out of order.
    """
    name, colon, rest = text.strip().partition(":")
    try:
        numbers = [float(part) for part in (rest if colon else name).split(",")]
    except ValueError:
        raise InputError(f"latency {text!r} is not understood: give seconds as {_FORMS}") from None
    if not all(math.isfinite(number) and number >= 0 for number in numbers):
        raise InputError(f"latency {text!r}: seconds must be finite and not negative")
    if not colon and len(numbers) == 1:
        return Latency("fixed", numbers[0])
    if name == "uniform" and len(numbers) == 2:
        if numbers[0] > numbers[1]:
            raise InputError(f"latency {text!r}: the lower bound comes first")
        return Latency("uniform", numbers[0], numbers[1])
    if name == "lognormal" and len(numbers) == 2:
        return Latency("lognormal", numbers[0], numbers[1])
    raise InputError(f"latency {text!r} is not understood: give seconds as {_FORMS}")
