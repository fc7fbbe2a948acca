"""The checks that constraints are bound to, in a release: made again with the records, and written out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from run_folders import small_run

from trace_builder.errors import InputError
from trace_builder.records import Instruction, IopoGroup
from trace_builder.release.builder import build
from trace_builder.release.formats.columns import columns_of, fits
from trace_builder.release.options import ReleaseOptions
from trace_builder.storage.run_folder import RunFolder

OPTIONS = ReleaseOptions(near_duplicates=None, quotas={}, validation=0.0)


def test_they_are_released_as_the_run_has_them(tmp_path: Path) -> None:
    """The model's bindings too: a run with the stage that asks for them is made again from its calls."""
    run = small_run(tmp_path / "run", "iopo.operations={revise: 1}", limit=40)
    build(run, tmp_path / "out", OPTIONS)
    lines = (tmp_path / "out" / "iopo" / "groups" / "train.jsonl").read_text(encoding="utf-8").splitlines()
    with RunFolder.open(run) as folder:
        assert "bind" in folder.stages
        made = {group.id: group for group in folder.records("iopo", IopoGroup)}
    rows = [json.loads(line) for line in lines]
    bound = [c["check"] for row in rows for c in row["x1_parts"]["constraints"] if c["check"]]
    assert {check["by"] for check in bound} == {"grammar", "model"}
    for row in rows:
        if row["id"] in made:
            assert Instruction.model_validate(row["x1_parts"]) == made[row["id"]].x1
            assert Instruction.model_validate(row["x2_parts"]) == made[row["id"]].x2
        assert fits(row["x1_parts"], columns_of(Instruction)), "one type a column, whatever the kind"


def test_a_binding_that_the_calls_do_not_give_is_found(tmp_path: Path) -> None:
    run = small_run(tmp_path / "run", "iopo.operations={revise: 1}", limit=40)
    path = run / "stages" / "bind.jsonl"
    text = path.read_text(encoding="utf-8")
    place = text.index('"by":"model"')
    path.write_text(text[:place] + '"by":"grammar"' + text[place + 12 :], encoding="utf-8")
    with pytest.raises(InputError, match=r"bind.jsonl:\d+"):
        build(run, tmp_path / "out", OPTIONS)
