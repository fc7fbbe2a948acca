from __future__ import annotations

import io
import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from trace_builder.seeds import splitting
from trace_builder.seeds.splitting import MAX_ROW_BYTES, elements, lines

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)


@pytest.fixture(params=[1, 7, 1 << 16])
def chunk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    size: int = request.param
    monkeypatch.setattr(splitting, "_CHUNK", size)
    return size


def test_lines_skip_blank_ones_and_count_them() -> None:
    got = list(lines(io.BytesIO(b'{"a": 1}\r\n\r\n   \n{"b": 2}\n\n{"c": 3}')))
    assert [(p.line, p.data) for p in got] == [(1, b'{"a": 1}'), (4, b'{"b": 2}'), (6, b'{"c": 3}')]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b""])
def test_the_longest_line_is_read_and_a_longer_one_only_measured(end: bytes) -> None:
    fits, too_long = b"x" * MAX_ROW_BYTES, b"x" * (5 << 20)
    got = list(lines(io.BytesIO(b"a\n" + too_long + b"\n" + b"b\n" + fits + end)))
    assert [p.line for p in got] == [1, 2, 3, 4]
    assert got[3].data == fits
    assert got[3].size is None
    assert len(got[1].data) < MAX_ROW_BYTES
    assert got[1].size is not None
    assert got[1].size >= 5 << 20


@settings(deadline=None)
@given(st.lists(VALUES), st.sampled_from([None, 1]), st.sampled_from([1, 3, 1 << 16]))
@example([["]", '"', "\\", '\\"', "{,}"]], None, 1)
def test_elements_are_those_of_the_json_parser(values: list[object], indent: int | None, size: int) -> None:
    data = json.dumps(values, indent=indent).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(splitting, "_CHUNK", size)
        got = list(elements(io.BytesIO(data)))
    assert [json.loads(p.data) for p in got] == values
    assert all(p.fault is None for p in got)
    text = data.split(b"\n")
    assert all(text[p.line - 1].strip().startswith(p.data.split(b"\n")[0].strip()) for p in got if indent)


@settings(deadline=None)
@given(st.binary(max_size=200), st.sampled_from([1, 5, 1 << 16]))
def test_any_bytes_are_cut_somewhere(data: bytes, size: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(splitting, "_CHUNK", size)
        for raw in elements(io.BytesIO(b"[" + data)):
            assert 1 <= raw.line <= data.count(b"\n") + 1


def cut(data: bytes) -> list[tuple[int, bytes, str | None]]:
    return [(p.line, p.data, p.fault) for p in elements(io.BytesIO(data))]


@pytest.mark.usefixtures("chunk")
def test_a_broken_element_leaves_the_others() -> None:
    data = b'\n[\n {"a": 1},\n {"b" 2,, },\n\n {"c": [3, "}"]}\n]\n'
    assert cut(data) == [(3, b'{"a": 1}', None), (4, b'{"b" 2,, }', None), (6, b'{"c": [3, "}"]}', None)]


@pytest.mark.usefixtures("chunk")
def test_faults_of_the_array_itself() -> None:
    comma = "a comma with no element beside it"
    assert cut(b"[]") == []
    assert cut(b"[ \n ]\n") == []
    assert cut(b"[1,\n]") == [(1, b"1", None), (2, b"", comma)]
    assert cut(b"[1,,2]") == [(1, b"1", None), (1, b"", comma), (1, b"2", None)]
    assert cut(b'[1,\n{"a": "b') == [(1, b"1", None), (2, b'{"a": "b', "the JSON array is not closed")]
    assert cut(b"[1") == [(1, b"1", "the JSON array is not closed")]


def test_text_after_the_array_is_named_once() -> None:
    fault = "there is text after the end of the JSON array"
    assert cut(b"[1]\n\n[2]\n[3]") == [(1, b"1", None), (3, b"[2]\n[3]", fault)]


def test_an_element_that_is_too_long_is_only_measured() -> None:
    data = b'["a",\n"' + b"x" * (5 << 20) + b'",\n"b"]'
    first, long, last = elements(io.BytesIO(data))
    assert (first.line, long.line, last.line) == (1, 2, 3)
    assert long.size == (5 << 20) + 2
    assert len(long.data) < MAX_ROW_BYTES
    assert last.data == b'"b"'
