"""Remembers where ids were first seen, in a few bytes each: seed files have hundreds of thousands."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where an id stands first: number of the file, line, and 32 bits of a hash of the row's content."""

    file: int
    line: int
    content: int


class Places:
    """First places by id. Ids are kept as 64-bit hashes: among a million ids, two differing ones are taken
    for the same with a probability below one in ten million."""

    def __init__(self) -> None:
        self._packed: dict[int, int] = {}

    def claim(self, name: str, content: int, file: int, line: int) -> Place | None:
        """None where the id is new and now has this place, else the place it already has."""
        key = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big")
        packed = self._packed.setdefault(key, (file << 72) | (line << 32) | content)
        if packed >> 32 == (file << 40) | line:
            return None
        return Place(packed >> 72, (packed >> 32) & ((1 << 40) - 1), packed & 0xFFFFFFFF)
