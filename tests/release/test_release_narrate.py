from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trace_builder.errors import InputError
from trace_builder.release.build import build
from trace_builder.release.narrate import find_run, narrate
from trace_builder.release.options import Options


def test_every_released_row_can_be_traced(
    make_run: Any, tmp_path: Path, read_rows: Callable[[Path], list[dict[str, Any]]]
) -> None:
    folder, out = make_run().write(), tmp_path / "out"
    build(folder, out, Options(near_duplicates=None), force=False)
    known = {row["id"] for row in read_rows(out / "lineage.jsonl")}
    ids = [row["id"] for path in out.glob("*/*/*.jsonl") for row in read_rows(path)]
    ids += [row["id"] for row in read_rows(out / "evaluation" / "test.jsonl")]
    assert any("trace_ids" in str(path) for path in out.glob("*/*/*.jsonl"))
    assert ids
    for id_ in set(ids):
        assert id_.partition("#")[0] in known
        assert narrate(folder, id_).startswith(id_)


def test_the_ids_of_the_authors_rows_are_in_order(
    make_run: Any, tmp_path: Path, read_rows: Callable[[Path], list[dict[str, Any]]]
) -> None:
    import json

    out = tmp_path / "out"
    build(make_run().write(), out, Options(near_duplicates=None), force=False)
    groups = {row["id"]: row for row in read_rows(out / "iopo" / "groups" / "train.jsonl")}
    ids = [row["id"] for row in read_rows(out / "iopo" / "trace_ids" / "train.jsonl")]
    records = json.loads((out / "iopo" / "trace" / "train.json").read_text(encoding="utf-8"))
    assert [groups[id_]["x1"] for id_ in ids] == [record["conversations"][0]["value"] for record in records]


def test_a_lineage_tells_seed_stages_scores_prompts_models_and_calls(make_run: Any) -> None:
    text = narrate(make_run().write(), "zh-001#iopo.y1_over_y2_at_x1")
    for part in (
        "source: own",
        "respond  accepted",
        "c1: 10/10 by judge",
        "c1: 4/10 by judge",
        "judge, (x1, y2)",
        "proven: y1_over_y2_at_x1, y2_over_y1_at_x2",
        "prompt iopo_revise, model rule-model",
        "10 prompt (5 cached) and 7 completion tokens, 0.25 s",
        "| raw answer for zh-001 原文",
    ):
        assert part in text, part
    assert "raw answer" not in narrate(make_run().write(), "zh-001", raw=False)


def test_rejected_and_failed_records_have_a_lineage_too(make_run: Any) -> None:
    run = make_run()
    folder = run.write()
    seen = set()
    for id_, outcome in run.outcomes["respond"].items():
        if outcome.status != "accepted":
            seen.add(outcome.status)
            assert f"respond  {outcome.status}: {outcome.reason}" in narrate(folder, id_)
    assert seen == {"rejected", "failed"}


def test_an_id_with_a_hash_of_its_own(make_run: Any) -> None:
    from run_folders import add_seed

    run = make_run(0)
    add_seed(run, "a#b", "en", 1, "full")
    folder = run.write()
    assert narrate(folder, "a#b#dpo").startswith("a#b#dpo")
    with pytest.raises(InputError, match="no record 'a#c#dpo'"):
        narrate(folder, "a#c#dpo")


def test_a_call_that_is_not_there_is_named(make_run: Any) -> None:
    folder = make_run().write()
    (folder / "calls" / "dpo.jsonl").unlink()
    assert "not in calls/dpo.jsonl" in narrate(folder, "zh-001")


def test_the_run_that_is_meant(make_run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="none under outputs/"):
        find_run(None)
    old, new = make_run(1, "outputs/old").write(), make_run(1, "outputs/new").write()
    os.utime(old / "run.json", (1, 1))
    assert find_run(None) == Path("outputs/new")
    assert find_run(old) == old
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "release.json").write_text("{}")
    with pytest.raises(InputError, match="set is a release"):
        find_run(tmp_path / "set")
    monkeypatch.chdir(new)
    assert find_run(None) == Path()
