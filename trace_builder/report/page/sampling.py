"""Chooses which records a page carries: some of every kind of end, the same ones every time."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping

from trace_builder.records import Status
from trace_builder.storage.run_folder import RunFolder

#: Every kind of end has this many records among the first chosen, as far as it has so many.
_FLOOR = 6

#: Stage, status and reason.
End = tuple[str, Status, str | None]


def order(strata: Mapping[str, Hashable]) -> list[str]:
    """All ids, those first that a sample should take first.

    ``strata`` gives the kind of each id. Whatever the sample's size, kinds are present in proportion, and
    rare ones with ``_FLOOR`` records before any other has more. Within a kind the order is by a hash of the
    id, so that it rests on nothing but the ids.
    """
    ranked = sorted(strata, key=_rank)
    taken: Counter[Hashable] = Counter()
    sizes = Counter(strata.values())
    keyed = []
    for place, name in enumerate(ranked):
        kind = strata[name]
        nth = taken[kind]
        taken[kind] += 1
        first = nth < _FLOOR
        keyed.append((not first, nth if first else (nth + 0.5) / sizes[kind], place, name))
    return [name for *_, name in sorted(keyed)]


def _rank(name: str) -> bytes:
    return hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def run_strata(run: RunFolder) -> dict[str, Hashable]:
    """For each seed of a run, how its way ended: the outcomes that no later stage followed up."""
    ends: dict[str, tuple[End, ...]] = dict.fromkeys(run.ids, ())
    for stage in run.stages:
        before = (run.follows(stage), "accepted", None)
        for name, end in _ends(run, stage):
            ends[name] = (*(e for e in ends[name] if e != before), end)
    return dict(ends)


def _ends(run: RunFolder, stage: str) -> Iterator[tuple[str, End]]:
    for name in run.ids:
        if run.status(stage, name) == "accepted":
            yield name, (stage, "accepted", None)
    lost: tuple[Status, ...] = ("rejected", "failed")
    for status in lost:
        for outcome in run.outcomes(stage, status=status):
            yield outcome.id, (stage, status, outcome.reason)
