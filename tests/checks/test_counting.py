"""What is counted, on text as people write it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trace_builder.checks.reading import counting
from trace_builder.checks.reading.counting import Interval
from trace_builder.checks.reading.response_layout import Layout


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
    ("text", "fewest", "most"),
    [
        ("A short answer.", 3, 3),
        ("A well-known answer.", 3, 4),
        ("It isn't so.", 3, 4),
        ("non\u00a0breaking spaces\u3000too", 4, 4),
        ("今天，天气很好。", 6, 8),
        ("共有3个API。", 5, 6),
        ("“好”——他说。", 3, 8),
    ],
)
def test_words_lie_between_the_usual_ways_of_counting(text: str, fewest: int, most: int) -> None:
    assert counting.words(text) == Interval(fewest, most)


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("a", {1}),
        ("a\nb", {1, 2}),
        ("a\n\nb", {2}),
        ("a\n \t\n\n\nb\n\n", {2}),
        ("a\r\n\r\nb", {2}),
        ("# Title\n\na\n\nb", {2, 3}),
        ("a\n\n---\n\nb", {2}),
        ("\n\n", {0}),
    ],
)
def test_paragraphs_are_parted_by_blank_lines(text: str, readings: set[int]) -> None:
    assert {reading.low for reading in counting.count_paragraphs(Layout(text))} == readings


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("One. Two! Three?", 3, 3),
        ("Dr. Ito paid 3.5 km for it, e.g. by bus.", 1, 1),
        ("好。好！好？", 3, 3),
        ("他说：“好。”她笑了。", 2, 2),
        ("- an item\n- another", 1, 2),
        ("Wait... what?", 1, 2),
        ("", 0, 0),
    ],
)
def test_sentences_end_in_a_mark_or_with_their_line(text: str, low: int, high: int) -> None:
    counted = counting.count_sentences(Layout(text))
    assert counted.low >= low
    assert counted.high <= high


@pytest.mark.parametrize(
    ("word", "text", "alone", "forms", "inside"),
    [
        ("lamp", "Lamp, lamps and a LAMP.", 2, 3, 3),
        ("robber", "Two robbers robbed the robber's den.", 1, 2, 2),
        ("peace", "A peaceful peace.", 1, 1, 2),
        ("study", "She studies; he studied.", 0, 2, 2),
        ("非常", "非常好，非常非常好", 3, 3, 3),
        ("Person A", "person a met Person AB", 1, 1, 1),
        ("don't", "I don’t and don't.", 2, 2, 2),
        ("某甲", "这是某甲说的", 1, 1, 1),
        ("[1]", "see [1] and [1]", 2, 2, 2),
    ],
)
def test_occurrences_alone_in_their_forms_and_inside_others(
    word: str, text: str, alone: int, forms: int, inside: int
) -> None:
    found = counting.occurrences(word, counting.folded(text))
    assert (found.alone, found.forms, found.inside) == (alone, forms, inside)
    assert counting.mentions(word, text) == (alone > 0)


@given(st.text(max_size=300))
def test_counts_take_any_text(text: str) -> None:
    layout = Layout(text)
    counted = counting.words(layout.prose, layout.prose)
    assert 0 <= counted.low <= counted.high
    sentences = counting.count_sentences(layout)
    assert 0 <= sentences.low <= sentences.high
    assert layout.tables is not None
    assert layout.items is not None


@given(st.lists(st.sampled_from(["word", "don't", "中", "文字", "x1", "3.5"]), max_size=40))
def test_words_add_up(parts: list[str]) -> None:
    expected = sum(2 if part == "文字" else 1 for part in parts)
    assert counting.count_words(" ".join(parts)) == expected
