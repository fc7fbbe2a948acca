from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trace_builder.records import Seed
from trace_builder.seeds.formats import RowError, as_seed


def read(row: object) -> Seed:
    seed = as_seed(row, "file")
    assert Seed.model_validate(seed.model_dump()) == seed
    return seed


def test_a_native_row_is_taken_as_it_is() -> None:
    row = {
        "id": "a-1",
        "lang": "zh",
        "instruction": "Sing.",
        "input": "la la",
        "source": "mine",
        "complex": True,
    }
    assert read(row).model_dump() == row


def test_a_seed_is_complex_only_where_its_row_says_so() -> None:
    assert not read({"instruction": "Sing."}).complex
    assert not read({"instruction": "Sing.", "complex": None}).complex
    with pytest.raises(RowError, match="complex must be true or false"):
        read({"instruction": "Sing.", "complex": "yes"})


def test_a_bare_instruction_gets_language_source_and_a_content_id() -> None:
    seed = read({"instruction": "  Write a poem.\n"})
    assert (seed.instruction, seed.input, seed.lang, seed.source) == ("Write a poem.", None, "en", "file")
    assert seed.id == read({"instruction": "Write a poem.", "input": "N/A", "source": "else"}).id
    assert seed.id != read({"instruction": "Write a poem.", "input": "on frogs"}).id
    assert seed.id.startswith("seed-")


@pytest.mark.parametrize(
    ("row", "instruction", "text"),
    [
        ({"instruction": "Do it.", "instances": [{"input": "", "output": "x"}]}, "Do it.", None),
        ({"instruction": "Do it.", "instances": [{"input": "<noinput>"}, {"input": "b"}]}, "Do it.", "b"),
        ({"instruction": "Do it.", "instances": [{"input": "a"}, {"input": "b"}]}, "Do it.", "a"),
        ({"instruction": "Do it.", "instances": [{"output": "x"}]}, "Do it.", None),
        ({"instruction": "Do it.", "instances": []}, "Do it.", None),
        ({"instruction": "Do it.", "input": "a", "output": "x"}, "Do it.", "a"),
        ({"instruction": "Do it.", "input": "\n  indented: 1\n"}, "Do it.", "  indented: 1"),
        ({"instruction": "Do it.", "input": float("nan")}, "Do it.", None),
        ({"instruction": "Do it.", "context": "a", "response": "x"}, "Do it.", "a"),
        ({"messages": [{"role": "user", "content": "Do it."}]}, "Do it.", None),
        (
            {"messages": [{"role": "user", "content": "One."}, {"role": "assistant", "content": "x"},
                          {"role": "user", "content": "Two."}]},
            "One.", None,
        ),
        (
            {"messages": [{"role": "system", "content": "You are a helpful assistant."},
                          {"role": "user", "content": "Do it."}]},
            "Do it.", None,
        ),
        (
            {"messages": [{"role": "system", "content": "你是一个乐于助人的助手。"},
                          {"role": "user", "content": "写诗。"}]},
            "写诗。", None,
        ),
        (
            {"messages": [{"role": "system", "content": "Translate into French."},
                          {"role": "user", "content": "Good day"}]},
            "Translate into French.\n\nGood day", None,
        ),
        (
            {"messages": [{"role": "user", "content": [{"type": "text", "text": "Do"},
                                                       {"type": "text", "text": "it."}]}]},
            "Do\nit.", None,
        ),
        ({"conversations": [{"from": "human", "value": "Do it."}]}, "Do it.", None),
        ({"instruction": None, "messages": [{"role": "user", "content": "Do it."}]}, "Do it.", None),
    ],
)  # fmt: skip
def test_foreign_rows(row: dict[str, Any], instruction: str, text: str | None) -> None:
    seed = read(row)
    assert (seed.instruction, seed.input) == (instruction, text)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ([], "a row must be a JSON object, this is a list"),
        ("text", "this is a text"),
        (None, "this is null"),
        ({}, "no instruction: expected a key 'instruction' or 'messages', found nothing"),
        ({"prompt": "x", "n": 1}, "found 'prompt', 'n'"),
        ({"\ud800": "x"}, r"found '\ud800'"),
        ({"instruction": None}, "the instruction is null"),
        ({"instruction": "  "}, "the instruction is empty"),
        ({"instruction": "N/A"}, "the instruction is empty"),
        ({"instruction": 5}, "'instruction' must be a text, this is a number"),
        ({"instruction": "a\0b"}, "'instruction' holds a NUL character"),
        ({"instruction": "a\ud83d"}, "'instruction' holds half of a surrogate pair"),
        ({"instruction": "a", "input": ["b"]}, "'input' must be a text, this is a list"),
        ({"instruction": "a", "input": "b\0"}, "'input' holds a NUL character"),
        ({"instruction": "a", "instances": "b"}, "'instances' must be a list, this is a text"),
        ({"instruction": "a", "instances": ["b"]}, "an instance must be a JSON object, this is a text"),
        ({"instruction": "a", "instances": [{"input": 1}]}, "'instances[].input' must be a text"),
        ({"instruction": "a", "id": True}, "'id' must be a text, this is true or false"),
        ({"instruction": "a", "id": 1.5}, "'id' must be a text, this is a number"),
        ({"instruction": "a", "id": "b\nc"}, "'id' holds a line break"),
        ({"instruction": "a", "id": "b" * 201}, "'id' is longer than 200 characters"),
        ({"instruction": "a", "lang": "fr"}, "'lang' must be en or zh, this is 'fr'"),
        ({"instruction": "a", "source": {}}, "'source' must be a text, this is an object"),
        ({"messages": []}, "'messages' must be a list of turns"),
        ({"messages": "Do it."}, "'messages' must be a list of turns, this is a text"),
        ({"messages": ["Do it."]}, "a turn of 'messages' must be a JSON object"),
        ({"messages": [{"role": "assistant", "content": "Hi"}]}, "begins with the role 'assistant'"),
        ({"messages": [{"role": "system", "content": "Hi"}]}, "the conversation has no user's turn"),
        ({"messages": [{"role": "user", "content": None}]}, "the instruction is empty"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, "something other than text"),
    ],
)
def test_rows_that_are_no_seed(row: object, reason: str) -> None:
    with pytest.raises(RowError) as caught:
        as_seed(row, "file")
    assert reason in str(caught.value)


def test_an_instruction_without_letters_has_its_inputs_language() -> None:
    assert read({"instruction": "1 + 1 = ?", "input": "请计算"}).lang == "zh"
    assert read({"instruction": "1 + 1 = ?"}).lang == "en"


@pytest.mark.parametrize("lang", ["zh", "ZH", "zh-CN", "zh_Hans", "Chinese", "中文"])
def test_a_given_language_counts(lang: str) -> None:
    assert read({"instruction": "Write a poem.", "lang": lang}).lang == "zh"


def test_numbers_are_ids() -> None:
    assert read({"id": 0, "instruction": "a"}).id == "0"
    assert read({"id": " ", "instruction": "a"}).id.startswith("seed-")


KEYS = st.sampled_from(
    ["id", "instruction", "input", "instances", "messages", "role", "content", "lang", "source"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(max_size=5), inner, max_size=6)
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.dictionaries(KEYS, JSON | st.just("user"), max_size=6) | JSON)
def test_any_row_is_a_seed_or_has_a_reason(row: object) -> None:
    try:
        seed = read(row)
    except RowError as exc:
        str(exc).encode()
        return
    assert seed.instruction.strip()
    seed.model_dump_json().encode()
