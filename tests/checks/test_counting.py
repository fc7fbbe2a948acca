from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trace_builder.checks import counting


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("A short answer.", 3),
        ("It isn't well-known; it’s 3.5 km away!", 7),
        ("今天天气很好。", 6),
        ("我用Python写了3个函数。", 9),
        ("** - # | ... ——", 0),
        ("first\nsecond\n\nthird", 3),
        ("汉字，标点；不算。", 6),
        ("naïve café déjà-vu", 3),
    ],
)
def test_words_are_words_and_ideographs_are_one_each(text: str, words: int) -> None:
    assert counting.count_words(text) == words


@pytest.mark.parametrize(
    ("text", "count"),
    [("a", 1), ("a\nb", 1), ("a\n\nb", 2), ("a\n \t\n\n\nb\n\n", 2), ("a\r\n\r\nb", 2), ("\n\n", 0)],
)
def test_paragraphs_are_parted_by_blank_lines(text: str, count: int) -> None:
    assert len(counting.paragraphs(text)) == count


def test_lists_and_headings() -> None:
    text = "# One\n## Two\n## Three\n- a\n  * b\n**bold** no bullet\n-no space\n1. x\n2、y\n3.5 is a number\n"
    assert counting.count_bullets(text) == 2
    assert counting.numbered(text) == [1, 2]
    assert counting.count_headings(text, 1) == 1
    assert counting.count_headings(text, 2) == 2
    assert counting.count_headings("```\n# a comment\n```\n", 1) == 0


@pytest.mark.parametrize(
    ("word", "text", "times"),
    [
        ("lamp", "Lamp, lamps and a LAMP.", 2),
        ("非常", "非常好，非常非常好", 3),
        ("Person A", "person a met Person AB", 1),
        ("42 units", "It is 42 units, not 142 units.", 1),
        ("某甲", "这是某甲说的", 1),
        ("[1]", "see [1] and [1]", 2),
    ],
)
def test_occurrences(word: str, text: str, times: int) -> None:
    assert counting.occurrences(word, text) == times
    assert counting.mentions(word, text) == (times > 0)


def test_a_table_needs_a_separator_row() -> None:
    table = "text\n| A | B |\n| --- | :---: |\n| 1 | 2 |\n\n| no | table |\n"
    assert counting.table_rows(table) == [[["A", "B"], ["1", "2"]]]


def test_json_objects_come_from_code_blocks_that_parse() -> None:
    text = '```json\n{"a": 1}\n```\n```json\n{broken\n```\n```json\n[1]\n```\n```python\n{"b": 1}\n```'
    assert counting.json_objects(text) == [{"a": 1}]


@given(st.text(max_size=300))
def test_counts_take_any_text(text: str) -> None:
    assert counting.count_words(text) >= 0
    assert counting.count_bullets(text) >= 0
    assert counting.table_rows(text) is not None
    assert counting.json_objects(text) is not None
    assert len(counting.paragraphs(text)) <= text.count("\n") + 1


@given(st.lists(st.sampled_from(["word", "don't", "中", "文字", "x1", "3.5"]), max_size=40))
def test_words_add_up(parts: list[str]) -> None:
    expected = sum(2 if part == "文字" else 1 for part in parts)
    assert counting.count_words(" ".join(parts)) == expected
