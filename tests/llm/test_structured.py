"""Structured answers: strict under a schema, tolerant in text, and never a crash."""

from __future__ import annotations

import json
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field
from wild_texts import VerdictRows

from trace_builder.llm.structured import parse, schema_instruction, strip_thinking
from trace_builder.llm.types import Mode
from trace_builder.stages.common.answer_schemas import Rationality, Revisions, Structuring, verdicts_of

TEXT_MODES: tuple[Mode, ...] = ("json_object", "text")
GOOD = {"verdicts": [{"id": "c1", "reasoning": "因为，所以：好", "score": 7}]}
GOOD_TEXT = json.dumps(GOOD, ensure_ascii=False)


class Strict(BaseModel):
    """A type that reads nothing into a wrong value."""

    id: str
    score: int = Field(ge=0, le=10)


class Stricts(BaseModel):
    verdicts: list[Strict]


def fits(text: str, mode: Mode, want: Any = VerdictRows) -> bool:
    try:
        parse(text, want, mode)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("mode", ["json_schema", *TEXT_MODES])
def test_a_bare_object_in_every_mode(mode: Mode) -> None:
    assert parse(GOOD_TEXT, VerdictRows, mode).model_dump() == GOOD
    assert parse(f"<think>7? {{}}</think>\n {GOOD_TEXT} ", VerdictRows, mode).model_dump() == GOOD


def test_plain_text_loses_its_thinking_only() -> None:
    assert parse("<think>a</think>\nHello {\n", str) == "\nHello {\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I cannot do that.",
        GOOD_TEXT[:-2],  # cut off
        GOOD_TEXT.replace("7", "11"),
        GOOD_TEXT.replace("7", '"7"'),  # a wrong type
        GOOD_TEXT.replace("7", "7.5"),
        GOOD_TEXT.replace("7", "true"),
        GOOD_TEXT.replace("7", "null"),
        GOOD_TEXT.replace('"score"', '"mark"'),
        '{"verdicts": {}}',
        f"[{GOOD_TEXT}]",
        f"```json\n{GOOD_TEXT}\n```",
        f"Here it is: {GOOD_TEXT}",
        f"{GOOD_TEXT}{GOOD_TEXT}",
        GOOD_TEXT.replace("}]", "},]"),
        "null",
        "[" * 100_000,
        '{"verdicts":' * 5_000,
    ],
)
def test_under_a_schema_nothing_else_passes(text: str) -> None:
    assert not fits(text, "json_schema", Stricts)


@pytest.mark.parametrize("mode", TEXT_MODES)
@pytest.mark.parametrize(
    "text",
    [
        f"```json\n{GOOD_TEXT}\n```",
        f"```\n{GOOD_TEXT}\n```\nI hope that helps {{smile}}.",
        f"Sure! The format is {{id, score}}. {GOOD_TEXT} Done.",
        GOOD_TEXT.replace('"score":', '"score"：').replace('"id":', '"id" ：'),
        GOOD_TEXT.replace("}]", ",},]"),
        GOOD_TEXT.replace('", "', '"，"'),
        GOOD_TEXT.replace("{", "｛", 1)[:-1] + "｝",
        f"[{GOOD_TEXT}]",
        GOOD_TEXT.replace("7", '"[[ 7 ]]"'),
        GOOD_TEXT.replace("7", '"[[7/10]]"'),
        GOOD_TEXT.replace("7", "[7]"),
        GOOD_TEXT.replace("7", "[[7]]"),
        GOOD_TEXT.replace("7", '"7分"'),
        GOOD_TEXT.replace("7", "7.0"),
        GOOD_TEXT.replace("7", '"Score：7"'),
        # The last complete object that fits counts.
        GOOD_TEXT.replace("7", "3") + " No, wait: " + GOOD_TEXT,
        GOOD_TEXT + " And again: " + GOOD_TEXT[:40],
        GOOD_TEXT + ' {"verdicts": 3}',
        '{"note": ' + GOOD_TEXT[:20] + "\n" + GOOD_TEXT,
    ],
)
def test_in_text_what_models_write_passes(text: str, mode: Mode) -> None:
    assert parse(text, VerdictRows, mode).model_dump() == GOOD


@pytest.mark.parametrize("mode", TEXT_MODES)
@pytest.mark.parametrize(
    "text",
    [
        "",
        "I cannot do that.",
        GOOD_TEXT[:-2],
        GOOD_TEXT.replace("7", "11"),
        GOOD_TEXT.replace("7", '"7"'),
        GOOD_TEXT.replace("7", "[7]"),
        GOOD_TEXT.replace("7", "null"),
        '{"a": ' * 3_000,
        "{" * 50_000,
        '{"verdicts": [' * 3_000,
    ],
)
def test_in_text_guesses_are_not_made(text: str, mode: Mode) -> None:
    assert not fits(text, mode, Stricts)


@pytest.mark.parametrize("mode", ["json_schema", *TEXT_MODES])
@pytest.mark.parametrize("score", ["11", '"8-9"', '"seven"', "[7, 8]", "null"])
def test_a_score_that_cannot_be_read_costs_itself_alone(score: str, mode: Mode) -> None:
    text = GOOD_TEXT.replace("7", score)[:-2] + ', {"id": "c2", "reasoning": "", "score": 9}]}'
    assert [v.score for v in parse(text, VerdictRows, mode).verdicts] == [None, 9]


@pytest.mark.parametrize("mode", ["json_schema", *TEXT_MODES])
def test_a_verdict_given_twice_is_none(mode: Mode) -> None:
    """Which of the two is meant nobody knows, be they alike or not; inside another object too."""
    once = '{"reasoning": "kept", "score": 10}'
    whole = f'{{"task": {once}, "c1": {once}, "c2": {once}}}'
    want = verdicts_of(2, task=True)
    assert fits(whole, mode, want)
    assert not fits(whole.replace('"c2"', f'"c1": {once}, "c2"'), mode, want)
    assert not fits(whole.replace('"score": 10', '"score": 10, "score": 0', 1), mode, want)
    with pytest.raises(ValueError, match="twice"):
        parse(
            f"Well. {whole} No: " + whole.replace('"c2"', '"c1"') + whole.replace("{", '{"c1": 1, ', 1),
            want,
            "text",
        )


def test_raw_control_characters_in_strings_are_let_through() -> None:
    text = '{"reasoning":"one\ntwo\tthree\x01","verdict":"rational"}'
    for mode in ("json_schema", "text"):
        assert parse(text, Rationality, mode).reasoning == "one\ntwo\tthree\x01"  # type: ignore[arg-type]


def test_lone_surrogates_do_not_crash() -> None:
    text = '{"reasoning":"\\ud83d","verdict":"rational"}'
    for mode in ("json_schema", "text"):
        assert not fits(text, mode, Rationality)  # type: ignore[arg-type]
    assert not fits('{"reasoning":"\ud83d","verdict":"rational"}', "text", Rationality)


def test_a_string_that_looks_like_json_stays_as_it_is() -> None:
    inner = 'He said：{"a"：1,} ，ok'
    text = json.dumps({"reasoning": inner, "verdict": "rational"}, ensure_ascii=False)
    assert parse(f"Result：{text}。", Rationality, "text").reasoning == inner
    assert parse(text[:-1] + ",}", Rationality, "text").reasoning == inner


def test_nulls_and_nesting() -> None:
    value = {
        "reasoning": "r",
        "verdict": "ok",
        "description": None,
        "constraints": [{"text": "a\n\nb", "dimension": "theme"}],
        "input": None,
    }
    for mode in ("json_schema", "text"):
        assert parse(json.dumps(value), Structuring, mode).model_dump() == value  # type: ignore[arg-type]


def test_the_error_is_one_line_and_names_the_place() -> None:
    with pytest.raises(ValueError, match=r"^Stricts: verdicts\.0\.score: .*$") as caught:
        parse(GOOD_TEXT.replace("7", "11"), Stricts)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("plain", "plain"),
        ("<think>a</think>b", "b"),
        ("<think>\na\n</think>\n\nb<think>c</think>d", "\n\nbd"),
        ("a</think>b", "b"),  # the opening tag stands in the prompt
        ("<think>never ends", ""),
        ("  <think>never ends", ""),
        ("the tag <think> opens", "the tag <think> opens"),
        ("", ""),
    ],
)
def test_thinking(text: str, left: str) -> None:
    assert strip_thinking(text) == left


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_instruction_carries_the_schema(lang: Literal["en", "zh"]) -> None:
    schema = '{"title":"Verdicts","type":"object"}'
    assert schema in schema_instruction(schema, lang)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 15) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=2000)
@given(st.text(st.sampled_from('{}[]",:：，\\ \n\x00a7\ud800nulltrue<think>/｛｝'), max_size=200))
def test_wild_text_gives_a_value_or_a_value_error(text: str) -> None:
    for mode in ("json_schema", "json_object", "text"):
        for want in (VerdictRows, Revisions):
            fits(text, mode, want)  # type: ignore[arg-type]


@settings(deadline=2000)
@given(_JSON)
def test_wild_json_gives_a_value_or_a_value_error(value: object) -> None:
    text = json.dumps({"verdicts": value})
    for mode in ("json_schema", "text"):
        fits(text, mode)  # type: ignore[arg-type]


_VERDICTS = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
            "reasoning": st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
            "score": st.integers(0, 10),
        }
    ),
    max_size=4,
)


@settings(deadline=2000)
@given(_VERDICTS, st.sampled_from(["", "Sure：", "```json\n", "a } b ", "1. "]), st.booleans())
def test_whatever_a_model_says_comes_back_as_it_was(
    verdicts: list[dict[str, Any]], before: str, ascii_only: bool
) -> None:
    text = json.dumps({"verdicts": verdicts}, ensure_ascii=ascii_only)
    if "<think>" not in text and "</think>" not in text:
        assert parse(f"{before}{text}\n```", VerdictRows, "text").model_dump() == {"verdicts": verdicts}
    assert parse(text, VerdictRows).model_dump() == {"verdicts": verdicts}
