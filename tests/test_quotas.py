from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trace_builder.errors import InputError
from trace_builder.quotas import PAPER_QUOTAS, fill, parse_quotas, scaled


def test_quotas_of_the_command_line() -> None:
    assert parse_quotas("--quota", ["3=10", "1=0"]) == {3: 10, 1: 0}
    assert parse_quotas("--quota", []) == {}
    assert sum(PAPER_QUOTAS.values()) == 1042


@pytest.mark.parametrize("value", ["3", "=3", "3=", "a=1", "0=5", "-1=5", "3=1.5", "３=1", "1=" + "9" * 5000])
def test_bad_quotas(value: str) -> None:
    with pytest.raises(InputError, match=r"--quota .*: COUNT=NUMBER was expected"):
        parse_quotas("--quota", [value])
    with pytest.raises(InputError, match="already"):
        parse_quotas("--quota", ["3=1", "3=2"])


@given(st.dictionaries(st.integers(1, 15), st.integers(0, 300), min_size=1), st.integers(0, 2000))
def test_scaling_keeps_the_total_and_the_shape(quotas: dict[int, int], total: int) -> None:
    found = scaled(quotas, total)
    whole = sum(quotas.values())
    if not whole:
        assert found == quotas
        return
    assert sum(found.values()) == total
    assert all(abs(found[n] - quotas[n] * total / whole) < 1 for n in quotas)


COUNTS = {str(number): 1 + number % 4 for number in range(24)}


def test_quotas_are_filled_as_far_as_there_are_enough() -> None:
    found = fill({1: 2, 3: 9}, COUNTS, 0, "evalset")
    assert Counter(COUNTS[id_] for id_ in found) == {1: 2, 3: 6}


def test_a_larger_quota_keeps_what_a_smaller_took() -> None:
    small = fill({1: 2, 2: 2}, COUNTS, 0, "evalset")
    large = fill({1: 4, 2: 3}, dict(reversed(COUNTS.items())), 0, "evalset")
    assert small < large
    assert fill({1: 2, 2: 2}, COUNTS, 1, "evalset") != small
