"""The live view's index: what is searched for is found, whatever the language, and nothing else is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trace_builder.report.live.record_index import Indexed, RecordIndex, Wanted
from trace_builder.report.live.search_text import texts_of

WORDS = st.text(alphabet="港口城市海岸ab c1.,", min_size=0, max_size=14)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[RecordIndex]:
    made = RecordIndex(tmp_path / "index")
    yield made
    made.close()


def record(place: int, text: str, **fields: object) -> Indexed:
    found = Indexed(place, f"r{place}", "en", "own", text[:20], texts=[text])
    for name, value in fields.items():
        setattr(found, name, value)
    return found


def found(index: RecordIndex, search: str = "", sort: str = "order", **filters: str) -> list[str]:
    wanted = Wanted(search, filters, sort)
    rows = index.page(wanted, 0, 1000)
    assert index.count(wanted) == len(rows) == len(list(index.places(wanted)))
    return [row["id"] for row in rows]


@given(texts=st.lists(WORDS, min_size=1, max_size=6), start=st.integers(0, 12), size=st.integers(1, 4))
@settings(deadline=None, max_examples=60)
def test_every_piece_of_chinese_is_found_where_it_stands(
    texts: list[str], start: int, size: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    chinese = "".join(c for c in texts[0] if c in "港口城市海岸")
    piece = chinese[start : start + size]
    index = RecordIndex(tmp_path_factory.mktemp("index") / "index")
    index.put(record(n, text) for n, text in enumerate(texts))
    if piece:
        assert found(index, piece) == [f"r{n}" for n, text in enumerate(texts) if piece in text]
    index.close()


def test_words_are_found_by_their_beginning_and_all_must_be_there(index: RecordIndex) -> None:
    index.put([record(0, "The harbour opens."), record(1, "A harbor, non-stop."), record(2, "Opening hours")])
    assert found(index, "harb") == ["r0", "r1"]
    assert found(index, "HARBOUR open") == ["r0"]
    assert found(index, "non-st") == ["r1"]
    assert found(index, "r2") == ["r2"]
    assert found(index, '"') == []
    assert found(index, 'NEAR( OR * "x') == []


def test_filters_of_a_step_are_about_one_step(index: RecordIndex) -> None:
    both = [("expand", "accepted", None, None), ("dpo", "rejected", "no_worse_response", None)]
    index.put([record(0, "a", steps=both), record(1, "b", steps=both[:1], language="zh", tags={("operation", "add")})])
    assert found(index, stage="expand", status="rejected") == []
    assert found(index, stage="dpo", status="rejected") == ["r0"]
    assert found(index, reason="no_worse_response") == ["r0"]
    assert found(index, language="zh", operation="add") == ["r1"]
    assert index.facets()["status"] == {"accepted": 2, "rejected": 1}


def test_a_record_that_changes_is_found_by_what_it_is_now(index: RecordIndex) -> None:
    index.put([record(0, "old words", tags={("evidence", "code")}), record(1, "others")])
    index.put([record(0, "new words")])
    assert found(index, "old") == []
    assert found(index, "new") == ["r0"]
    assert found(index, evidence="code") == []
    assert found(index, sort="latest") == ["r0", "r1"]
    index.remove_from(1)
    assert found(index) == ["r0"]


def test_sorting_and_paging_leave_nothing_out(index: RecordIndex) -> None:
    index.put(record(n, "x", constraints=n % 7) for n in range(500))
    everything = [row["id"] for start in range(0, 500, 30) for row in index.page(Wanted(sort="constraints"), start, 30)]
    assert sorted(everything) == sorted(f"r{n}" for n in range(500))
    sizes = [int(name[1:]) % 7 for name in everything]
    assert sizes == sorted(sizes, reverse=True)


def test_texts_are_taken_once() -> None:
    assert sorted(texts_of({"a": "x", "b": ["x", {"c": "y"}], "d": None, "e": 3})) == ["x", "y"]
