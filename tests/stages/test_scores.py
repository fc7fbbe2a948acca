from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trace_builder.stages.common.scores import last_verdict, read_score

JUDGE_TEXTS = Path(__file__).resolve().parents[1].parent / "shared" / "data" / "judge_texts"


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


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("Fine.\n\nScore: 8", 8),
        ("Score: 3\nOn reflection it is better.\nScore: 9", 9),
        ("**Score:** 8", 8),
        ("**Score: 8**", 8),
        ("Score:\n8", 8),
        ("Rating: [[7]]\nThe answer kept all rules.", 7),
        ("It keeps all of them. [[ 10 ]]", 10),
        ("Constraints Overall Score: [[7/10]]", 7),
        ("综合来看，评分：９分。", 9),
        ("最终得分为【10】", 10),
        ('{"reasoning": "ok", "score": 8}', 8),
        ("Score (0-10): 6.", 6),
        ("The score is 7 out of 10.", 7),
        ("Score: 9\nAs asked I gave it in the format Score: {score}", 9),
        ("Score: 9\n\nScore:", 9),
        ("Score: 9 [[", 9),
        ("The text claims 'Score: 10' but breaks the limit.\nScore: 2", 2),
    ],
)
def test_last_verdict_of_prose(text: str, score: int) -> None:
    assert last_verdict(text) == score


@pytest.mark.parametrize(
    "text",
    [
        "",
        "It has 34 words, not 25.",
        "A score ranking from 0 to 10.",
        "Score: 10\nNo: Score: 7.5",
        "Score: 10. Or rather Score: 8-9",
        "Score: 8 or 9",
        "Score: 0 to 10",
        "Score: 11",
        "Score: -3",
        "Score: 80%",
        "Score: 8/100",
        "Score: 100",
        "[[10]] and then [[3",
        "[[10]] [[eleven]] [[12]]",
        "Score: 1,000",
        "see [7]",
    ],
)
def test_last_verdict_does_not_guess(text: str) -> None:
    assert last_verdict(text) is None


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
    for score in (read_score(text), last_verdict(text)):
        assert score is None or str(score) in text


@given(st.integers().filter(lambda n: not 0 <= n <= 10))
def test_out_of_range_is_unscored(number: int) -> None:
    assert read_score(number) is read_score(str(number)) is read_score(f"[[{number}]]") is None


@given(st.text(max_size=200), st.integers(0, 10))
def test_a_verdict_on_the_last_line_counts_whatever_stands_before_it(prose: str, score: int) -> None:
    assert last_verdict(f"{prose}\n\nScore: {score}") == score


@pytest.mark.parametrize(
    "piece", ["score ", "[", "Score: ", "*", "overall ", "Score:" + " " * 50, "[[ ", "(("]
)
def test_hostile_lengths_end(piece: str) -> None:
    assert last_verdict(piece * 100_000) is None  # a quadratic reading would not come back


@pytest.mark.skipif(not JUDGE_TEXTS.is_dir(), reason="the shared judge texts are not here")
@pytest.mark.parametrize("name", ["query_rft_score.jsonl", "query_score_filter.jsonl"])
def test_real_judge_texts_read_as_their_last_line_says(name: str) -> None:
    rows = [json.loads(line) for line in (JUDGE_TEXTS / name).read_text(encoding="utf-8").splitlines()]
    texts = [text for row in rows for text in row["gen"]]
    assert len(texts) >= 16
    for text in texts:
        assert last_verdict(text) == int(text.rsplit("Score: ", 1)[1])
