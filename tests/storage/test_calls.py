from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trace_builder.errors import InputError
from trace_builder.records import Seed
from trace_builder.storage.calls import Call, CallLog, Usage
from trace_builder.storage.jsonl import write_jsonl
from trace_builder.storage.seeds import SeedIndex


def seeds_in(folder: Path) -> SeedIndex:
    write_jsonl(folder / "seeds.jsonl", [Seed(id=name, lang="en", instruction="Do it") for name in "ab"])
    return SeedIndex(folder / "seeds.jsonl")


def call(text: str, *, id_: str = "a", key: str = "k1", finish: str = "stop", max_tokens: int = 10) -> Call:
    return Call(
        id=id_,
        key=key,
        stage="expand",
        prompt="expand",
        model="m",
        finish_reason=finish,
        usage=Usage(prompt=5, cached=2, completion=3),
        latency=0.5,
        retries=1,
        max_tokens=max_tokens,
        text=text,
    )


def logged(folder: Path, *calls: Call) -> CallLog:
    log = CallLog(folder / "c.jsonl", seeds_in(folder))
    log.open()
    for one in calls:
        log.append(one)
    log.close()
    return log


@given(text=st.text(alphabet=st.characters(codec="utf-8")))
def test_any_text_comes_back_as_it_was_received(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    log = logged(tmp_path_factory.mktemp("calls"), call(text))
    log.index()
    assert log.take(0) == {"k1": call(text)}
    totals = log.totals()["m"]
    assert (totals.calls, totals.prompt, totals.cached, totals.completion, totals.retries) == (1, 5, 2, 3, 1)


def test_of_two_answers_to_one_question_the_whole_one_counts(tmp_path: Path) -> None:
    log = logged(tmp_path, call("whole", max_tokens=40), call("cut", finish="length", max_tokens=99))
    log.index()
    assert log.take(0)["k1"].text == "whole"


def test_of_equal_answers_the_later_one_counts(tmp_path: Path) -> None:
    log = logged(tmp_path, call("first"), call("second"))
    log.index()
    assert log.take(0)["k1"].text == "second"


def test_only_wanted_records_are_indexed(tmp_path: Path) -> None:
    log = logged(tmp_path, call("x"), call("y", id_="b"))
    log.index({1})
    assert log.take(0) == {}
    assert log.take(1)["k1"].text == "y"
    assert [found.text for found in log.read_all({"b"})] == ["y"]


@pytest.mark.parametrize("damage", ["nonsense", '{"id":"a","key":"k1","text":7}', '{"id":"a","key":"k1"} "}'])
def test_a_damaged_line_is_named(tmp_path: Path, damage: str) -> None:
    log = logged(tmp_path, call("x"))
    with log.path.open("a") as file:
        file.write(damage + "\n")
    with pytest.raises(InputError, match=r"c\.jsonl:2: "):
        list(log.read_all())
