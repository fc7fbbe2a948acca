"""How many groups are proven is said first, and in the same words everywhere."""

from __future__ import annotations

from collections.abc import Mapping

#: A certificate's name in a sentence. ``full`` is the only one that proves all four terms of the loss.
WORDS = {"full": "certified", "one_sided": "one-sided", "rationality": "by rationality alone"}


def certified_first(counts: Mapping[str, int]) -> str:
    """Groups by certificate in a few words, such as "273 certified, 140 one-sided"."""
    others = (f"{counts[key]:,} {word}" for key, word in WORDS.items() if key != "full" and counts.get(key))
    return ", ".join([f"{counts.get('full', 0):,} {WORDS['full']}", *others])
