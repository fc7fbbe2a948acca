from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trace_builder.errors import InputError
from trace_builder.paper import EVAL_COUNTS, TRAIN_COUNTS
from trace_builder.release.splits import default_quotas, parse_quotas, pick_evaluation, pick_validation

PAPER = dict(enumerate(EVAL_COUNTS, start=1))


def test_a_set_of_the_papers_size_gets_the_papers_row() -> None:
    available = Counter(
        {count: int(number) + PAPER[count] for count, number in enumerate(TRAIN_COUNTS, start=1)}
    )
    assert default_quotas(available) == PAPER


@given(st.dictionaries(st.integers(1, 20), st.integers(0, 500), min_size=1))
def test_a_smaller_set_gets_its_share_and_never_more_than_there_is(available: dict[int, int]) -> None:
    quotas = default_quotas(available)
    assert sum(quotas.values()) <= 0.1 * sum(available.values()) + 1
    assert all(number <= available.get(count, 0) for count, number in quotas.items())


def test_the_scaled_row_keeps_its_shape() -> None:
    quotas = default_quotas(dict.fromkeys(range(1, 16), 100))
    assert sum(quotas.values()) == 150
    assert quotas[1] == max(quotas.values())
    assert quotas[15] <= quotas[10] <= quotas[9]


def test_the_pick_depends_on_ids_alone_and_fills_the_quotas() -> None:
    counts = {f"s{number}": number % 3 + 1 for number in range(300)}
    chosen = pick_evaluation(counts, {1: 5, 2: 7, 9: 4})
    assert Counter(counts[id_] for id_ in chosen) == {1: 5, 2: 7}
    assert pick_evaluation(dict(reversed(counts.items())), {1: 5, 2: 7}) == chosen


def test_a_growing_set_keeps_most_of_its_choice() -> None:
    small = {f"s{number}": 1 for number in range(200)}
    grown = {**small, **{f"t{number}": 1 for number in range(20)}}
    kept = pick_evaluation(small, {1: 20}) & pick_evaluation(grown, {1: 20})
    assert len(kept) >= 12


@pytest.mark.parametrize(("share", "number"), [(0.0, 0), (0.05, 5), (0.001, 1), (0.5, 50)])
def test_validation_takes_its_share(share: float, number: int) -> None:
    assert len(pick_validation([f"s{n}" for n in range(100)], share)) == number


def test_validation_never_takes_everything() -> None:
    assert pick_validation(["only"], 0.5) == frozenset()
    assert len(pick_validation(["a", "b"], 0.9)) == 1


def test_quotas_are_read() -> None:
    assert parse_quotas([]) is None
    assert parse_quotas(["none"]) == {}
    assert parse_quotas(["1=20", "15=3"]) == {1: 20, 15: 3}


@pytest.mark.parametrize("value", ["3", "a=1", "0=4", "2=-1", "=", "none=1", "２=1"])
def test_a_quota_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(InputError, match="COUNT=NUMBER"):
        parse_quotas([value])
