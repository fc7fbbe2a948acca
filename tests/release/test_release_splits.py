from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trace_builder.errors import InputError
from trace_builder.release.splits import default_quotas, evaluation_quotas, held_out, split_seeds
from trace_builder.support.paper import EVAL_COUNTS, TRAIN_COUNTS

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


def test_a_seed_without_a_response_is_in_the_evaluation_set_or_nowhere() -> None:
    counts = {f"s{number}": number % 3 + 1 for number in range(300)}
    answered = {f"s{number}" for number in range(0, 300, 2)}
    splits, quotas = split_seeds(counts, answered, {1: 5, 2: 7, 9: 4}, 0.1)
    assert quotas == {1: 5, 2: 7, 9: 4}
    assert list(splits) == [id_ for id_ in counts if id_ in splits]
    chosen = {id_ for id_, split in splits.items() if split == "evaluation"}
    assert Counter(counts[id_] for id_ in chosen) == {1: 5, 2: 7}
    assert set(splits) == chosen | answered
    assert Counter(splits.values())["validation"] == round(0.1 * len(answered - chosen))
    backwards, _ = split_seeds(dict(reversed(counts.items())), answered, quotas, 0.1)
    assert backwards == splits


@pytest.mark.parametrize(("share", "number"), [(0.0, 0), (0.05, 5), (0.001, 1), (0.5, 50)])
def test_validation_takes_its_share(share: float, number: int) -> None:
    assert len(held_out([f"s{n}" for n in range(100)], share)) == number


def test_validation_never_takes_everything() -> None:
    assert held_out(["only"], 0.5) == frozenset()
    assert len(held_out(["a", "b"], 0.9)) == 1


def test_quotas_are_read() -> None:
    assert evaluation_quotas([]) is None
    assert evaluation_quotas(["none"]) == {}
    assert evaluation_quotas(["1=20", "15=3"]) == {1: 20, 15: 3}


@pytest.mark.parametrize("value", ["3", "a=1", "0=4", "2=-1", "=", "none=1", "２=1"])
def test_a_quota_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(InputError, match="COUNT=NUMBER"):
        evaluation_quotas([value])
