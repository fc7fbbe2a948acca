from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from trace_builder.rehearsal.server.content_faults import apply_first
from trace_builder.rehearsal.server.faults import CONTENT_FAULTS

LEAVES = st.none() | st.booleans() | st.integers(-10, 10) | st.text(max_size=8)
FLAT = st.dictionaries(st.text(max_size=5), LEAVES, min_size=1, max_size=4)
OBJECTS = st.dictionaries(st.text(max_size=5), LEAVES | st.lists(FLAT, max_size=3), min_size=1, max_size=4)
CHOICES = st.floats(0, 1, exclude_max=True)


def hit(kind: str, value: Any, choice: float) -> str:
    return apply_first([kind], json.dumps(value, ensure_ascii=False), choice)[0]


def shape(value: Any) -> Any:
    """The types of a value, its keys included."""
    if isinstance(value, dict):
        return {key: shape(content) for key, content in value.items()}
    return [shape(item) for item in value] if isinstance(value, list) else type(value)


def fields(value: Any) -> int:
    if isinstance(value, dict):
        return len(value) + sum(fields(content) for content in value.values())
    return sum(fields(item) for item in value) if isinstance(value, list) else 0


@given(OBJECTS, CHOICES)
def test_truncated_json_is_a_beginning_that_is_no_json(value: dict[str, Any], choice: float) -> None:
    text = hit("truncated_json", value, choice)
    assert text
    assert json.dumps(value, ensure_ascii=False).startswith(text)
    try:
        json.loads(text)
    except ValueError:
        return
    raise AssertionError(f"{text!r} is whole")


@given(OBJECTS, CHOICES)
def test_a_schema_break_takes_fields_away(value: dict[str, Any], choice: float) -> None:
    assert fields(json.loads(hit("schema_break", value, choice))) < fields(value)


@given(OBJECTS, CHOICES)
def test_wrong_types_change_exactly_one_place(value: dict[str, Any], choice: float) -> None:
    changed = json.loads(hit("wrong_types", value, choice))
    assert list(changed) == list(value)
    assert shape(changed) != shape(value)


@given(st.text(max_size=30), st.sampled_from([*CONTENT_FAULTS]), CHOICES)
def test_any_text_survives_any_fault(text: str, kind: str, choice: float) -> None:
    sent, broken_off = apply_first([kind], text, choice)
    assert isinstance(sent, str)
    assert broken_off is (kind == "length")


def test_the_first_kind_that_fits_is_the_one() -> None:
    kinds = ["schema_break", "missing_verdict", "empty", "refusal"]
    assert apply_first(kinds, "plain", 0.5) == ("", False)
    assert apply_first(["schema_break"], "plain", 0.5) == ("plain", False)
    assert apply_first(["schema_break"], "{}", 0.5) == ("{}", False)
    assert apply_first(["wrong_types"], "[1]", 0.5) == ("[1]", False)
    assert apply_first(["missing_verdict"], '{"c1": {"verdict": 3}}', 0.5) == (
        '{"c1": {"verdict": 3}}',
        False,
    )
