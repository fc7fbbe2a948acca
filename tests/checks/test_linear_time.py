"""A check takes ten times as long for ten times as much text, whatever a model writes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from random import Random
from time import thread_time

import pytest
from drawn_claims import WORDLESS, example_claims

from trace_builder.checks import Check, facts, recognise
from trace_builder.checks.registry import catalogue

CHECKS = [Check((claim,)) for claim in example_claims()]
#: Beginnings that the templates' patterns and the grammars follow for a while.
OPENINGS = [
    "",
    'Do not use the word "',
    'Use this table and give the price of "Lamp" exactly as it stands there:\n| a | b |\n',
    'Work by this procedure, opening the lines of its steps with "Step 1:", "Step 2:" etc.:\n* a\n',
    "Rely on this background and state the year it names:\n",
    'Write one line in the manner of this example, opening with the same "Tip:": "Tip: ',
    "请结合以下背景作答，并写出其中提到的年份：\n",
    "1. ",
]
SMALL, TIMES, MOST = 4_000, 10, 15
#: Seconds below which a clock's own steps count.
FLOOR = 0.002
#: As long as a text may be that the grammars read, and what it may take.
LONGEST, SECONDS = 1_200, 0.5


def took(work: Callable[[], object]) -> float:
    start = thread_time()
    work()
    return thread_time() - start


def assert_linear(work: Callable[[str], object], unit: str) -> None:
    small, large = (unit * (size // len(unit)) for size in (SMALL, SMALL * TIMES))
    bound = MOST * max(FLOOR, min(took(lambda: work(small)) for _ in range(3)))
    # A busy machine can make one measurement long, a quadratic check makes all of them long.
    assert any(took(lambda: work(large)) <= bound for _ in range(3))


HOSTILE = [
    "<", "{", '{"a":', "[", "- ", "7", "7 ", "1-", "+1 ", " ", "\n", "\n ", "\r\n", "`", "```\n",
    "```json\n{", "|", "| - |\n", "|a|b\n", '"', "“", ".", "!)", "a", "a ", "n'", "a@", "你", "。",
    "[1]", "(a, ", "# ", "**", "*", "_", "1. ", " -> ", "Either ", "像", "Step 1:", "References:\n",
    "🌱", "я ", "시 ", "?", "\t", "\u3000", "As a ", "<td>", "<!--", "$", "\\(", "<<", "> ",
    "  - a\n", "&amp;", "http://a", "#a ", "三、",
]  # fmt: skip
#: What the grammars' patterns look for, over and over.
WORDS = [
    "at least 3 ", "the word ", '"a" ', "“词”", "不超过3字，", "每段", "sentences and ", "in French, ", "no ",
    "include the ", "标题", "the response must ", "10 to 20 words or ", "or more ", "以", "格式", "(", "（",
    "3", "三", "use ", "each paragraph ", "a ", "and ", ", ", "do not ", "包含", "使用", "the ",
]  # fmt: skip


@pytest.mark.parametrize("unit", HOSTILE)
def test_a_check_grows_with_the_response_and_no_faster(unit: str) -> None:
    def all_kinds(response: str) -> None:
        for check in CHECKS:
            check.holds(response)
        facts(response)

    assert {check.kinds[0] for check in CHECKS} == set(catalogue()) - WORDLESS
    assert_linear(all_kinds, unit)


@pytest.mark.parametrize("unit", HOSTILE)
def test_recognising_grows_with_the_constraint_and_no_faster(unit: str) -> None:
    assert_linear(lambda text: [recognise(opening + text) for opening in OPENINGS], unit)


@pytest.mark.parametrize("unit", [*HOSTILE, *WORDS])
def test_the_longest_text_that_the_grammars_read_is_read_in_no_time(unit: str) -> None:
    text = unit * (LONGEST // len(unit))
    seconds = [took(partial(recognise, opening + text[len(opening) :])) for opening in OPENINGS]
    assert min(seconds) < SECONDS
    assert max(seconds) < 4 * SECONDS


@pytest.mark.parametrize("seed", range(60))
def test_mixed_words_are_read_in_no_time(seed: int) -> None:
    random = Random(seed)
    text = "".join(random.choices([*WORDS, *HOSTILE[-20:]], k=400))[:LONGEST]
    assert took(lambda: recognise(text)) < 2 * SECONDS


def test_a_number_of_very_many_digits_is_read_in_no_time() -> None:
    check = recognise("Give the result in JSON format.")
    assert isinstance(check, Check)
    assert_linear(lambda digits: check.holds(f'{{"a": {digits}}}'), "7")
    assert check.holds(f'{{"a": {"7" * 100_000}}}') is True
