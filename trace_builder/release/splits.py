"""Which split each seed goes to; all that came from one seed stays together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from trace_builder.errors import InputError
from trace_builder.paper import EVAL_COUNTS
from trace_builder.randomness import derive_seed

#: The default evaluation set takes at most this share of the instructions.
EVALUATION_SHARE = 0.1

Quotas = Mapping[int, int]


def parse_quotas(values: Sequence[str]) -> dict[int, int] | None:
    """``--eval-quota`` values: "3=10" asks for ten instructions with three constraints; "none" for no set.

    Returns:
        quotas by constraint count; None when nothing was given, which means the paper's row, scaled.

    Raises:
        InputError: a value that is neither.
    """
    if not values:
        return None
    if list(values) == ["none"]:
        return {}
    quotas = {}
    for value in values:
        count, _, number = value.partition("=")
        if not (count.isascii() and count.isdigit() and number.isascii() and number.isdigit() and int(count)):
            raise InputError(f"--eval-quota {value}: COUNT=NUMBER was expected, such as 3=10, or none")
        quotas[int(count)] = int(number)
    return quotas


def default_quotas(available: Mapping[int, int]) -> dict[int, int]:
    """The paper's Table 2 evaluation row, scaled down so that it takes at most a tenth of what there is.

    Remainders go to the largest fractions, so the row keeps its shape; no count asks for more than there is.
    """
    total = sum(available.values())
    scale = min(1.0, EVALUATION_SHARE * total / sum(EVAL_COUNTS))
    exact = {count: number * scale for count, number in enumerate(EVAL_COUNTS, start=1)}
    quotas = {count: int(number) for count, number in exact.items()}
    spare = round(sum(exact.values())) - sum(quotas.values())
    for count in sorted(exact, key=lambda c: (quotas[c] - exact[c], c))[:spare]:
        quotas[count] += 1
    return {count: min(number, available.get(count, 0)) for count, number in quotas.items()}


def pick_evaluation(counts: Mapping[str, int], quotas: Quotas) -> frozenset[str]:
    """The ids of the evaluation set: for each constraint count the first of its instructions, in an order
    that depends on their ids alone.

    Args:
        counts: constraint count by id.
        quotas: how many to take of each constraint count; fewer where there are fewer.
    """
    by_count: dict[int, list[str]] = {}
    for id_, count in counts.items():
        by_count.setdefault(count, []).append(id_)
    return frozenset(
        id_ for count, ids in by_count.items() for id_ in _shuffled(ids, "evaluation")[: quotas.get(count, 0)]
    )


def pick_validation(ids: Sequence[str], share: float) -> frozenset[str]:
    """The ids of the validation split: ``share`` of them, at least one where the share is not 0 and there are
    two or more."""
    if not share or len(ids) < 2:
        return frozenset()
    number = min(len(ids) - 1, max(1, round(share * len(ids))))
    return frozenset(_shuffled(ids, "validation")[:number])


def _shuffled(ids: Sequence[str], purpose: str) -> list[str]:
    return sorted(ids, key=lambda id_: (derive_seed("release", purpose, id_), id_))
