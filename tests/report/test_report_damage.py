"""Folders that were edited or damaged end in a sentence that names the file, never in a traceback."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from report_run_folder import Maker

from trace_builder.errors import InputError
from trace_builder.report.build import build_report

_JUNK = st.sampled_from([None, 7, -1, True, "text", [], [None], {}, {"id": []}, [[1]], "\ud800"])


@pytest.fixture(scope="module")
def small_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Maker(tmp_path_factory.mktemp("damage") / "run", size=9).write()


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


def _sentence(folder: Path) -> None:
    try:
        page = build_report(folder)
    except InputError as exc:
        message = str(exc)
        assert "\n" not in message
        assert str(folder) in message
    else:
        assert page.startswith("<!doctype html>")


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_damage_anywhere_in_a_run(small_run: Path, tmp_path: Path, data: st.DataObject) -> None:
    name = data.draw(
        st.sampled_from(
            ["run.json", "seeds.jsonl"]
            + [f"stages/{s}.jsonl" for s in ("expand", "structure", "respond", "dpo", "iopo")]
            + [f"calls/{s}.jsonl" for s in ("respond", "iopo")]
        )
    )
    folder = tmp_path / "run"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(small_run, folder)
    path = folder / name
    text = path.read_text(encoding="utf-8")
    lines = [text] if name == "run.json" else [line for line in text.split("\n") if line]
    number = data.draw(st.integers(0, len(lines) - 1))
    row = json.loads(lines[number])
    place = data.draw(st.sampled_from(list(_places(row))))
    lines[number] = json.dumps(_damaged(row, place, data.draw(st.one_of(st.just(...), _JUNK))))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    _sentence(folder)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not JSON"),
        ("[]", "a JSON object was expected"),
        ('{"stages": []}', None),
        ('{"stages": [1]}', "'stages' is not an object"),
        ('{"config": {"models": 7}}', "damaged"),
    ],
)
def test_a_manifest_that_is_none(tmp_path: Path, text: str, message: str | None) -> None:
    (tmp_path / "run.json").write_text(text, encoding="utf-8")
    if message is None:
        assert build_report(tmp_path)
        return
    with pytest.raises(InputError, match=message):
        build_report(tmp_path)


@pytest.mark.parametrize("missing", ["scores", "models", "results", "data", "score_counts"])
def test_results_that_lack_a_part(tmp_path: Path, missing: str) -> None:
    results = {"kind": "trace_builder.evaluation", "scores": {}, "models": {}, "results": {}, "data": {}}
    results.pop(missing, None)
    (tmp_path / "results.json").write_text(json.dumps(results), encoding="utf-8")
    with pytest.raises(InputError, match=r"results\.json"):
        build_report(tmp_path)


def test_a_release_that_lacks_its_figures(tmp_path: Path) -> None:
    (tmp_path / "release.json").write_text('{"rows": {}}', encoding="utf-8")
    with pytest.raises(InputError, match=r"release\.json: not the description of a release"):
        build_report(tmp_path)
