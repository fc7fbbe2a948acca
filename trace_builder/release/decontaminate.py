"""Finds records that hold a benchmark's text, or are held by it: shared shingles, counted exactly.

An inverted index over the targets' shingles makes the work proportional to the records' text. Two measures
decide: Jaccard (the two texts are nearly the same) and overlap (one lies in the other, as a copied prompt
lies in an instruction with constraints added to it).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from trace_builder.release.dedup import Text
from trace_builder.release.removed import Removal
from trace_builder.release.shingles import jaccard, overlap, shingles, whole
from trace_builder.release.targets import Target

#: A shingle in more targets than this tells nothing; it is not followed, but it counts in the measures.
_COMMON = 500


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From where on a text counts as contaminated (docs/release.md has precision and recall).

    ``overlap`` is only looked at when the smaller text has ``least`` shingles: a short phrase lies in many
    texts by chance.
    """

    jaccard: float = 0.5
    overlap: float = 0.6
    least: int = 12


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
        self._postings: dict[str, list[int]] = {}
        for target in targets:
            self._add(target)

    def __len__(self) -> int:
        return len(self._targets)

    def check(self, item: Text) -> Removal | None:
        """The worst hit of a text, or None."""
        exact = self._exact.get(whole(item.text))
        if exact is not None:
            return self._removal(item, exact, "exact", 1.0)
        pieces = shingles(item.text)
        best: tuple[float, int, str] | None = None
        for number in self._candidates(pieces):
            measure, score = self._measure(pieces, self._sets[number])
            if measure and (best is None or (score, -number) > (best[0], -best[1])):
                best = (score, number, measure)
        return None if best is None else self._removal(item, best[1], best[2], best[0])

    def _add(self, target: Target) -> None:
        key = whole(target.text)
        if key in self._exact:
            return
        number = len(self._targets)
        self._exact[key] = number
        self._targets.append(target)
        pieces = shingles(target.text)
        self._sets.append(pieces)
        for piece in pieces:
            self._postings.setdefault(piece, []).append(number)

    def _candidates(self, pieces: frozenset[str]) -> Sequence[int]:
        """Targets that share enough of the rarer shingles to reach a threshold at all."""
        shared: Counter[int] = Counter()
        followed = 0
        for piece in pieces:
            postings = self._postings.get(piece, ())
            if len(postings) <= _COMMON:
                followed += 1
                shared.update(postings)
        lowest = min(self._thresholds.jaccard, self._thresholds.overlap) / 2
        return [
            number
            for number, count in shared.items()
            if count >= lowest * min(followed, len(self._sets[number]))
        ]

    def _measure(self, pieces: frozenset[str], target: frozenset[str]) -> tuple[str, float]:
        limits = self._thresholds
        alike = jaccard(pieces, target)
        if alike >= limits.jaccard:
            return "jaccard", alike
        if min(len(pieces), len(target)) >= limits.least:
            inside = overlap(pieces, target)
            if inside >= limits.overlap:
                return "overlap", inside
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
