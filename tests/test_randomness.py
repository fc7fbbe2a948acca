"""Draws depend on what is drawn for, on nothing else, and follow their weights."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trace_builder.support.randomness import derive_seed, generator, weighted_sample

PARTS = st.lists(st.text(alphabet="ab1\ud800", max_size=4) | st.integers(0, 9), min_size=1, max_size=4)
WEIGHTS = st.dictionaries(st.text("abcdef", min_size=1, max_size=2), st.floats(0, 1e6), max_size=8)


@given(PARTS)
def test_a_seed_is_one_that_every_server_takes(parts: list[object]) -> None:
    assert 0 <= derive_seed(*parts) < 2**31
    assert derive_seed(*parts) == derive_seed(*parts)


def test_seeds_of_different_purposes_differ() -> None:
    ids = range(2000)
    seeds = {derive_seed(run, n, stage, a) for run in (0, 1) for n in ids for stage in "ab" for a in (0, 1)}
    assert len(seeds) > 0.9999 * 2 * 2000 * 2 * 2
    assert derive_seed("ab", "c") != derive_seed("a", "bc")


def test_another_process_draws_the_same() -> None:
    code = "from trace_builder.support.randomness import derive_seed as d, generator as g;"
    code += "print(d(1, 'ü'), g(2).random())"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.split() == [str(derive_seed(1, "ü")), str(generator(2).random())]


@given(WEIGHTS, st.integers(0, 10), st.integers(0, 99))
def test_a_sample_holds_different_keys_of_some_weight(
    weights: dict[str, float], count: int, seed: int
) -> None:
    sample = weighted_sample(Random(seed), weights, count)
    possible = {key for key, weight in weights.items() if weight > 0}
    assert len(sample) == len(set(sample)) == min(count, len(possible))
    assert set(sample) <= possible


def test_the_first_key_is_drawn_in_proportion_to_its_weight() -> None:
    rng = Random(3)
    seen = Counter(weighted_sample(rng, {"a": 1.0, "b": 2.0, "c": 5.0}, 1)[0] for _ in range(8000))
    assert [round(seen[key] / 1000) for key in "abc"] == [1, 2, 5]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_even_weights_offer_every_key_as_often(count: int) -> None:
    rng = Random(4)
    seen = Counter(
        key for _ in range(4000) for key in weighted_sample(rng, dict.fromkeys("abcd", 1.0), count)
    )
    assert all(abs(seen[key] - 1000 * count) < 120 for key in "abcd")
