"""Remembers where ids were first seen, in a few bytes each: seed files have hundreds of thousands."""

from __future__ import annotations

import hashlib
from array import array
from dataclasses import dataclass

_LINE_BITS = 40
_MASK = (1 << _LINE_BITS) - 1


@dataclass(frozen=True, slots=True)
class FirstSeen:
    """Where an id stands first: number of the file, line, and 32 bits of a hash of the row's content."""

    file: int
    line: int
    content: int


class IdIndex:
    """Where each id stands first: a hash table with open addressing in flat arrays, since a dict of as many
    integers takes five times the memory. Ids are kept as 64-bit hashes: among a million ids, two differing
    ones are taken for the same with a probability below one in ten million."""

    def __init__(self) -> None:
        self._used = 0
        self._allocate(1 << 12)

    def claim(self, name: str, content: int, file: int, line: int) -> FirstSeen | None:
        """None where the id is new and now has this place, else the place it already has."""
        key = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big") or 1
        slot = self._slot(key)
        if self._keys[slot]:
            where = self._where[slot]
            return FirstSeen(where >> _LINE_BITS, where & _MASK, self._contents[slot])
        self._keys[slot], self._where[slot], self._contents[slot] = key, file << _LINE_BITS | line, content
        self._used += 1
        if 3 * self._used > 2 * len(self._keys):
            self._grow()
        return None

    def _allocate(self, size: int) -> None:
        self._keys = array("Q", bytes(8 * size))  # 0: free
        self._where = array("Q", bytes(8 * size))
        self._contents = array("I", bytes(4 * size))

    def _slot(self, key: int) -> int:
        """The slot that has the key, or the free one it belongs in."""
        keys, last = self._keys, len(self._keys) - 1
        slot = key & last
        while keys[slot] and keys[slot] != key:
            slot = (slot + 1) & last
        return slot

    def _grow(self) -> None:
        old = zip(self._keys, self._where, self._contents, strict=True)
        self._allocate(2 * len(self._keys))
        for key, where, content in old:
            if key:
                slot = self._slot(key)
                self._keys[slot], self._where[slot], self._contents[slot] = key, where, content
