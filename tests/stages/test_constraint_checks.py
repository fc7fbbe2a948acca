"""The checks that constraints carry: written once, read back, and what two of them say about each other."""

from __future__ import annotations

import json

import pytest

from trace_builder.checks import VERSION, recognise
from trace_builder.errors import InputError
from trace_builder.records import BoundCheck, Constraint, Revision
from trace_builder.stages.common.constraint_checks import (
    check_of,
    constraint,
    contradiction,
    overlapping,
)

BRIEF, LONG = "Use at most 50 words.", "Use at least 200 words."


def made(*texts: str) -> list[Constraint]:
    return [constraint(f"c{n}", text, None) for n, text in enumerate(texts, 1)]


def revision(before: str, after: str) -> Revision:
    return Revision(before=constraint("c1", before, None), after=constraint("c1", after, None))


def test_a_constraint_is_bound_where_it_is_written_and_read_back_as_it_was() -> None:
    for text in (BRIEF, "全文不得出现“灯笼”一词。", 'Give JSON with the keys "a" and "b".'):
        (one,) = made(text)
        assert one.check is not None
        assert (one.check.by, one.check.version) == ("grammar", VERSION)
        assert check_of(one.check) == recognise(text)
        again = Constraint.model_validate_json(one.model_dump_json())
        assert check_of(again.check) == recognise(text)
    assert made("Be kind.")[0].check is None


def test_a_check_of_another_catalogue_is_told_of() -> None:
    (one,) = made(BRIEF)
    claim = json.loads(one.model_dump_json())["check"]["claims"][0]
    foreign = BoundCheck.model_validate({"claims": [claim | {"kind": "mood"}], "whole": True, "version": 1})
    with pytest.raises(InputError, match="no kind is called 'mood'"):
        check_of(foreign)


def test_a_contradiction_names_both() -> None:
    told = contradiction(made("Be kind.", BRIEF, "Mention the sea.", LONG))
    assert told == f"c2 and c4 exclude each other: {BRIEF} / {LONG}"
    assert contradiction(made(BRIEF, "Use at least 20 words.", "Be kind.")) is None
    assert contradiction(made("全文不超过50字。", "全文不少于200字。")) is not None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # Revisions of the run on real text that a reader found: user_oriented_task_230 comes first.
        ("The ad must be between 60 and 90 words long.", "The ad must be between 80 and 120 words long."),
        (BRIEF, "Use at most 30 words."),
        (BRIEF, "The whole answer has no more than 50 words."),
        ("全文不少于300字。", "全文不少于200字。"),
        ("Give the answer as JSON.", "Answer in JSON."),
    ],
)
def test_ranges_with_a_value_in_common_overlap(before: str, after: str) -> None:
    assert overlapping([revision(before, after)])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (BRIEF, LONG),
        ("Give exactly 6 bullet points.", "Give exactly 5 bullet points."),
        ('Use the word "lamp" at least once.', 'Do not use the word "lamp".'),
        # Different measures are left to the cells.
        ('Use the word "lamp" at least once.', 'Use the word "tree" at least once.'),
        (BRIEF, "Write exactly two paragraphs."),
        # Not bound, or a part of it only: the rest may tell the two apart.
        ("Be kind.", "Be rude."),
        ("Let 3 bullets carry it all.", "Let 3 bullets carry nothing."),
    ],
)
def test_what_may_tell_two_responses_apart_does_not_overlap(before: str, after: str) -> None:
    assert not overlapping([revision(before, after)])
