from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trace_builder.stages.judging.scores import read_score


@pytest.mark.parametrize(
    ("value", "score"),
    [
        (7, 7), (0, 0), (10, 10), (7.0, 7), ("7", 7), (" 7 ", 7), ("7.0", 7), ("10", 10), ("0", 0),
        ("[[ 7 ]]", 7), ("[[7]]", 7), ("[7]", 7), ("(7)", 7), ("[[7/10]]", 7), ("7/10", 7), ("7 / 10", 7),
        ([7], 7), ([[7]], 7), (["[[7]]"], 7), ("７", 7), ("［［７］］", 7),
        ("【10】", 10), ("【【７／１０】】", 7),
        ("10分", 10), ("8 分", 8), ("8分/10分", 8), ("Score: 7", 7), ("score：７", 7), ("**Score:** 7", 7),
        ("**7**", 7), ('"7"', 7), ("Constraints Overall Score: [[10]]", 10), ("Score 7", 7), ("得分：9分", 9),
        ("评分为8", 8), ("Rating (0-10): 6", 6), ("7 out of 10", 7), ("7 points", 7), ("Score: 7.", 7),
    ],
)  # fmt: skip
def test_reads_what_is_plainly_one_score(value: object, score: int) -> None:
    assert read_score(value) == score


@pytest.mark.parametrize(
    "value",
    [
        True, False, None, 11, -1, 7.5, float("nan"), float("inf"), 10**400, "", " ", "11", "-7", "+7", "7.5",
        "7/5", "11/10", "7/100", "100", "07", "1e1", "7-8", "7 8", "8 or 9", "7,8", "7%", "[[7]", "[7]]",
        "[[7", "7]]", "[]", "[[]]", [], [7, 8], [[7], [8]], [True], [[7.5]], {"score": 7}, "seven",
        "十分", "满分", "7²", "⑦", "½", "٧", "10 out of 100", "Score:", "Score: N", "[[7]] [[8]]",
        "Score: 7 Score: 8", "7\n8",
        "I would say 7", "7 because it is good", "x" * 100_000, "1" * 1000, "[" * 5000 + "7" + "]" * 5000,
        b"7",
    ],
    ids=lambda v: repr(v)[:24],
)  # fmt: skip
def test_leaves_everything_else_unscored(value: object) -> None:
    assert read_score(value) is None


@given(
    st.integers(0, 10), st.sampled_from(["{}", "[[{}]]", "[[ {} ]]", "{}/10", "{}分", "Score: {}", "【{}】"])
)
def test_every_score_reads_in_every_dress(score: int, dress: str) -> None:
    text = dress.format(score)
    wide = "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in text)
    assert read_score(text) == read_score(wide) == read_score([text]) == score


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=6)
)
def test_any_value_gives_a_score_in_range_or_none(value: object) -> None:
    score = read_score(value)
    assert score is None or (type(score) is int and 0 <= score <= 10)


@given(st.text(alphabet="0123456789./-+[]() :分%,eScoreis\n", max_size=40))
def test_a_score_that_is_read_stands_in_the_text(text: str) -> None:
    score = read_score(text)
    assert score is None or str(score) in text


@given(st.integers().filter(lambda n: not 0 <= n <= 10))
def test_out_of_range_is_unscored(number: int) -> None:
    assert read_score(number) is read_score(str(number)) is read_score(f"[[{number}]]") is None
