"""Finds records that hold a benchmark's text, or are held by it: shared shingles, counted exactly.

An inverted index over the targets' shingles makes the work proportional to the records' text. Measures
decide: Jaccard (the two texts are nearly the same) and overlap (one lies in the other, as a copied prompt
lies in an instruction with constraints added to it); for short texts also how many words stand in the same
order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from trace_builder.release.cleaning.benchmarks import Target
from trace_builder.release.cleaning.removal import Removal, Text
from trace_builder.release.cleaning.shingles import Shingled, jaccard, overlap, same_order, shingled, tokens

#: A shingle in more targets than this tells nothing; it is not followed, but it counts in the measures.
_COMMON = 500

#: Share of the smaller text's shingles that a target has to share to be measured at all. Half the lowest
#: threshold would do for the shingle measures; a changed word breaks more of a short text.
_ENOUGH = 0.2


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From where on a text counts as contaminated (docs/release.md has precision and recall).

    ``overlap`` is only looked at when the smaller text has ``least`` shingles: a short phrase lies in many
    texts by chance. ``order`` is only looked at when neither text has more than ``short`` tokens: one changed
    word breaks most shingles of a short text.
    """

    jaccard: float = 0.45
    overlap: float = 0.65
    least: int = 12
    order: float = 0.8
    short: int = 32


DEFAULT = Thresholds()


class Decontaminator:
    """The targets, indexed once; ``check`` looks a text up.

    Args:
        targets: their texts; the same text from several files is kept once.
        thresholds: see there.
    """

    def __init__(self, targets: Iterable[Target], thresholds: Thresholds = DEFAULT) -> None:
        self._thresholds = thresholds
        self._targets: list[Target] = []
        self._sets: list[frozenset[str]] = []
        self._exact: dict[str, int] = {}
        self._needed: list[float] = []
        self._postings: dict[str, list[int]] = {}
        for target in targets:
            self._add(target)

    def __len__(self) -> int:
        return len(self._targets)

    def check(self, item: Text) -> Removal | None:
        """The worst hit of a text, or None."""
        text = shingled(item.text)
        exact = self._exact.get(text.whole)
        if exact is not None:
            return self._removal(item, exact, "exact", 1.0)
        best: tuple[float, int, str] | None = None
        for number in self._candidates(text):
            measure, score = self._measure(text, number)
            if measure and (best is None or (score, -number) > (best[0], -best[1])):
                best = (score, number, measure)
        return None if best is None else self._removal(item, best[1], best[2], best[0])

    def _add(self, target: Target) -> None:
        text = shingled(target.text)
        if text.whole in self._exact:
            return
        number = len(self._targets)
        self._exact[text.whole] = number
        self._targets.append(target)
        self._sets.append(text.pieces)
        self._needed.append(_ENOUGH * len(text.pieces))
        for piece in text.pieces:
            self._postings.setdefault(piece, []).append(number)

    def _candidates(self, text: Shingled) -> list[int]:
        """Targets that share enough of the rarer shingles to reach a threshold at all."""
        found = (self._postings.get(piece, ()) for piece in text.pieces)
        followed = [postings for postings in found if len(postings) <= _COMMON]
        enough, needed = _ENOUGH * len(followed), self._needed
        shared = Counter(chain.from_iterable(followed))
        return [number for number, count in shared.items() if count >= enough or count >= needed[number]]

    def _measure(self, text: Shingled, number: int) -> tuple[str, float]:
        """The first measure over its threshold, and its value."""
        limits, target = self._thresholds, self._sets[number]
        alike = jaccard(text.pieces, target)
        if alike >= limits.jaccard:
            return "jaccard", alike
        if min(len(text.pieces), len(target)) >= limits.least:
            inside = overlap(text.pieces, target)
            if inside >= limits.overlap:
                return "overlap", inside
        if len(text.tokens) <= limits.short and len(target) <= limits.short:
            theirs = tokens(self._targets[number].text)
            order = same_order(text.tokens, theirs) if len(theirs) <= limits.short else 0.0
            if order >= limits.order:
                return "order", order
        return "", 0.0

    def _removal(self, item: Text, number: int, method: str, score: float) -> Removal:
        target = self._targets[number]
        return Removal(
            item.id,
            item.part,
            "contaminated",
            method,
            score,
            item.text,
            other=target.id,
            where=target.where,
            other_text=target.text,
        )
