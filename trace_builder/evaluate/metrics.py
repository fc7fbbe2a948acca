"""The figures of an evaluation: IF, IF-S, IF-M (Eq. 3), the share of constraints followed; with intervals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from trace_builder.evaluate.agreement import Pattern, agreement
from trace_builder.evaluate.resample import Interval, Sampling, interval, ratio
from trace_builder.evaluate.scored import RESULTS, Scored
from trace_builder.stages.common.scores import TOP_SCORE
from trace_builder.taxonomy import Taxonomy

Figure = dict[str, Any]
Pairs = Counter[tuple[int, int]]


def figures(items: Sequence[Scored], taxonomy: Taxonomy, sampling: Sampling) -> dict[str, Any]:
    """Everything that ``results.json`` says about scores. Shares are in percent."""
    maker = _Maker(sampling)
    return {
        "results": {name: sum(item.result == name for item in items) for name in RESULTS},
        "faults": dict(Counter(item.fault for item in items if item.fault).most_common()),
        "unscored_because": dict(Counter(item.why for item in items if item.why).most_common()),
        "scores": {
            **maker.headline(items, "all"),
            "by_count": [
                {"count": n, **maker.both([i for i in items if i.count == n], "count", str(n))}
                for n in sorted({item.count for item in items})
            ],
            "by_language": [
                {"language": lang, **maker.headline([i for i in items if i.lang == lang], "lang", lang)}
                for lang in sorted({item.lang for item in items})
            ],
            "by_type": _by_type(items, taxonomy, maker),
            "by_dimension": _by_dimension(items, taxonomy, maker),
        },
        "score_counts": _score_counts(items),
        "authors_reading": _authors_reading(items, maker),
        "votes": _votes(items, sampling, maker),
        "interval": {
            "method": "percentile bootstrap over instructions",
            "level": sampling.level,
            "resamples": sampling.resamples,
            "seed": sampling.seed,
        },
    }


class _Maker:
    """Makes figures: a share with its interval, and the same over what is scored alone."""

    def __init__(self, sampling: Sampling) -> None:
        self._sampling = sampling

    def headline(self, items: Sequence[Scored], *name: str) -> dict[str, Figure]:
        single = [item for item in items if item.count == 1]
        multiple = [item for item in items if item.count > 1]
        return {
            "if": self.instructions(items, "if", *name),
            "if_s": self.instructions(single, "if_s", *name),
            "if_m": self.instructions(multiple, "if_m", *name),
            "csr": self.constraints(items, "csr", *name),
        }

    def both(self, items: Sequence[Scored], *name: str) -> dict[str, Figure]:
        return {"if": self.instructions(items, "if", *name), "csr": self.constraints(items, "csr", *name)}

    def instructions(self, items: Sequence[Scored], *name: str) -> Figure:
        """The share of instructions followed."""
        everything = Counter((int(item.followed), 1) for item in items)
        settled = Counter((int(item.followed), 1) for item in items if item.settled)
        return self._figure(everything, settled, name)

    def constraints(
        self,
        items: Iterable[Scored],
        *name: str,
        wanted: Callable[[str | None], bool] = lambda dimension: True,
    ) -> Figure:
        """The share of constraints followed, over constraints of the dimensions that are wanted."""
        everything: Pairs = Counter()
        known: Pairs = Counter()
        for item in items:
            scores = [s for s, d in zip(item.scores, item.dimensions, strict=True) if wanted(d)]
            if not scores:
                continue
            full = sum(score == TOP_SCORE for score in scores)
            everything[full, len(scores)] += 1
            numbers = sum(score is not None for score in scores)
            if numbers:
                known[full, numbers] += 1
        return self._figure(everything, known, name)

    def share(self, hits: Iterable[bool], *name: str) -> Figure:
        pairs: Pairs = Counter((int(hit), 1) for hit in hits)
        return self._figure(pairs, pairs, name)

    def _figure(self, everything: Pairs, known: Pairs, name: tuple[str, ...]) -> Figure:
        whole = self._interval(everything, *name)
        part = whole if everything == known else self._interval(known, "scored", *name)
        return {**whole, "unscored": whole["n"] - part["n"], "scored_only": part}

    def _interval(self, pairs: Pairs, *name: str) -> Figure:
        found = interval(pairs, ratio, self._sampling, *name)
        return {
            "n": sum(pair[1] * times for pair, times in pairs.items()),
            "followed": sum(pair[0] * times for pair, times in pairs.items()),
            **percents(found),
        }


def percents(found: Interval) -> dict[str, float | None]:
    """An interval in percent, rounded to what means something."""

    def shown(value: float | None) -> float | None:
        return None if value is None else round(100 * value, 4)

    return {"percent": shown(found.value), "low": shown(found.low), "high": shown(found.high)}


def _by_type(items: Sequence[Scored], taxonomy: Taxonomy, maker: _Maker) -> list[Figure]:
    rows = []
    for group in taxonomy.types:
        members = {dimension.id for dimension in group.dimensions}
        figure = maker.constraints(items, "type", group.id, wanted=members.__contains__)
        rows.append({"type": group.id, "csr": figure})
    return rows + _outside(items, taxonomy, maker, {"type": None})


def _by_dimension(items: Sequence[Scored], taxonomy: Taxonomy, maker: _Maker) -> list[Figure]:
    rows = []
    for dimension in taxonomy.dimensions:
        figure = maker.constraints(items, "dimension", dimension.id, wanted={dimension.id}.__contains__)
        rows.append({"dimension": dimension.id, "type": dimension.type, "csr": figure})
    return rows + _outside(items, taxonomy, maker, {"dimension": None, "type": None})


def _outside(
    items: Sequence[Scored], taxonomy: Taxonomy, maker: _Maker, head: dict[str, None]
) -> list[Figure]:
    """The constraints whose label lies outside the taxonomy, if there are any."""
    inside = {dimension.id for dimension in taxonomy.dimensions}
    figure = maker.constraints(items, "outside", wanted=lambda dimension: dimension not in inside)
    return [{**head, "csr": figure}] if figure["n"] else []


def _score_counts(items: Iterable[Scored]) -> dict[str, int]:
    counts = Counter(score for item in items for score in item.scores)
    return {**{str(n): counts[n] for n in range(TOP_SCORE + 1)}, "unscored": counts[None]}


def _authors_reading(items: Sequence[Scored], maker: _Maker) -> dict[str, Any] | None:
    """The released scorer's reading (the judge's own overall score is 10) beside Eq. 3's."""
    if all(item.overall is None for item in items):
        return None

    def passed(item: Scored) -> bool:
        return item.overall == TOP_SCORE

    single = [item for item in items if item.count == 1]
    multiple = [item for item in items if item.count > 1]
    return {
        "if": maker.share(map(passed, items), "authors", "if"),
        "if_s": maker.share(map(passed, single), "authors", "if_s"),
        "if_m": maker.share(map(passed, multiple), "authors", "if_m"),
        "without_overall": sum(item.overall is None for item in items),
        "both": sum(passed(item) and item.followed for item in items),
        "only_authors": sum(passed(item) and not item.followed for item in items),
        "only_eq3": sum(item.followed and not passed(item) for item in items),
        "neither": sum(not item.followed and not passed(item) for item in items),
    }


def _votes(items: Sequence[Scored], sampling: Sampling, maker: _Maker) -> dict[str, Any] | None:
    """Agreement between the votes, over constraints that every vote was asked about; None with one vote."""
    asked = max((len(item.votes) for item in items), default=0)
    if asked < 2:
        return None
    voted = [item for item in items if len(item.votes) == asked]
    scores: list[Pattern] = [column for item in voted for column in zip(*item.votes, strict=True)]
    passes: list[Pattern] = [
        tuple(None if score is None else score == TOP_SCORE for score in pattern) for pattern in scores
    ]
    return {
        "votes": asked,
        "instructions": len(voted),
        "followed": agreement(passes, sampling, "votes", "followed").as_dict(),
        "score": agreement(scores, sampling, "votes", "score").as_dict(),
        "if_of_each": [
            maker.share((all(s == TOP_SCORE for s in item.votes[n]) for item in voted), "vote", str(n))
            for n in range(asked)
        ],
    }
