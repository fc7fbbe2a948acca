"""Exact and near duplicates within the set: MinHash over shingles finds the candidates, and their shingles
themselves decide, so that no record is lost to an estimate."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b
from typing import Any

from trace_builder.errors import InputError
from trace_builder.release.cleaning.removal import Part, Removal, Text
from trace_builder.release.cleaning.shingles import jaccard, shingled, shingles, whole

#: Shared shingles over all shingles from which two instructions are near duplicates (docs/release.md).
THRESHOLD = 0.6

#: 32 bands of 4 rows propose a pair at the threshold in 98.8% of cases, one at 0.7 in 99.98%.
PERMUTATIONS, BANDS = 128, 32

#: A candidate whose estimate lies this far below the threshold is not worth the exact measure: with 128
#: permutations that is more than three standard errors.
_SLACK = 0.15


def duplicates(
    texts: Iterable[Text], reread: Callable[[str, Part], str], *, threshold: float | None = THRESHOLD
) -> Iterator[Removal]:
    """The texts that repeat an earlier one of another record.

    Args:
        texts: in the order of preference: the first of several alike is kept. A record's ``x`` comes before
            its ``x2``; once ``x`` is out, its ``x2`` is not looked at.
        reread: the text of an (id, part) again, so that texts need not be held in memory.
        threshold: Jaccard similarity from which two texts are near duplicates; None looks for exact ones
            alone, which needs no rensa.

    Raises:
        InputError: rensa is not installed.
    """
    index = _Index(threshold, reread)
    out: set[str] = set()
    for item in texts:
        if item.id in out:
            continue
        hit = index.find(item)
        if hit is None:
            index.add(item)
            continue
        if hit.whole_seed:
            out.add(item.id)
        yield hit


class _Index:
    """What has been kept so far, by whole text and by MinHash bands."""

    def __init__(self, threshold: float | None, reread: Callable[[str, Part], str]) -> None:
        self._near = None if threshold is None else _Bands(threshold)
        self._reread = reread
        self._kept: list[tuple[str, Part]] = []
        self._exact: dict[bytes, int] = {}
        self._last = b""

    def find(self, item: Text) -> Removal | None:
        """The best match among the texts of other records, if one is alike enough."""
        text = None if self._near is None else shingled(item.text)
        self._last = _digest(whole(item.text) if text is None else text.whole)
        exact = self._exact.get(self._last)
        if exact is not None and self._kept[exact][0] != item.id:
            return self._removal(item, exact, "exact_duplicate", "exact", 1.0)
        return None if text is None else self._find_near(item, text.pieces)

    def _find_near(self, item: Text, pieces: frozenset[str]) -> Removal | None:
        assert self._near is not None
        best: tuple[float, int] | None = None
        for number in self._near.like(pieces):
            id_, part = self._kept[number]
            if id_ == item.id:
                continue
            score = jaccard(pieces, shingles(self._reread(id_, part)))
            if score >= self._near.threshold and (best is None or score > best[0]):
                best = (score, number)
        return None if best is None else self._removal(item, best[1], "near_duplicate", "jaccard", best[0])

    def add(self, item: Text) -> None:
        """Keeps the text that was last looked for."""
        number = len(self._kept)
        self._kept.append((item.id, item.part))
        self._exact.setdefault(self._last, number)
        if self._near is not None:
            self._near.keep(number)

    def _removal(self, item: Text, number: int, kind: Any, method: str, score: float) -> Removal:
        id_, part = self._kept[number]
        return Removal(
            item.id, item.part, kind, method, score, item.text, other=id_, other_text=self._reread(id_, part)
        )


class _Bands:
    """MinHash and its bands, by rensa."""

    def __init__(self, threshold: float) -> None:
        try:
            from rensa import RMinHash, RMinHashLSH
        except ImportError:
            raise InputError(
                "looking for near duplicates needs rensa, which is not installed: pip install rensa, "
                "or say --near-duplicates off"
            ) from None
        self.threshold = threshold
        self._minhash = RMinHash
        self._lsh = RMinHashLSH(threshold=threshold, num_perm=PERMUTATIONS, num_bands=BANDS)
        self._sketches: list[Any] = []
        self._last: Any = None

    def like(self, pieces: frozenset[str]) -> list[int]:
        """Numbers of the kept texts that may be alike."""
        self._last = self._minhash(PERMUTATIONS, 1)
        self._last.update(sorted(pieces))
        estimate, least = self._last.jaccard, self.threshold - _SLACK
        return sorted(n for n in self._lsh.query(self._last) if estimate(self._sketches[n]) >= least)

    def keep(self, number: int) -> None:
        """Keeps the text that was last looked for under this number, the next one."""
        self._sketches.append(self._last)
        self._lsh.insert(number, self._last)


def _digest(text: str) -> bytes:
    """Stands for a text, so that texts need not stay in memory."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
