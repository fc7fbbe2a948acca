"""Quotas over the constraint count, by which evaluation instructions are picked (paper 4.4, Table 2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from trace_builder.errors import InputError
from trace_builder.support.paper import EVAL_COUNTS
from trace_builder.support.randomness import derive_seed

Quotas = Mapping[int, int]

#: The paper's evaluation row: instructions with 1, 2 ... 15 constraints.
PAPER_QUOTAS: Quotas = dict(enumerate(EVAL_COUNTS, start=1))


def parse_quotas(option: str, values: Sequence[str]) -> dict[int, int]:
    """An option's values such as "3=10": ten instructions with three constraints.

    Raises:
        InputError: a value that is not COUNT=NUMBER, or a count that is there twice.
    """
    quotas: dict[int, int] = {}
    for value in values:
        count, _, number = value.partition("=")
        if not (_small(count) and _small(number) and int(count)):
            raise InputError(f"{option} {value[:60]}: COUNT=NUMBER was expected, such as 3=10")
        if int(count) in quotas:
            raise InputError(f"{option} {value}: there is a quota for {int(count)} constraints already")
        quotas[int(count)] = int(number)
    return quotas


def _small(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def scaled(quotas: Quotas, total: float) -> dict[int, int]:
    """The quotas in proportion, ``total`` in all; what rounding leaves goes to the largest remainders."""
    whole = sum(quotas.values())
    exact = {count: number * total / whole for count, number in quotas.items()} if whole else quotas
    found = {count: int(number) for count, number in exact.items()}
    by_remainder = sorted(exact, key=lambda count: (found[count] - exact[count], count))
    for count in by_remainder[: round(total) - sum(found.values())] if whole else ():
        found[count] += 1
    return found


def fill(quotas: Quotas, counts: Mapping[str, int], *purpose: object) -> frozenset[str]:
    """The ids that fill the quotas, as far as there are enough.

    Which are taken depends on ``purpose`` and their ids alone, so a larger quota keeps what a smaller took.

    Args:
        counts: constraint count by id.
        purpose: what is drawn for, with a seed where there is one.
    """
    taken: Counter[int] = Counter()
    chosen = set()
    for id_ in sorted(counts, key=lambda id_: (derive_seed(*purpose, id_), id_)):
        if taken[counts[id_]] < quotas.get(counts[id_], 0):
            taken[counts[id_]] += 1
            chosen.add(id_)
    return frozenset(chosen)
