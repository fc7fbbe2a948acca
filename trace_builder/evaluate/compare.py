"""Two evaluations of the same instructions, beside one another (paper 4.3; McNemar's test is exact)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import comb
from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict, Field

from trace_builder.errors import InputError
from trace_builder.evaluate.bootstrap import Sampling, interval, ratio
from trace_builder.evaluate.metrics import BOOTSTRAP, described, percents
from trace_builder.evaluate.results import (
    INSTRUCTIONS_FILE,
    InstructionResult,
    IntervalMethod,
    read_instructions,
    read_results,
)
from trace_builder.records import Record

_SHOWN = 5


class Difference(Record):
    """B's share minus A's, in percent, with its interval."""

    percent: float | None
    low: float | None
    high: float | None


class Paired(Record):
    """``both``, ``only_a``, ``only_b``, ``neither``: how many items each follows. ``p_value`` is of McNemar's
    exact test, two-sided."""

    n: int
    a_percent: float | None
    b_percent: float | None
    difference: Difference
    both: int
    only_a: int
    only_b: int
    neither: int
    p_value: float


class Measure(Paired):
    """Over everything, and over what is scored in both."""

    scored_only: Paired


class Measures(Record):
    model_config = ConfigDict(populate_by_name=True)

    if_all: Measure = Field(alias="if")
    if_s: Measure
    if_m: Measure


class Side(Record):
    folder: str
    name: str
    judge: str


class Comparison(Record):
    """What ``comparison.json`` says."""

    kind: Literal["trace_builder.comparison"] = "trace_builder.comparison"
    version: Literal[1] = 1
    a: Side
    b: Side
    measures: Measures
    interval: IntervalMethod
    test: str = "McNemar, exact, two-sided"

    def as_json(self) -> dict[str, Any]:
        return self.model_dump(mode="json", by_alias=True)


def compare_folders(a: Path, b: Path, sampling: Sampling) -> Comparison:
    """The paired comparison of two evaluation folders.

    Raises:
        InputError: a folder holds no evaluation, or the two are not over the same instructions.
    """
    first, second = _read(a), _read(b)
    _check_same(first, second)

    def measure(name: str, wanted: Callable[[InstructionResult], bool]) -> Measure:
        pairs = [(one, second.instructions[id_]) for id_, one in first.instructions.items() if wanted(one)]
        whole = paired(((x.followed, y.followed) for x, y in pairs), sampling, name)
        decided = ((x.followed, y.followed) for x, y in pairs if x.decided and y.decided)
        return Measure(**dict(whole), scored_only=paired(decided, sampling, name))

    return Comparison(
        a=first.side,
        b=second.side,
        measures=Measures(
            if_all=measure("if", lambda item: True),
            if_s=measure("if_s", lambda item: item.count == 1),
            if_m=measure("if_m", lambda item: item.count > 1),
        ),
        interval=described(sampling, f"{BOOTSTRAP} over pairs"),
    )


def paired(pairs: Iterable[tuple[bool, bool]], sampling: Sampling, *name: str) -> Paired:
    """Compares what A and B did on each item; items are resampled as pairs."""
    cells = Counter((bool(a), bool(b)) for a, b in pairs)
    both, neither = cells[True, True], cells[False, False]
    only_a, only_b = cells[True, False], cells[False, True]
    n = both + only_a + only_b + neither
    values = {(1, 1): only_b, (-1, 1): only_a, (0, 1): both + neither}
    return Paired(
        n=n,
        a_percent=round(100 * (both + only_a) / n, 4) if n else None,
        b_percent=round(100 * (both + only_b) / n, 4) if n else None,
        difference=Difference(**percents(interval(values, ratio, sampling, "paired", *name))),
        both=both,
        only_a=only_a,
        only_b=only_b,
        neither=neither,
        p_value=mcnemar_exact(only_a, only_b),
    )


def mcnemar_exact(only_a: int, only_b: int) -> float:
    """The two-sided p-value: under no difference each discordant item is A's or B's with probability 1/2."""
    n, fewer = only_a + only_b, min(only_a, only_b)
    tail = sum(comb(n, k) for k in range(fewer + 1))
    return min(1.0, 2 * tail / (1 << n))


@dataclass(frozen=True)
class _Evaluated:
    folder: Path
    side: Side
    instructions: dict[str, InstructionResult]


def _read(folder: Path) -> _Evaluated:
    results = read_results(folder)
    found = {item.id: item for item in read_instructions(folder)}
    if len(found) != results.data.instructions:
        raise InputError(
            f"{folder / INSTRUCTIONS_FILE}: {len(found)} instructions, but the results speak of "
            f"{results.data.instructions}"
        )
    side = Side(folder=str(folder), name=results.models.tested.name, judge=results.models.judge.name)
    return _Evaluated(folder, side, found)


def _check_same(a: _Evaluated, b: _Evaluated) -> None:
    apart = sorted(a.instructions.keys() ^ b.instructions.keys())
    where = f"{a.folder} and {b.folder} are not over the same instructions"
    if apart:
        names = ", ".join(apart[:_SHOWN]) + (", ..." if len(apart) > _SHOWN else "")
        raise InputError(f"{where}: {len(apart)} are in one alone ({names})")
    for id_, one in a.instructions.items():
        if (other := b.instructions[id_]).count != one.count:
            raise InputError(
                f"{where}: {id_} has {one.count} constraints in one and {other.count} in the other"
            )
