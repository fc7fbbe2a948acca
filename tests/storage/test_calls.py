from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trace_builder.errors import InputError
from trace_builder.llm.types import ChatAnswer, ChatRequest, Usage
from trace_builder.records import Seed
from trace_builder.storage.calls import Asked, CallLog
from trace_builder.storage.seeds import Source


def source_in(folder: Path) -> Source:
    path = folder / "seeds.jsonl"
    path.write_text(Seed(id="a", lang="en", instruction="Do it").model_dump_json() + "\n")
    return Source(path)


def request(seed: int = 1) -> ChatRequest:
    return ChatRequest(client="default", model="m", messages=(("user", "hi"),), seed=seed, max_tokens=10)


def test_the_key_is_blind_to_max_tokens_and_to_nothing_else_that_shapes_the_answer() -> None:
    base = request()
    assert base.key == ChatRequest("other", "m", (("user", "hi"),), 1, 99).key
    for changed in (
        ChatRequest("default", "m2", (("user", "hi"),), 1, 10),
        ChatRequest("default", "m", (("user", "ho"),), 1, 10),
        ChatRequest("default", "m", (("user", "hi"),), 2, 10),
        ChatRequest("default", "m", (("user", "hi"),), 1, 10, sampling=(("temperature", 0.5),)),
        ChatRequest("default", "m", (("user", "hi"),), 1, 10, schema="{}"),
        ChatRequest("default", "m", (("user", "hi"),), 1, 10, sample=1),
        ChatRequest("default", "m", (("user", "hi"),), 1, 10, mode="text"),
        ChatRequest("default", "m", (("user", "hi"),), 1, 10, extra='{"top_k": 1}'),
    ):
        assert changed.key != base.key


@given(text=st.text(alphabet=st.characters(codec=None)))
def test_any_text_comes_back_as_it_was_received(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("calls")
    source = source_in(folder)
    log = CallLog(folder / "c.jsonl", source)
    log.open()
    answer = ChatAnswer(text, "stop", Usage(5, 2, 3), latency=0.5, retries=1, server="s", max_tokens=10)
    log.append(Asked("a", "expand", "expand"), request(), answer, 12.0)
    log.close()
    again = CallLog(folder / "c.jsonl", source)
    assert again.index(bytearray([1])) == 1
    assert again.take(0) == {request().key: answer}
    totals = again.totals()
    assert (totals.calls, totals.prompt, totals.cached, totals.completion, totals.retries) == (1, 5, 2, 3, 1)


def test_of_two_answers_to_one_question_the_whole_one_counts(tmp_path: Path) -> None:
    source = source_in(tmp_path)
    log = CallLog(tmp_path / "c.jsonl", source)
    log.open()
    log.append(Asked("a", "s", "p"), request(), ChatAnswer("whole", "stop", max_tokens=40), 1.0)
    log.append(Asked("a", "s", "p"), request(), ChatAnswer("cut", "length", max_tokens=10), 2.0)
    log.index(bytearray([1]))
    assert log.take(0)[request().key].text == "whole"
    assert log.take(0) == {}, "an index entry is let go once taken"


def test_only_wanted_records_are_indexed(tmp_path: Path) -> None:
    source = source_in(tmp_path)
    log = CallLog(tmp_path / "c.jsonl", source)
    log.open()
    log.append(Asked("a", "s", "p"), request(), ChatAnswer("x", "stop"), 1.0)
    assert log.index(bytearray([0])) == 0


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    source = source_in(tmp_path)
    (tmp_path / "c.jsonl").write_text("nonsense\n")
    with pytest.raises(InputError, match=r"c\.jsonl:1: "):
        CallLog(tmp_path / "c.jsonl", source).index(bytearray([1]))
