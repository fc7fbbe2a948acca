"""What the judge said over a run: scores, the preference pairs, and the IOPO groups with their cells."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import get_args

from trace_builder.records import (
    TOP_SCORE,
    Cells,
    Instruction,
    IopoGroup,
    Judgement,
    Operation,
    Preference,
    Terms,
)
from trace_builder.report.stats.histogram import Figures, Histogram, Summary, percent

OPERATIONS: tuple[str, ...] = get_args(Operation)
CERTIFICATES = ("full", "one_sided", "rationality")


class DimensionScore(Figures):
    """Constraints of one dimension: how many were judged, and followed."""

    judged: int
    followed: int
    share: float


class ScoreStats(Figures):
    """Judged responses, and the scores of their constraints. ``disputed`` counts the verdicts that votes or
    code contradict; ``by_code`` responses that code turned down without a judge, which are not among them."""

    responses: int
    perfect: int
    scores: dict[str, int]
    unscored: int
    disputed: int
    by_code: int
    dimensions: dict[str, DimensionScore]


class JudgeStats(Figures):
    """By what was judged: responses, the worse responses of pairs, and the mismatching cells of groups."""

    response: ScoreStats
    worse: ScoreStats
    mismatch: ScoreStats


class PairStats(Figures):
    """Preference pairs: where the worse response comes from, and how the lengths compare."""

    pairs: int
    origins: dict[str, int]
    chosen_characters: Summary
    rejected_characters: Summary
    length_ratio: float | None
    chosen_longer_share: float
    failed_constraints: Summary


class OperationStats(Figures):
    """What became of the groups of one operation: certificates, and the reasons of those turned down."""

    operation: str
    tried: int
    full: int
    one_sided: int
    rationality: int
    share: float
    full_share: float
    lost: dict[str, int]

    @property
    def certificates(self) -> dict[str, int]:
        return {"full": self.full, "one_sided": self.one_sided, "rationality": self.rationality}


class GroupStats(Figures):
    """IOPO: operations, what each cell showed, and how often each term of the loss is proven."""

    groups: int
    operations: tuple[OperationStats, ...]
    cells: dict[str, dict[str, int]]
    terms: dict[str, int]


@dataclass
class Scores:
    """Counts scores of single constraints."""

    counts: Counter[int | None] = field(default_factory=Counter)
    disputed: int = 0
    by_code: int = 0
    responses: int = 0
    perfect: int = 0
    judged: Counter[str] = field(default_factory=Counter)
    followed: Counter[str] = field(default_factory=Counter)

    def add(self, judgement: Judgement | None, instruction: Instruction | None) -> None:
        """Counts a judgement; None (not judged) is left out."""
        if judgement is None:
            return
        if not judgement.votes:
            self.by_code += 1
            return
        labels = {c.id: c.dimension for c in instruction.constraints} if instruction else {}
        self.responses += 1
        self.perfect += judgement.perfect
        for score in judgement.scores:
            self.counts[score.score] += 1
            self.disputed += score.disputed
            label = labels.get(score.constraint)
            if label is not None:
                self.judged[label] += 1
                self.followed[label] += score.full

    def stats(self) -> ScoreStats:
        return ScoreStats(
            responses=self.responses,
            perfect=self.perfect,
            scores={str(n): self.counts[n] for n in range(TOP_SCORE + 1)},
            unscored=self.counts[None],
            disputed=self.disputed,
            by_code=self.by_code,
            dimensions={
                name: DimensionScore(judged=n, followed=good, share=percent(good, n))
                for name, n in sorted(self.judged.items())
                for good in (self.followed[name],)
            },
        )


@dataclass
class Pairs:
    """Counts preference pairs."""

    origins: Counter[str] = field(default_factory=Counter)
    chosen: Histogram = field(default_factory=Histogram)
    rejected: Histogram = field(default_factory=Histogram)
    longer: int = 0
    failed: Histogram = field(default_factory=Histogram)

    def add(self, pair: Preference) -> None:
        self.origins[pair.origin] += 1
        self.chosen.add(len(pair.chosen))
        self.rejected.add(len(pair.rejected))
        self.longer += len(pair.chosen) > len(pair.rejected)
        self.failed.add(len(pair.failed))

    def stats(self) -> PairStats:
        n, length = self.chosen.n, self.rejected.total
        return PairStats(
            pairs=n,
            origins=dict(self.origins.most_common()),
            chosen_characters=self.chosen.summary(),
            rejected_characters=self.rejected.summary(),
            length_ratio=round(self.chosen.total / length, 3) if length else None,
            chosen_longer_share=percent(self.longer, n),
            failed_constraints=self.failed.summary(),
        )


@dataclass
class Groups:
    """Counts IOPO groups, those that were turned down included."""

    #: operation -> certificate, or the reason why there is none
    ends: dict[str, Counter[str]] = field(default_factory=dict)
    cells: dict[str, Counter[str]] = field(default_factory=dict)
    terms: Counter[str] = field(default_factory=Counter)
    count: int = 0

    def add(self, group: IopoGroup) -> None:
        self.count += 1
        self._end(group.operation, group.certificate)
        for cell, judgement in group.cells:
            self.cells.setdefault(cell, Counter())[_verdict(judgement)] += 1
        self.terms.update(name for name, proven in group.terms if proven)

    def turned_down(self, operation: str, reason: str) -> None:
        self._end(operation, reason)

    def _end(self, operation: str, end: str) -> None:
        self.ends.setdefault(operation, Counter())[end] += 1

    def stats(self) -> GroupStats:
        order = [*OPERATIONS, *sorted(set(self.ends) - set(OPERATIONS))]
        return GroupStats(
            groups=self.count,
            operations=tuple(self._operation(name) for name in order if name in self.ends),
            cells={cell: dict(self.cells.get(cell, ())) for cell in Cells.model_fields},
            terms={term: self.terms[term] for term in Terms.model_fields},
        )

    def _operation(self, name: str) -> OperationStats:
        ends = self.ends[name]
        tried = ends.total()
        made = {certificate: ends[certificate] for certificate in CERTIFICATES}
        return OperationStats(
            operation=name,
            tried=tried,
            **made,
            share=percent(sum(made.values()), tried),
            full_share=percent(ends["full"], tried),
            lost={end: n for end, n in ends.most_common() if end not in CERTIFICATES},
        )


def _verdict(judgement: Judgement | None) -> str:
    """``full_marks``, ``fails``, ``disputed``, ``unscored``, or ``not_judged`` for a cell."""
    if judgement is None:
        return "not_judged"
    if judgement.perfect:
        return "full_marks"
    if judgement.failed:
        return "fails"
    return "unscored" if judgement.unscored else "disputed"
