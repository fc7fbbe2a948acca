"""``trace-build trace``: where a record comes from."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from run_folders import small_run

from trace_builder.errors import InputError
from trace_builder.records import IopoGroup
from trace_builder.release.builder import build
from trace_builder.release.options import ReleaseOptions
from trace_builder.report.lineage import find_run, lineage
from trace_builder.storage.layout import calls_file
from trace_builder.storage.run_folder import RunFolder


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_run(tmp_path_factory.mktemp("lineage") / "run", "respond.samples=2")


def test_every_released_row_can_be_traced(run: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    build(run, out, ReleaseOptions(near_duplicates=None))

    def rows(path: Path) -> list[dict[str, str]]:
        return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]

    known = {row["id"] for row in rows(out / "lineage.jsonl")}
    files = [*out.glob("*/*/*.jsonl"), *out.glob("evaluation/*.jsonl")]
    ids = {row["id"] for path in files for row in rows(path)}
    assert any("trace_ids" in str(path) for path in files)
    assert {id_.partition("#")[0] for id_ in ids} == known
    for id_ in ids:
        assert lineage(run, id_).startswith(f"{id_}  in ")
    groups = {row["id"]: row for row in rows(out / "iopo" / "groups" / "train.jsonl")}
    in_order = [row["id"] for row in rows(out / "iopo" / "trace_ids" / "train.jsonl")]
    records = json.loads((out / "iopo" / "trace" / "train.json").read_text(encoding="utf-8"))
    assert [groups[id_]["x1"] for id_ in in_order] == [
        record["conversations"][0]["value"] for record in records
    ]


def test_a_lineage_tells_seed_stages_scores_prompts_models_and_calls(run: Path) -> None:
    with RunFolder.open(run) as folder:
        group = next(group for group in folder.records("iopo", IopoGroup) if group.certificate == "full")
        call = next(iter(folder.calls_of("iopo", group.id).values()))
    text = lineage(run, f"{group.id}#iopo.y1_over_y2_at_x1")
    for part in (
        "source: trace-builder-demo",
        "respond  accepted",
        "c1: 10/10 by judge",
        "judge, (x1, y2)",
        "judge, response",
        f"operation: {group.operation}",
        "proven: y1_over_y2_at_x1, y2_over_y1_at_x2",
        f"call {call.key}: prompt {call.prompt}, model rehearsal",
        f"{call.usage.prompt} prompt ({call.usage.cached} cached)",
        f"    | {call.text.splitlines()[0]}",
    ):
        assert part in text, part
    assert f"    | {call.text.splitlines()[0]}" not in lineage(run, group.id, raw=False)


def test_records_that_were_not_accepted_have_a_lineage_too(run: Path) -> None:
    with RunFolder.open(run) as folder:
        outcomes = [o for stage in folder.stages for o in folder.outcomes(stage) if o.status != "accepted"]
    assert outcomes
    for outcome in outcomes:
        assert f"{outcome.stage}  {outcome.status}: {outcome.reason}" in lineage(run, outcome.id)


def test_an_id_with_a_hash_of_its_own(run: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(run, tmp_path / "run"))
    seeds = folder / "seeds.jsonl"
    first, *_ = seeds.read_text(encoding="utf-8").splitlines()
    seed = json.loads(first)
    with seeds.open("a", encoding="utf-8") as file:
        for id_ in ("a#b", "a"):
            file.write(json.dumps({**seed, "id": id_}, separators=(",", ":")) + "\n")
    assert lineage(folder, "a#b#dpo").startswith("a#b#dpo")
    assert lineage(folder, "a#c#dpo").startswith("a#c#dpo")
    with pytest.raises(InputError, match="no record 'b#c#dpo'"):
        lineage(folder, "b#c#dpo")


def test_a_call_that_is_not_there_is_named(run: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(run, tmp_path / "run"))
    calls_file(folder, "respond").unlink()
    with RunFolder.open(folder) as opened:
        id_ = next(opened.outcomes("respond")).id
    assert "not among the calls of respond" in lineage(folder, id_)


def test_the_run_that_is_meant(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="none under outputs/"):
        find_run(None)
    old, new = (Path(shutil.copytree(run, tmp_path / "outputs" / name)) for name in ("old", "new"))
    os.utime(old / "run.json", (1, 1))
    assert find_run(None) == Path("outputs/new")
    assert find_run(old) == old
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "release.json").write_text("{}")
    with pytest.raises(InputError, match="set is a release"):
        find_run(tmp_path / "set")
    monkeypatch.chdir(new)
    assert find_run(None) == Path()
