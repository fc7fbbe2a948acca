"""Folders that were edited or damaged end in a sentence that names the file, never in a traceback."""

from __future__ import annotations

import copy
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from harbour_run import harbour_run
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trace_builder.errors import InputError
from trace_builder.records import Attempted
from trace_builder.report.build import build_report
from trace_builder.report.stats.run_status import read_status
from trace_builder.report.stats.statistics import statistics
from trace_builder.storage.seeds import record_digest

_JUNK = st.sampled_from([None, 7, -1, True, "text", [], [None], {}, {"id": []}, [[1]], "\ud800", 10**400])
_FILES = ["run.json", "seeds.jsonl"]
_FILES += [f"stages/{stage}.jsonl" for stage in ("expand", "structure", "respond", "dpo", "iopo")]
_FILES += [f"calls/{stage}.jsonl" for stage in ("respond", "iopo")]


@pytest.fixture(scope="module")
def little_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return harbour_run(tmp_path_factory.mktemp("damage") / "run", 9)


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to everything inside a JSON value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*path, key)
        yield from _places(item, (*path, key))


def _damaged(value: Any, path: tuple[Any, ...], junk: Any) -> Any:
    """``value`` with what stands at ``path`` replaced, or taken away where ``junk`` is Ellipsis."""
    changed = copy.deepcopy(value)
    inside = changed
    for key in path[:-1]:
        inside = inside[key]
    if junk is ...:
        del inside[path[-1]]
    else:
        inside[path[-1]] = junk
    return changed


def _said(path: Path) -> list[str]:
    """What each command says of a path: a sentence that names it, or nothing where it is well."""
    said = []
    for command in (statistics, build_report, read_status):
        try:
            command(path)
        except InputError as exc:
            said.append(str(exc))
            assert "\n" not in said[-1]
            assert str(path) in said[-1]
    return said


def _resealed(row: dict[str, Any]) -> str:
    """An outcome's line whose digest is that of its record, as a program that lies would write it."""
    record = json.dumps(row["record"], ensure_ascii=True, separators=(",", ":"))
    row["digest"] = f"{record_digest(record.encode()):016x}"
    head = json.dumps({k: v for k, v in row.items() if k != "record"}, separators=(",", ":"))
    return f'{head[:-1]},"record":{record}}}'


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_damage_anywhere_in_a_run(little_run: Path, tmp_path: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(_FILES))
    folder = tmp_path / "run"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(little_run, folder)
    path = folder / name
    text = path.read_text(encoding="utf-8")
    lines = [text] if name == "run.json" else [line for line in text.split("\n") if line]
    number = data.draw(st.integers(0, len(lines) - 1))
    row = json.loads(lines[number])
    place = data.draw(st.sampled_from(list(_places(row))))
    changed = _damaged(row, place, data.draw(st.one_of(st.just(...), _JUNK)))
    sealed = name.startswith("stages") and place[0] == "record" and len(place) > 1
    lines[number] = _resealed(changed) if sealed else json.dumps(changed, separators=(",", ":"))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    _said(folder)


def test_a_record_of_other_fields_is_named_with_file_and_line(little_run: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(little_run, tmp_path / "run")
    path = folder / "stages" / "respond.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
    lost = next(n for n, row in enumerate(rows) if row["status"] == "rejected")
    assert Attempted.model_validate(rows[lost]["record"]).imperfect
    rows[lost]["record"] = {"imperfect": [{"response": 7}]}
    path.write_text("\n".join(map(_resealed, rows)) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=rf"respond\.jsonl:{lost + 1}: "):
        statistics(folder)


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"stages": []}', '{"version": 99}', "[" * 100_000, '{"a": 1e999}']
)
def test_a_manifest_that_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "run.json").write_text(text, encoding="utf-8")
    assert len(_said(tmp_path)) == 3


_ROW = '{"id": "1", "description": "d", "constraints": "a", "constraints_splits": ["a"], "levels2": %s}\n'


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (_ROW % '["x"]' + _ROW % "7", 2),
        (_ROW % '["x"]' + _ROW % "[7]", 2),
        (_ROW % '["x"]' + '{"id": "2"}\n', 2),
        (_ROW % '["x"]' + "7" * 5000 + "\n", 2),
        (_ROW % '["x"]' + '{"id": %s}\n' % ("7" * 5000), 2),
        (_ROW % '["x"]' + "[" * 100_000 + "\n", 2),
        (_ROW % '["x"]' + '{"a":' * 100_000 + "\n", 2),
        (_ROW % ("[" * 100_000), 1),
        ('{"id": "1", "instruction": {"description": 7, "constraints": []}}\n', 1),
        ('{"id": "1", "instruction": {"description": "d", "constraints": [{"text": "a"}]}}\n', 1),
        ('{"id": "1", "x1": {}, "x2": {}}\n', 1),
    ],
)
def test_rows_of_a_file_that_are_none(tmp_path: Path, text: str, line: int) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(text, encoding="utf-8")
    for said in _said(path)[:2]:
        assert said.startswith(f"{path}:{line}: ")


def test_what_cannot_be_opened_is_a_sentence(tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "run.json").mkdir()
    pipe = tmp_path / "gone"
    pipe.symlink_to(tmp_path / "nowhere")
    for path in (loop, tmp_path / "run", pipe, tmp_path / ("x" * 300), tmp_path / "a\0b"):
        assert len(_said(path)) == 3


@pytest.mark.skipif(os.geteuid() == 0, reason="every file is open to root")
def test_a_closed_file_is_a_sentence(little_run: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(little_run, tmp_path / "run")
    for name in (*_FILES, "sft.jsonl"):
        (folder / name).chmod(0)
        assert _said(folder if name != "sft.jsonl" else folder / name)
        (folder / name).chmod(0o600)


@pytest.mark.parametrize("missing", ["scores", "models", "results", "data", "score_counts"])
def test_results_that_lack_a_part(tmp_path: Path, missing: str) -> None:
    results = {"kind": "trace_builder.evaluation", "scores": {}, "models": {}, "results": {}, "data": {}}
    results.pop(missing, None)
    (tmp_path / "results.json").write_text(json.dumps(results), encoding="utf-8")
    with pytest.raises(InputError, match=r"results\.json"):
        build_report(tmp_path)


@pytest.mark.parametrize(
    "text", ['{"rows": {}}', '{"rows": [], "figures": {}}', "[]", "7" * 5000, '{"rows": {"a/b": 1e400}}']
)
def test_a_release_whose_description_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "release.json").write_text(text, encoding="utf-8")
    for command in (statistics, build_report):
        with pytest.raises(InputError, match=r"release\.json"):
            command(tmp_path)
