"""Chooses which records a page carries: some of every kind of end, the same ones every time."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Hashable, Mapping

from trace_builder.report.runs import RunFolder

#: Every kind of end has this many records among the first chosen, as far as it has so many.
_FLOOR = 6


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
    ends: dict[str, tuple[tuple[str, str, str | None], ...]] = dict.fromkeys(run.seed_ids, ())
    for stage in run.stages:
        for name, head in run.heads(stage).items():
            end = (stage, head.status, head.reason)
            kept = tuple(e for e in ends[name] if e[1] != "accepted" or (stage == "iopo" and e[0] == "dpo"))
            ends[name] = (*kept, end)
    return dict(ends)
