"""Whatever stands in a file, its reader answers with what it holds or with an InputError, and in time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trace_builder.errors import InputError
from trace_builder.records import Seed
from trace_builder.seeds.reader import BadSeed, read_seeds
from trace_builder.storage.calls import Call
from trace_builder.storage.jsonl import raw_lines, read_model, read_object, read_text, rows
from trace_builder.storage.manifest import Manifest, find_manifest
from trace_builder.support.yaml_file import read_yaml

#: Milliseconds for one example; all are small.
TIME = 2000
in_time = settings(
    max_examples=150, deadline=TIME, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

JSON_PARTS = (
    "{", "}", "[", "]", ":", ",", '"', "\\", "\n", "\r\n", " ", "null", "true", "NaN", "-Infinity", "1e999",
    "9" * 500, "0.1", '"id"', '"instruction"', '"version": 2', '"messages"', "\\ud83d", "\\u0000", "\0",
    "\ufeff", "[" * 2000, '{"a":' * 2000, "x" * 3000, "\u2028", "ü",
)  # fmt: skip
YAML_PARTS = (
    "&a ", "*a", "<<: ", "[", "]", "{", "}", "- ", "? ", ": ", "a: ", "b", "!!int ", "!!set ", "!!binary ",
    "! ", "|\n", ">-\n", "\t", "\n", "\n  ", "---\n", "...\n", "%YAML 1.1\n", "9" * 400, "2026-01-01", "~",
    "=", "<<", '"\\ud800"', "'", '"', "#", ", ", "0x", "1:30", ".inf", "yes", "\0", "\ufeff", "@", "`",
)  # fmt: skip


def wild(parts: Iterable[str]) -> st.SearchStrategy[bytes]:
    """Bytes of any kind, texts, and texts that are nearly right."""
    nearly = st.lists(st.sampled_from(tuple(parts)), max_size=40).map("".join)
    texts = st.one_of(st.text(max_size=200), nearly).map(lambda text: text.encode("utf-8", "surrogatepass"))
    return st.one_of(st.binary(max_size=200), texts)


def answered(read: Callable[[], object], path: Path) -> None:
    said = str(path)
    try:
        read()
    except InputError as exc:
        said = str(exc)
    assert said.startswith(str(path))
    assert "\n" not in said


READERS: dict[str, Callable[[Path], object]] = {
    "raw lines": lambda path: list(raw_lines(path)),
    "rows": lambda path: list(rows(path)),
    "rows of a run that was stopped": lambda path: list(rows(path, torn_end=True)),
    "an object": read_object,
    "a manifest": lambda path: read_model(path, Manifest),
    "a call": lambda path: read_model(path, Call),
    "a text": read_text,
}


@pytest.mark.parametrize("name", READERS)
@in_time
@given(data=wild(JSON_PARTS))
def test_json(name: str, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "wild.json"
    path.write_bytes(data)
    answered(lambda: READERS[name](path), path)


@in_time
@given(data=wild(JSON_PARTS))
def test_a_manifest_is_read_or_there_is_something_to_do(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "run.json").write_bytes(data)
    answered(lambda: find_manifest(tmp_path), tmp_path / "run.json")


@pytest.mark.parametrize("as_texts", [False, True])
@in_time
@given(data=wild(YAML_PARTS))
def test_yaml(as_texts: bool, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "wild.yaml"
    path.write_bytes(data)
    found: list[Any] = []
    answered(lambda: found.append(read_yaml(path, as_texts=as_texts)), path)
    for tree, origins in found:
        assert all(isinstance(key, str) for key in tree)
        assert all(place.startswith(f"{path}:") for place in origins.values())


@in_time
@given(data=wild(JSON_PARTS))
def test_every_row_of_a_seed_file_is_a_seed_or_has_its_reason(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "wild.jsonl"
    path.write_bytes(data)
    ignored: Counter[str] = Counter()
    found = list(read_seeds(path, ignored))
    assert found
    for row in found:
        assert isinstance(row, Seed) or (isinstance(row, BadSeed) and row.reason and row.line >= 1)
        if isinstance(row, Seed):
            row.model_dump_json()
    assert all(len(key) < 800 and key.isprintable() for key in ignored)
