"""The figures of an evaluation: IF, IF-S, IF-M (Eq. 3), the share of constraints followed; with intervals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from trace_builder import __version__
from trace_builder.evaluate.agreement import Pattern, agreement
from trace_builder.evaluate.bootstrap import Interval, Sampling, share_interval
from trace_builder.evaluate.results import (
    RESULTS,
    AuthorsReading,
    CountRow,
    DataUsed,
    DimensionRow,
    Figure,
    Headline,
    InstructionResult,
    IntervalMethod,
    LanguageRow,
    ModelsUsed,
    Results,
    Scores,
    Share,
    TypeRow,
    VotesAgreement,
)
from trace_builder.records import TOP_SCORE
from trace_builder.taxonomy import Taxonomy

Pairs = Counter[tuple[int, int]]
Items = Sequence[InstructionResult]


def score(
    data: DataUsed, models: ModelsUsed, items: Items, taxonomy: Taxonomy, sampling: Sampling
) -> Results:
    """Everything that ``results.json`` says."""
    maker = _Maker(sampling)
    scores = Counter(constraint.score for item in items for constraint in item.constraints)
    return Results(
        trace_builder=__version__,
        data=data,
        models=models,
        results={name: sum(item.result == name for item in items) for name in RESULTS},
        faults=dict(Counter(item.fault for item in items if item.fault).most_common()),
        unscored_because=dict(Counter(item.why for item in items if item.why).most_common()),
        scores=Scores(
            **dict(maker.headline(items, "all")),
            by_count=tuple(
                maker.count_row(n, [i for i in items if i.count == n])
                for n in sorted({i.count for i in items})
            ),
            by_language=tuple(
                LanguageRow(
                    language=lang, **dict(maker.headline([i for i in items if i.lang == lang], "lang", lang))
                )
                for lang in sorted({item.lang for item in items})
            ),
            by_type=_by_type(items, taxonomy, maker),
            by_dimension=_by_dimension(items, taxonomy, maker),
        ),
        score_counts={**{str(n): scores[n] for n in range(TOP_SCORE + 1)}, "unscored": scores[None]},
        task=_task(items, maker),
        authors_reading=_authors_reading(items, maker),
        votes=_votes(items, sampling, maker),
        interval=described(
            sampling, f"Wilson for shares of instructions, {BOOTSTRAP} over instructions for others"
        ),
    )


BOOTSTRAP = "percentile bootstrap"


def described(sampling: Sampling, method: str) -> IntervalMethod:
    """How the intervals were made."""
    return IntervalMethod(
        method=method,
        level=sampling.level,
        resamples=sampling.resamples,
        seed=sampling.rng_seed,
    )


class _Maker:
    """Makes figures: a share with its interval, and the same over what is scored alone."""

    def __init__(self, sampling: Sampling) -> None:
        self._sampling = sampling

    def headline(self, items: Items, *name: str) -> Headline:
        single, multiple = _by_number(items)
        return Headline(
            if_all=self.instructions(items, "if", *name),
            if_s=self.instructions(single, "if_s", *name),
            if_m=self.instructions(multiple, "if_m", *name),
            csr=self.constraints(items, "csr", *name),
        )

    def count_row(self, count: int, items: Items) -> CountRow:
        name = ("count", str(count))
        return CountRow(
            count=count,
            if_all=self.instructions(items, "if", *name),
            csr=self.constraints(items, "csr", *name),
        )

    def instructions(self, items: Items, *name: str) -> Figure:
        """The share of instructions followed."""
        everything = Counter((int(item.followed), 1) for item in items)
        decided = Counter((int(item.followed), 1) for item in items if item.decided)
        return self._figure(everything, decided, name)

    def constraints(
        self, items: Items, *name: str, wanted: Callable[[str | None], bool] = lambda dimension: True
    ) -> Figure:
        """The share of constraints followed, over constraints of the dimensions that are wanted."""
        everything: Pairs = Counter()
        known: Pairs = Counter()
        for item in items:
            judged = [c for c in item.constraints if wanted(c.dimension)]
            full = sum(c.score == TOP_SCORE and not c.disputed for c in judged)
            if judged:
                everything[full, len(judged)] += 1
            if numbers := sum(c.score is not None for c in judged):
                known[full, numbers] += 1
        return self._figure(everything, known, name)

    def share(self, hits: Iterable[bool], *name: str) -> Figure:
        pairs: Pairs = Counter((int(hit), 1) for hit in hits)
        return self._figure(pairs, pairs, name)

    def scored(self, hits: Iterable[tuple[bool, bool]], *name: str) -> Figure:
        """A share of (hit, scored)."""
        every = list(hits)
        known: Pairs = Counter((int(hit), 1) for hit, scored in every if scored)
        return self._figure(Counter((int(hit), 1) for hit, _ in every), known, name)

    def _figure(self, everything: Pairs, known: Pairs, name: tuple[str, ...]) -> Figure:
        whole = self._share(everything, *name)
        part = whole if everything == known else self._share(known, "scored", *name)
        return Figure(**dict(whole), unscored=whole.n - part.n, scored_only=part)

    def _share(self, pairs: Pairs, *name: str) -> Share:
        return Share(
            n=sum(pair[1] * times for pair, times in pairs.items()),
            followed=sum(pair[0] * times for pair, times in pairs.items()),
            **percents(share_interval(pairs, self._sampling, *name)),
        )


def percents(found: Interval) -> dict[str, float | None]:
    """An interval in percent, rounded to what means something."""
    values = {"percent": found.value, "low": found.low, "high": found.high}
    return {name: None if value is None else round(100 * value, 4) for name, value in values.items()}


def _by_number(items: Items) -> tuple[Items, Items]:
    """Instructions with one constraint, and those with more."""
    return [item for item in items if item.count == 1], [item for item in items if item.count > 1]


def _by_type(items: Items, taxonomy: Taxonomy, maker: _Maker) -> tuple[TypeRow, ...]:
    rows = []
    for group in taxonomy.types:
        members = {dimension.id for dimension in group.dimensions}
        figure = maker.constraints(items, "type", group.id, wanted=members.__contains__)
        rows.append(TypeRow(type=group.id, csr=figure))
    outside = _outside(items, taxonomy, maker)
    return (*rows, *([TypeRow(type=None, csr=outside)] if outside.n else []))


def _by_dimension(items: Items, taxonomy: Taxonomy, maker: _Maker) -> tuple[DimensionRow, ...]:
    rows = []
    for dimension in taxonomy.dimensions:
        figure = maker.constraints(items, "dimension", dimension.id, wanted={dimension.id}.__contains__)
        rows.append(DimensionRow(dimension=dimension.id, type=dimension.type, csr=figure))
    outside = _outside(items, taxonomy, maker)
    return (*rows, *([DimensionRow(dimension=None, type=None, csr=outside)] if outside.n else []))


def _outside(items: Items, taxonomy: Taxonomy, maker: _Maker) -> Figure:
    """The constraints whose label lies outside the taxonomy."""
    inside = {dimension.id for dimension in taxonomy.dimensions}
    return maker.constraints(items, "outside", wanted=lambda dimension: dimension not in inside)


def _task(items: Items, maker: _Maker) -> Figure | None:
    """The share of answers that do their task; Eq. 3 and the shares of constraints leave it out."""
    judged = [item.task for item in items if item.task is not None]
    return maker.scored([(task.full, task.score is not None) for task in judged], "task") if judged else None


def _authors_reading(items: Items, maker: _Maker) -> AuthorsReading | None:
    if all(item.overall is None for item in items):
        return None

    def passed(item: InstructionResult) -> bool:
        return item.overall == TOP_SCORE

    single, multiple = _by_number(items)
    cells = Counter((item.followed, passed(item)) for item in items)
    return AuthorsReading(
        if_all=maker.share(map(passed, items), "authors", "if"),
        if_s=maker.share(map(passed, single), "authors", "if_s"),
        if_m=maker.share(map(passed, multiple), "authors", "if_m"),
        without_overall=sum(item.overall is None for item in items),
        both=cells[True, True],
        only_authors=cells[False, True],
        only_eq3=cells[True, False],
        neither=cells[False, False],
    )


def _votes(items: Items, sampling: Sampling, maker: _Maker) -> VotesAgreement | None:
    """Over constraints that every vote was asked about; None with one vote."""
    asked = max((len(item.votes) for item in items), default=0)
    if asked < 2:
        return None
    voted = [item for item in items if len(item.votes) == asked]
    scores: list[Pattern] = [column for item in voted for column in zip(*item.votes, strict=True)]
    passes: list[Pattern] = [
        tuple(None if score is None else score == TOP_SCORE for score in pattern) for pattern in scores
    ]
    return VotesAgreement(
        votes=asked,
        instructions=len(voted),
        followed=agreement(passes, sampling, "votes", "followed"),
        score=agreement(scores, sampling, "votes", "score"),
        if_of_each=tuple(
            maker.share((all(s == TOP_SCORE for s in item.votes[n]) for item in voted), "vote", str(n))
            for n in range(asked)
        ),
    )
