from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trace_builder.release.cleaning.shingles import jaccard, overlap, shingled, shingles, tokens


def test_words_and_characters_are_tokens_and_marks_are_none() -> None:
    assert tokens("Write 3 haiku, please!") == ["write", "3", "haiku", "please"]
    assert tokens("请写３首“俳句”！") == ["请", "写", "3", "首", "俳", "句"]
    assert tokens("用Python写") == ["用", "python", "写"]


def test_short_texts_are_equal_only_when_they_are() -> None:
    assert jaccard(shingles("诗"), shingles("诗！")) == 1
    assert jaccard(shingles("诗"), shingles("歌")) == 0
    assert jaccard(shingles("hi"), shingles("yo")) == 0
    assert jaccard(shingles("!!!"), shingles("???")) == 0
    assert jaccard(shingles("!!!"), shingles("! ! !")) == 1


def test_a_short_text_is_no_part_of_a_longer_one() -> None:
    assert overlap(shingles("poem"), shingles("write a poem about poem")) == 0
    assert not shingles("春天") & shingles("写一首关于春天的诗")


@pytest.mark.parametrize(
    "text", ["Write a poem about rain.", "写一首关于雨的诗，不超过四行。", "用 JSON 回答 the question"]
)
def test_marks_spacing_width_and_case_make_no_difference(text: str) -> None:
    other = text.upper().replace(",", " ; ").replace("，", "、").replace("。", "  ！").replace(".", "...")
    assert shingles(other) == shingles(text)


@given(st.text(), st.text())
def test_measures_are_shares(one: str, other: str) -> None:
    a, b = shingles(one), shingles(other)
    assert 0 <= jaccard(a, b) <= overlap(a, b) <= 1
    assert jaccard(a, a) == 1


@given(st.text(), st.text())
def test_wholes_are_equal_exactly_when_tokens_are(one: str, other: str) -> None:
    a, b = shingled(one), shingled(other)
    if a.tokens or b.tokens:
        assert (a.whole == b.whole) == (a.tokens == b.tokens)
