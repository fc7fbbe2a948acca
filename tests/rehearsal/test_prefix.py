from __future__ import annotations

from itertools import takewhile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trace_builder.rehearsal.server import prefix
from trace_builder.rehearsal.server.prefix import BLOCK, PrefixCache
from trace_builder.rehearsal.server.tokens import count_tokens

TEXTS = st.lists(
    st.text("ab规", min_size=1, max_size=120).map(lambda text: text * 3), min_size=1, max_size=12
)


def common(left: str, right: str) -> int:
    """Length of the common beginning, one character at a time."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(left, right, strict=False)))


@given(TEXTS)
def test_it_finds_the_longest_shared_beginning_in_whole_blocks(texts: list[str]) -> None:
    cache = PrefixCache()
    for n, text in enumerate(texts):
        shared = max((common(text, other) for other in texts[:n]), default=0)
        expected = count_tokens(text[:shared]) // BLOCK * BLOCK
        assert cache.look_up(text, count_tokens(text) + 20) == expected


def test_it_never_serves_more_than_the_prompt() -> None:
    cache = PrefixCache()
    cache.look_up("word" * 100, 110)
    assert cache.look_up("word" * 100, 50) == 50
    assert (cache.queries, cache.hits) == (160, 50)


def test_it_forgets_what_was_not_used_for_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prefix, "REMEMBERED", 2)
    cache = PrefixCache()
    one, two, three = ("abc"[n] * 400 for n in range(3))
    for text in (one, two, one, three):  # two is the one not used for longest
        cache.look_up(text, 200)
    assert cache.look_up(one, 200) > 0
    assert cache.look_up(two, 200) == 0
