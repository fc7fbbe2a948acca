from __future__ import annotations

import subprocess
import sys

import pytest
from drawn_claims import claims
from hypothesis import given, settings
from hypothesis import strategies as st

from trace_builder.checks import Check, Claim, contradict, overlap, recognise, verify


def bound(text: str) -> Check:
    check = recognise(text)
    assert check is not None, text
    return check


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Be nice.",
        "Use at most words.",
        "Use at most many words.",
        "Use at least one sentence in Klingon.",
        "At least one sentence has to be in Klingon.",
        "Rely on this background and state the year it names:\nNo year here.",
        "Rely on this background and state the year it names:\nFrom 1900 to 1950.",
        'Use this table and give the price of "Lamp" exactly as it stands there:\n'
        "| A | B |\n| --- | --- |\n| x | y |",
        "全文不超过很多字。",
        "Do not use the letter e too often.",
        "语言优美，有感染力。",
    ],
)
def test_what_cannot_be_told_is_not_guessed(text: str) -> None:
    assert recognise(text) is None
    assert verify(text, "any answer") is None


@given(st.text(max_size=200))
def test_any_text_is_taken(text: str) -> None:
    assert verify(text, text) in (None, True, False)


_PLAIN = [
    "the",
    "tide",
    "comes",
    "in",
    "and",
    "the",
    "gulls",
    "go",
    "out",
    "over",
    "a",
    "quiet",
    "harbour",
    "where",
    "old",
    "ropes",
    "dry",
    "in",
    "the",
    "evening",
    "sun",
    "while",
    "somebody",
    "hums",
    "a",
    "tune",
    "that",
    "nobody",
    "else",
    "remembers",
    "and",
    "a",
    "dog",
    "sleeps",
    "near",
    "the",
    "wall",
]
_PLAIN_ZH = "潮水慢慢涨起来海鸥飞过安静的港口旧缆绳在夕阳下晾着有人哼着一支无人记得的曲子狗睡在墙边"


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(_PLAIN), min_size=2, max_size=30), st.sampled_from(".!?,;"))
def test_prose_binds_nothing(words: list[str], mark: str) -> None:
    assert recognise(" ".join(words).capitalize() + mark) is None


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(_PLAIN_ZH), min_size=2, max_size=40), st.sampled_from("。！？，；"))
def test_chinese_prose_binds_nothing(chars: list[str], mark: str) -> None:
    assert recognise("".join(chars) + mark) is None


@pytest.mark.parametrize(
    ("text", "kept", "missed"),
    [
        (
            "Write a witty letter of at most 5 words.",
            "Dear Ada, thank you.",
            "Dear Ada, thank you so very much.",
        ),
        ("结尾要有力，全文不超过6字。", "好，就这样。", "今天的天气实在是好得不得了。"),
    ],
)
def test_a_part_of_a_constraint_never_says_that_it_holds(text: str, kept: str, missed: str) -> None:
    assert not bound(text).whole
    assert verify(text, kept) is None
    assert verify(text, missed) is False


@pytest.mark.parametrize(
    ("first", "second", "clash"),
    [
        ("Use at most 50 words.", "Use at least 200 words.", True),
        ("Keep the answer under fifty words.", "The response should be no shorter than 200 words.", True),
        ("Use at most 200 words.", "Use at least 50 words.", False),
        ("全文不超过50字。", "全文不少于200字。", True),
        ('Do not use the word "Lamp".', 'Use the word "lamp" at least once.', True),
        ('Do not use the word "lamp".', 'Use the word "chair" at least once.', False),
        ('Give exactly 3 bullet points, each opened by "- ".', "Use four bullet points.", True),
        ("不要使用感叹号。", "至少使用一个感叹号。", True),
        ("Use no exclamation marks.", "Use no exclamation marks.", False),
        ("Use at most 50 words.", "Every paragraph must have at least 60 words.", False),
        ("Every paragraph must have at most 50 words.", "Each paragraph has at least 60 words.", True),
        ("Answer in French.", "请用中文回答。", True),
        ("Answer in French.", "Use at least 200 words.", False),
    ],
)
def test_contradictions(first: str, second: str, clash: bool) -> None:
    one, two = bound(first), bound(second)
    assert contradict(one, two) is clash
    assert contradict(two, one) is clash


@pytest.mark.parametrize(
    ("old", "new", "meet"),
    [
        (
            "The response must be between 60 and 90 words.",
            "The response must be between 80 and 120 words.",
            True,
        ),
        ("Use at most 50 words.", "Use at least 50 words.", True),
        ("Use at most 50 words.", "Use at least 51 words.", False),
        ("Use at most 50 words.", "Use at most 3 sentences.", False),
        ("Use at most 50 words.", "Every sentence must have at most 40 words.", False),
        ('Use the word "lamp" at least once.', 'Use the word "lamp" at least twice.', True),
        ('Use the word "lamp" at least once.', 'Use the word "chair" at least twice.', False),
        ("全文控制在200字以内。", "全文不少于150字。", True),
        ("全文控制在200字以内。", "全文不少于300字。", False),
    ],
)
def test_overlapping_ranges_of_one_measure(old: str, new: str, meet: bool) -> None:
    assert overlap(bound(old), bound(new)) is meet
    assert overlap(bound(new), bound(old)) is meet


@settings(max_examples=200, deadline=None)
@given(claims, claims)
def test_checks_that_contradict_do_not_overlap(first: Claim, second: Claim) -> None:
    one, two = Check((first,)), Check((second,))
    assert not (contradict(one, two) and overlap(one, two))
    assert not contradict(one, one)
    assert contradict(one, two) == contradict(two, one)


def test_checks_can_be_compared_and_kept_in_sets() -> None:
    one, two = bound("Use at most 50 words."), bound("- Keep the response to 50 words or fewer")
    assert one.key == two.key
    assert len({one.key, two.key}) == 1
    assert {one} == {bound("Use at most 50 words")}


def test_neither_the_pipeline_nor_its_libraries_are_needed() -> None:
    program = (
        "import sys; from trace_builder import verify\n"
        "assert verify('Use at most 2 words.', 'a b c') is False\n"
        "print([m for m in sys.modules if m.split('.')[0] in ('pydantic', 'httpx', 'yaml', 'typer', 'ssl')\n"
        "       or m.startswith(('trace_builder.run', 'trace_builder.records', 'trace_builder.llm'))])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.stdout == "[]\n", done.stderr


def test_a_word_of_a_stretch_that_cannot_be_told_from_the_rest() -> None:
    asked = Check((Claim("word", {"word": "lamp", "least": 1}, "passage"),))
    banned = Check((Claim("word", {"word": "lamp", "most": 0}, "passage"),))
    assert (asked.holds("A pot."), asked.holds("A lamp.")) == (False, None)
    assert (banned.holds("A pot."), banned.holds("A lamp.")) == (True, None)
