"""What the judge said over a run: scores, the preference pairs, and the IOPO groups with their cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from trace_builder.report.lines import Row
from trace_builder.report.stats.histogram import Spread, percent

OPERATIONS = ("add", "delete", "revise")
CELLS = ("x1y1", "x1y2", "x2y1", "x2y2")
TERMS = ("y1_over_y2_at_x1", "y2_over_y1_at_x2", "x1_over_x2_for_y1", "x2_over_x1_for_y2")
CERTIFICATES = ("full", "one_sided", "rationality")


@dataclass
class Scores:
    """Scores of single constraints; ``unscored`` ones are no number. ``code`` counts the verdicts that
    code overruled."""

    counts: Counter[int] = field(default_factory=Counter)
    unscored: int = 0
    code: int = 0
    responses: int = 0
    perfect: int = 0
    #: By dimension: how many were judged and how many of them had a 10.
    dimensions: dict[str, list[int]] = field(default_factory=dict)

    def add(self, judgement: Any, instruction: Any = None) -> None:
        """Counts a judgement as stored; anything else (None: not judged) is left out."""
        if not isinstance(judgement, dict):
            return
        labels = _labels(instruction)
        scores = [row for row in judgement.get("scores") or () if isinstance(row, dict)]
        self.responses += 1
        self.perfect += bool(scores) and all(row.get("score") == 10 for row in scores)
        for row in scores:
            score = row.get("score")
            self.code += row.get("by") == "code"
            label = labels.get(str(row.get("constraint")))
            if label is not None:
                seen = self.dimensions.setdefault(label, [0, 0])
                seen[0] += 1
                seen[1] += score == 10
            if isinstance(score, int):
                self.counts[score] += 1
            else:
                self.unscored += 1

    def summary(self) -> dict[str, Any]:
        return {
            "responses": self.responses,
            "perfect": self.perfect,
            "scores": {str(n): self.counts[n] for n in range(11)},
            "unscored": self.unscored,
            "by_code": self.code,
            "dimensions": {
                name: {"judged": n, "followed": good, "share": percent(good, n)}
                for name, (n, good) in sorted(self.dimensions.items())
            },
        }


def _labels(instruction: Any) -> dict[str, str]:
    listed = instruction.get("constraints") if isinstance(instruction, dict) else None
    return {str(c["id"]): c["dimension"] for c in listed or () if isinstance(c, dict) and c.get("dimension")}


def attempts(outcome: Row) -> Iterable[Row]:
    """The imperfect responses an outcome of ``respond`` keeps, accepted or rejected."""
    record = outcome.get("record") or {}
    listed = record.get("imperfect") or (record.get("kept") or {}).get("imperfect") or ()
    return [attempt for attempt in listed if isinstance(attempt, dict)]


@dataclass
class Pairs:
    """The preference pairs: where the worse response comes from, and how the lengths compare."""

    origins: Counter[str] = field(default_factory=Counter)
    chosen: Spread = field(default_factory=Spread)
    rejected: Spread = field(default_factory=Spread)
    longer: int = 0
    failed: Spread = field(default_factory=Spread)

    def add(self, record: Row) -> None:
        chosen, rejected = str(record.get("chosen") or ""), str(record.get("rejected") or "")
        self.origins[str(record.get("origin"))] += 1
        self.chosen.add(len(chosen))
        self.rejected.add(len(rejected))
        self.longer += len(chosen) > len(rejected)
        self.failed.add(len(record.get("failed") or ()))

    def summary(self) -> dict[str, Any]:
        n = self.chosen.n
        return {
            "pairs": n,
            "origins": dict(self.origins.most_common()),
            "chosen_characters": self.chosen.summary(),
            "rejected_characters": self.rejected.summary(),
            "length_ratio": round(self.chosen.total / self.rejected.total, 3)
            if self.rejected.total
            else None,
            "chosen_longer_share": percent(self.longer, n),
            "failed_constraints": self.failed.summary(),
        }


@dataclass
class Groups:
    """IOPO: what became of each operation, what each cell showed, and which terms are proven."""

    #: operation -> certificate, or (status, reason) of what was not accepted
    operations: dict[str, Counter[str]] = field(default_factory=dict)
    cells: dict[str, Counter[str]] = field(default_factory=dict)
    terms: Counter[str] = field(default_factory=Counter)
    count: int = 0

    def add(self, record: Row) -> None:
        self.count += 1
        self._end(str(record.get("operation")), str(record.get("certificate")))
        judged = record.get("cells") or {}
        for cell in CELLS:
            self.cells.setdefault(cell, Counter())[_verdict(judged.get(cell))] += 1
        terms = record.get("terms") or {}
        self.terms.update(name for name in TERMS if terms.get(name))

    def turned_down(self, operation: str, reason: str) -> None:
        self._end(operation, reason)

    def _end(self, operation: str, end: str) -> None:
        self.operations.setdefault(operation, Counter())[end] += 1

    def summary(self) -> dict[str, Any]:
        order = [*OPERATIONS, *sorted(set(self.operations) - set(OPERATIONS))]
        return {
            "groups": self.count,
            "operations": [self._operation(name) for name in order if name in self.operations],
            "cells": {cell: dict(self.cells.get(cell, Counter())) for cell in CELLS},
            "terms": {term: self.terms[term] for term in TERMS},
        }

    def _operation(self, name: str) -> dict[str, Any]:
        ends = self.operations[name]
        tried = sum(ends.values())
        made = {certificate: ends[certificate] for certificate in CERTIFICATES}
        lost = {end: n for end, n in ends.most_common() if end not in CERTIFICATES}
        return {
            "operation": name,
            "tried": tried,
            **made,
            "yield": percent(sum(made.values()), tried),
            "full_yield": percent(ends["full"], tried),
            "lost": lost,
        }


def _verdict(judgement: Any) -> str:
    """``full_marks``, ``fails``, ``unscored``, or ``not_judged`` for a cell."""
    if not isinstance(judgement, dict):
        return "not_judged"
    scores = [row.get("score") for row in judgement.get("scores") or ()]
    if scores and all(score == 10 for score in scores):
        return "full_marks"
    return "fails" if any(isinstance(score, int) and score < 10 for score in scores) else "unscored"
