"""Random draws that depend on what is drawn for, never on the order in which records complete."""

from __future__ import annotations

import hashlib
import random


def derive_seed(*parts: object) -> int:
    """A number below 2**31 from (run seed, record id, stage, purpose, attempt ...); 31 bits are what every
    server takes."""
    text = "\x1f".join(str(part) for part in parts)
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:4], "big") >> 1


def generator(*parts: object) -> random.Random:
    """A generator of its own for these parts."""
    return random.Random(derive_seed(*parts))


def weighted_sample(rng: random.Random, weights: dict[str, float], count: int) -> tuple[str, ...]:
    """Up to ``count`` different keys, each drawn in proportion to its weight; weight 0 is never drawn.

    The exponential race (Efraimidis and Spirakis) gives one pass without renormalising.
    """
    race = [(rng.expovariate(1.0) / weight, key) for key, weight in weights.items() if weight > 0]
    return tuple(key for _, key in sorted(race)[:count])
