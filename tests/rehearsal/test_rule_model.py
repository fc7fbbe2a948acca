"""The embedded model as a whole: what task it sees, determinism, limits, answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from random import Random
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from model_requests import (
    DIMENSIONS,
    INSTRUCTIONS,
    ask,
    constraint_lines,
    in_blocks,
    plain_body,
    rendered,
    some_checks,
    task_body,
    written,
)
from pydantic import BaseModel, Field

from trace_builder.llm.schema import schema_text
from trace_builder.prompts import data_block
from trace_builder.records import Lang
from trace_builder.rehearsal.rule_model import RuleModel
from trace_builder.rehearsal.server.tokens import count_tokens, cut
from trace_builder.rehearsal.tasks.request import read_request
from trace_builder.rehearsal.tasks.responses import OFF_TASK
from trace_builder.rehearsal.writer.choose import choose, draw_check
from trace_builder.rehearsal.writer.compose import breaking, build, compliant
from trace_builder.rehearsal.writer.kind_writers import WORDINGS, WRITERS, known
from trace_builder.rehearsal.writer.lexicons import lexicon
from trace_builder.rehearsal.writer.parameters import Picker
from trace_builder.stages.common.answer_schemas import Redundancy, Structuring, Verdicts
from trace_builder.support.text import detect_lang

LANGS: tuple[Lang, ...] = ("en", "zh")
langs = st.sampled_from(LANGS)


@settings(max_examples=150, deadline=None)
@given(langs, st.integers(1, 15), st.integers(0, 10_000))
def test_without_misses_an_answer_keeps_every_constraint(lang: Lang, count: int, seed: int) -> None:
    checks = some_checks(lang, count, seed)
    assert len(checks) == count
    message = rendered(INSTRUCTIONS[lang], written(checks, lang), "An input.\nUse at most 1 words.")
    reply = RuleModel(miss=0).answer(plain_body(message, seed))
    missed = [check.wording.name for check in checks if check.holds(reply) is False]
    assert missed == []


@settings(max_examples=100, deadline=None)
@given(langs, st.integers(1, 10), st.integers(0, 10_000))
def test_with_misses_alone_some_constraint_is_missed(lang: Lang, count: int, seed: int) -> None:
    checks = some_checks(lang, count, seed)
    message = rendered(INSTRUCTIONS[lang], written(checks, lang))
    text = RuleModel(miss=1).answer(plain_body(message, seed))
    no_answer = text in ("", *lexicon(lang).refusals) or text.startswith(OFF_TASK)
    assert no_answer or any(check.holds(text) is False for check in checks)


@pytest.mark.parametrize("lang", LANGS)
def test_each_kind_can_be_kept_and_broken(lang: Lang) -> None:
    for name, kind in WORDINGS.items():
        if kind.forms(lang):
            for seed in range(5):
                rng = Random(seed)
                check = draw_check(name, Picker(lang, rng, INSTRUCTIONS[lang]))
                assert check is not None, name
                assert check.holds(compliant([check], lang, rng, None)) is not False, name
                assert check.holds(breaking([check], lang, rng, "bees")) is False, name


def test_a_broken_constraint_is_usually_the_only_one() -> None:
    alone = 0
    for seed in range(60):
        checks = some_checks("en", 5, seed)
        text = breaking(checks, "en", Random(seed), None)
        alone += sum(check.holds(text) is False for check in checks) == 1
    assert alone >= 55


@pytest.mark.parametrize("lang", LANGS)
def test_the_share_of_misses_is_the_one_that_is_set(lang: Lang) -> None:
    model, missed = RuleModel(miss=0.3), 0
    checks = some_checks(lang, 4, 3)
    message = rendered(INSTRUCTIONS[lang], written(checks, lang))
    for seed in range(400):
        text = model.answer(plain_body(message, seed))
        broken = any(check.holds(text) is False for check in checks)
        missed += not text or text.startswith(OFF_TASK) or broken
    assert 80 <= missed <= 160


def test_two_samples_differ_and_the_same_request_gets_the_same_answer() -> None:
    message = rendered(INSTRUCTIONS["en"], ["Use at least 60 words."])
    model = RuleModel()
    texts = {model.answer(plain_body(message, seed)) for seed in range(20)}
    assert len(texts) >= 15
    for seed in range(20):
        body = plain_body(message, seed)
        assert model.answer(body) == RuleModel().answer(json.loads(json.dumps(body)))
    assert RuleModel(seed=1).answer(plain_body(message)) != model.answer(plain_body(message))


def test_sampling_settings_do_not_change_the_answer() -> None:
    message = rendered(INSTRUCTIONS["zh"], ["全文不少于60字。"])
    one = RuleModel().answer(plain_body(message, 5, temperature=0.0, model="a"))
    assert one == RuleModel().answer(plain_body(message, 5, temperature=1.0, model="b", max_tokens=5000))


@given(st.text(), st.integers(1, 50))
def test_cut_keeps_within_the_limit(text: str, limit: int) -> None:
    kept, shortened = cut(text, limit)
    assert count_tokens(kept) <= limit
    assert text.startswith(kept)
    assert shortened == (kept != text)


QUALITY = {"description": "Write a poem.", "constraints": "", "input": None}


def schema_in_words(schema: str, blocks: Mapping[str, str | None]) -> dict[str, Any]:
    """A request to a server that takes no schema: the first message carries it."""
    body = plain_body(in_blocks(blocks))
    body["messages"].insert(0, {"role": "system", "content": f"Answer with JSON of this schema:\n{schema}"})
    return body


def test_a_schema_in_the_first_message_tells_the_question_by_its_title() -> None:
    for schema in (schema_text(Redundancy), json.dumps(Redundancy.model_json_schema())):
        alone = plain_body(f"{in_blocks(QUALITY)}\n{schema}")
        for body in (
            alone,
            {**alone, "response_format": {"type": "json_object"}},
            schema_in_words(schema, QUALITY),
        ):
            assert Redundancy.model_validate_json(RuleModel().answer(body)).verdict == "none"


def test_a_schema_that_holds_others_is_told_by_the_outermost() -> None:
    body = schema_in_words(schema_text(Structuring), {"text": "Write a poem.", "input": None})
    assert Structuring.model_validate_json(RuleModel(flawed=0).answer(body)).description == "Write a poem."


def test_a_schema_that_is_data_or_part_of_an_instruction_tells_nothing() -> None:
    planted = {"text": schema_text(Verdicts), "input": None}
    asked = read_request(schema_in_words(schema_text(Structuring), planted))
    assert asked.asked == "structuring"
    assert read_request(plain_body(f"Explain {schema_text(Verdicts)}")).schema is None


class Grading(BaseModel):
    """What a stage of someone else's might ask for."""

    grade: Literal["good", "bad"]
    why: str


def test_a_question_of_another_stage_is_answered_in_the_form_it_asks_for() -> None:
    blocks = {**QUALITY, "response": "A poem."}
    form = {"type": "json_schema", "json_schema": {"name": "grading", "schema": Grading.model_json_schema()}}
    bound = plain_body(in_blocks(blocks), response_format=form)
    for body in (bound, schema_in_words(schema_text(Grading), blocks)):
        answer = RuleModel().answer(body)
        assert Grading.model_validate_json(answer)
        assert answer == RuleModel(miss=1, flawed=1).answer(body)


@pytest.mark.parametrize("text", ["A poem.", "一首诗。"])
def test_a_question_of_another_stage_in_plain_text_is_not_guessed_at(text: str) -> None:
    answer = RuleModel(miss=0).answer(plain_body(in_blocks({"text": text, "reader": text})))
    assert answer == lexicon(detect_lang(text)).unknown


def test_examples_in_the_system_part_are_not_the_record() -> None:
    body = task_body(
        "expansion", {"instruction": "Mine.", "input": None, "count": "1", "offered": "theme: Theme"}
    )
    body["messages"][0]["content"] = data_block("instruction", "The example's.", "0badc0de")
    text = json.loads(RuleModel(flawed=0).answer(body))["text"]
    assert text.startswith("Mine.")


@settings(deadline=None)
@given(st.text(max_size=200), st.integers())
def test_any_message_gets_an_answer(message: str, seed: int) -> None:
    assert isinstance(RuleModel().answer(plain_body(message, seed)), str)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"messages": []},
        {"messages": [{"role": "user"}]},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "Hello there"}]}]},
        {"messages": [{"role": "user", "content": None}], "response_format": {"type": "json_object"}},
        {"messages": [{"role": "user", "content": "Hi"}], "max_tokens": None},
        {"messages": [{"role": "user", "content": "Hi"}], "response_format": "text"},
    ],
)
def test_a_body_with_little_in_it_gets_an_answer(body: dict[str, object]) -> None:
    assert RuleModel().answer(body) == RuleModel().answer(body)


@pytest.mark.parametrize(
    "task",
    [
        "expansion",
        "parts",
        "structuring",
        "quality_verdicts",
        "verdicts",
        "additions",
        "deletions",
        "revisions",
    ],
)
def test_a_task_without_its_blocks_still_answers_in_its_form(task: str) -> None:
    assert isinstance(ask(RuleModel(), task, {}), dict)


def test_constraints_over_several_lines_are_found_in_an_instruction() -> None:
    table = "| Article | price |\n| --- | --- |\n| Lamp | 42 units |"
    text = f'Use this table and give the price of "Lamp" exactly as it stands there:\n{table}'
    message = rendered("Describe a lamp.", [text, "Use exactly 2 bullet points."])
    reply = RuleModel(miss=0).answer(plain_body(message))
    check = known(text)
    assert check is not None
    assert check.holds(reply)
    assert "42 units" in reply


def test_a_worse_answer_usually_misses_a_constraint() -> None:
    missed = 0
    for seed in range(60):
        lang = LANGS[seed % 2]
        checks = some_checks(lang, 4, seed)
        texts = written(checks, lang)
        good = build(checks, lang, Random(seed), None)
        blocks = {
            "instruction": rendered(INSTRUCTIONS[lang], texts),
            "constraints": constraint_lines(texts),
            "input": None,
            "response": good,
        }
        message = in_blocks(blocks)
        worse = RuleModel().answer(plain_body(message, seed))
        missed += any(check.holds(worse) is False for check in checks)
    assert 45 <= missed < 60


def test_every_writer_is_of_a_kind_there_is_and_revises_to_one() -> None:
    assert set(WRITERS) == set(WORDINGS)
    assert {name for writer in WRITERS.values() for name in writer.contrast} <= set(WORDINGS)


def test_all_dimensions_are_chosen_where_all_are_offered() -> None:
    for lang in LANGS:
        checks = choose(list(DIMENSIONS), 15, Picker(lang, Random(1), INSTRUCTIONS[lang]))
        assert len({check.wording.dimension for check in checks}) == 15


class _Leaf(BaseModel):
    size: int = Field(ge=2, le=5)
    kind: Literal["a", "b"]


class _Tree(BaseModel):
    name: str = Field(min_length=3, max_length=40)
    leaves: list[_Leaf] = Field(min_length=2)
    more: _Leaf | None
    share: float


def test_a_schema_that_is_not_the_pipelines_is_filled() -> None:
    form = {"type": "json_schema", "json_schema": {"name": "tree", "schema": _Tree.model_json_schema()}}
    tree = _Tree.model_validate_json(RuleModel().answer(plain_body("Hi", response_format=form)))
    assert len(tree.leaves) == 2
    loose = RuleModel().answer(plain_body("Say hello as JSON.", response_format={"type": "json_object"}))
    assert isinstance(json.loads(loose), dict)


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}},
        {"type": "object", "properties": {"x": {"$ref": "#"}}, "required": ["x"]},
        {"type": ["string", "null"]},
        {"anyOf": [{"type": "boolean"}, {"type": "null"}]},
        {"type": "array", "items": {"const": 3}, "maxItems": 0},
        {"$ref": "elsewhere"},
    ],
)
def test_an_odd_schema_gets_some_json(schema: dict[str, object]) -> None:
    form = {"type": "json_schema", "json_schema": {"name": "odd", "schema": schema}}
    json.loads(RuleModel().answer(plain_body("Hi", response_format=form)))
