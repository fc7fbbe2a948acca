"""Groups that harvest made, in a release: certified, numbered, kept with their seed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from scripted_runs import scripted_run

from trace_builder.errors import InputError
from trace_builder.evalset.select import select
from trace_builder.records import Checked, Harvested
from trace_builder.release.builder import build
from trace_builder.release.options import ReleaseOptions
from trace_builder.storage.layout import outcomes_file
from trace_builder.storage.run_folder import RunFolder


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return scripted_run(tmp_path_factory.mktemp("harvest") / "run", 20, "harvest.enabled=true")


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def released(run: Path, out: Path) -> dict[str, dict[str, Any]]:
    build(run, out, ReleaseOptions(near_duplicates=None, quotas={}, validation=0.0))
    return {row["id"]: row for row in rows(out / "iopo" / "groups" / "train.jsonl")}


def test_their_groups_stand_behind_the_others_in_the_product_and_in_the_release(
    run: Path, tmp_path: Path
) -> None:
    with RunFolder.open(run) as folder:
        made = {g.id: g for h in folder.records("harvest", Harvested) for g in h.groups}
    assert made
    product = [row["id"] for row in rows(run / "iopo.jsonl")]
    assert product[-len(made) :] == list(made)
    found = released(run, tmp_path / "out")
    assert {name for name, group in made.items() if group.certificate == "full"} <= found.keys()
    assert all(found[name]["operation"] == "harvest" for name in made if name in found)
    assert len(found) == len({row["id"] for row in found.values()})
    trl = [row["id"] for row in rows(tmp_path / "out" / "iopo" / "trl" / "train.jsonl")]
    full = next(name for name, group in made.items() if group.certificate == "full")
    assert f"{full}#iopo.y1_over_y2_at_x1" in trl, "y2 at x1 is a pair of its own"


@pytest.mark.parametrize("file", ["stages/harvest.jsonl", "iopo.jsonl"])
def test_an_edited_group_is_found(run: Path, tmp_path: Path, file: str) -> None:
    import shutil

    folder = shutil.copytree(run, tmp_path / "run")
    path = folder / file
    text = path.read_text(encoding="utf-8")
    place = text.rindex("Sampled and worse")
    path.write_text(text[:place] + "Sampled, and worse" + text[place + 17 :], encoding="utf-8")
    with pytest.raises(InputError, match=file.rpartition("/")[2].replace(".", r"\.")):
        released(folder, tmp_path / "out")
    assert outcomes_file(folder, "harvest").exists()


def test_a_seed_with_a_constraint_outside_the_taxonomy_is_never_evaluated_on(
    run: Path, tmp_path: Path
) -> None:
    with RunFolder.open(run) as folder:
        checked = list(folder.records("quality", Checked))
    unlabelled = {c.id for c in checked if any(k.dimension is None for k in c.instruction.constraints)}
    assert unlabelled
    everything = dict.fromkeys(range(1, 6), 100)
    assert not {item.id for item in select(run, everything).items} & unlabelled
    build(run, tmp_path / "out", ReleaseOptions(near_duplicates=None, quotas=everything, validation=0.0))
    tested = {row["id"] for row in rows(tmp_path / "out" / "evaluation" / "test.jsonl")}
    assert tested
    assert not tested & unlabelled
