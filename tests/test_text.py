"""Comparing pieces of text by what they say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trace_builder.support.text import (
    containment,
    detect_lang,
    is_placeholder,
    numbers,
    squeeze,
    unmarked,
    written_in,
)

WORDS = st.text(alphabet="abcdefg 海的诗", min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Use at most 50 words.", "use  AT most\n５０ words"),
        ("不超过５０字！", "不超过50字"),
        ("“quoted”", "'quoted'"),
        ("Straße", "STRASSE"),
        ("ﬁne", "fine"),
    ],
)
def test_layout_width_case_and_punctuation_do_not_count(one: str, other: str) -> None:
    assert squeeze(one) == squeeze(other)


@pytest.mark.parametrize(("one", "other"), [("50 words", "60 words"), ("a b", "a c"), ("大海", "大河")])
def test_words_and_figures_do(one: str, other: str) -> None:
    assert squeeze(one) != squeeze(other)


@pytest.mark.parametrize(
    "mark", ["- ", "* ", "+ ", "•", "· ", "1. ", "1.", "12) ", "(3) ", "（4）", "5、", "６．"]
)
def test_marks_are_taken_off(mark: str) -> None:
    assert unmarked(f"  {mark}Mention it. ") == "Mention it."


@pytest.mark.parametrize(
    "text",
    [
        "-5 °C is the limit.",
        "**Bold** the title.",
        "+1 for each point.",
        "3.5 pages at least.",
        "2026. is a year",
        "100) is no mark",
        "- read\n- write",
        "* read\n  - twice\n* write",
        "1. read\n2. write",
        "（1）读\n（2）写",
        "-",
        "1.",
    ],
)
def test_what_is_no_mark_stays(text: str) -> None:
    assert unmarked(text) == text


def test_a_list_below_another_kind_of_mark_stays_with_its_lead_in() -> None:
    assert unmarked("2. In these steps:\n- read\n- write") == "In these steps:\n- read\n- write"
    assert unmarked("- In these steps:\n1. read\n2. write") == "In these steps:\n1. read\n2. write"
    assert unmarked("3. In these steps:\n1. read\n2. write") == "In these steps:\n1. read\n2. write"


@given(st.text())
def test_unmarking_takes_from_the_front_alone(text: str) -> None:
    rest = unmarked(text)
    assert text.strip().endswith(rest)
    assert bool(rest) == bool(text.strip())


@given(WORDS, WORDS, WORDS)
def test_a_piece_of_the_source_is_found_whole(before: str, piece: str, after: str) -> None:
    assert containment(piece, before + piece + after) == 1.0


@given(st.text(), st.text())
def test_containment_is_a_share(piece: str, source: str) -> None:
    assert 0.0 <= containment(piece, source) <= 1.0


@given(st.text(alphabet="abcdefg", min_size=4), st.text(alphabet="uvwxyz", min_size=1))
def test_nothing_of_another_text_is_found(piece: str, source: str) -> None:
    assert containment(piece, source) == 0.0


def test_a_short_piece_is_in_or_not() -> None:
    assert containment("sea", "the sea is blue") == 1.0
    assert containment("sky", "the sea is blue") == 0.0
    assert containment(" ... ", "the sea") == 1.0


def test_half_a_piece_is_about_a_half() -> None:
    assert containment(
        "mention the sea and avoid the moon", "please mention the sea and then stop"
    ) == pytest.approx(0.5, abs=0.15)


def test_numbers_are_whole_and_in_one_width() -> None:
    assert numbers("Use ５0 to 60 words, 3.5 pages") == {"50", "60", "3", "5"}
    assert numbers("none") == set()


@pytest.mark.parametrize(
    "text",
    ["", "  \n", "无", "无输入", "无输入。", "<noinput>", "<noInput>", "No input.", "[no_input]", "N/A",
     "n/a", "NULL", "null", "None", " none ", "NaN", '"无"', "（无）", "【无输入】", "「无」", "<无输入>"],
)  # fmt: skip
def test_placeholders(text: str) -> None:
    assert is_placeholder(text)


@pytest.mark.parametrize(
    "text", ["0", "Na", "?", "()", "...", "-", "none of them", "无人", "no", "null pointer", "input", "好"]
)
def test_short_inputs_are_not_placeholders(text: str) -> None:
    assert not is_placeholder(text)


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("Write a poem.", "en"),
        ("写一首诗。", "zh"),
        ("用Python写一个快速排序函数。", "zh"),
        ("Explain the phrase 加油 to a learner of Chinese.", "en"),
        ('Translate "你好，请问洗手间在哪里" into English.', "en"),
        ("把“Good morning, everyone, how are you today?”翻译成中文", "zh"),
        ("“你好”", "zh"),
        ("翻译以下句子：This book is the best that I have read this year.", "zh"),
        ("请把下面的话译成中文。Time flies like an arrow, fruit flies like a banana.", "zh"),
        ("修改病句\nHe go to school by foot every days, and her too.", "zh"),
        ("Translate into English: 今天天气很好，我们去公园散步吧。", "en"),
        ("Sum up the text below.\n这是一个关于春天和燕子的短故事。", "en"),
        ("Question: 长江有多长，流经哪些省份", "zh"),
        ("Écris un poème.", "en"),
        ("1 + 1 = ?", "en"),
        ("", "en"),
    ],
)
def test_an_instruction_has_the_language_of_its_own_clause(text: str, lang: str) -> None:
    assert detect_lang(text) == lang
    assert detect_lang("1 + 1", None, text) == lang


def test_a_response_has_the_language_that_most_of_it_is_in() -> None:
    assert written_in("Title: 春天来了，燕子也从南方飞回来了") == "zh"
    assert written_in("译文：Time flies like an arrow, and we do not notice it at all.") == "en"
    assert written_in("") == "en"
