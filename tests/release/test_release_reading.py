"""What a release takes of a run: what counts now, of a run that is whole or said not to be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from scripted_runs import cast_of, scripted_run

from trace_builder.errors import InputError
from trace_builder.release.builder import build
from trace_builder.release.options import ReleaseOptions
from trace_builder.storage.layout import outcomes_file

EXACT = ReleaseOptions(near_duplicates=None)
PARTIAL = ReleaseOptions(near_duplicates=None, partial=True)
MESSAGES = Path("sft") / "messages" / "train.jsonl"


def test_places_that_are_no_run(tmp_path: Path) -> None:
    for folder in (tmp_path / "none", tmp_path):
        with pytest.raises(InputError, match="no run here"):
            build(folder, tmp_path.parent / f"{tmp_path.name}-out", EXACT)


def test_a_run_that_is_not_finished(tmp_path: Path) -> None:
    cast = cast_of(12)
    later = {one.seed.id for one in cast[15:]}

    def pending(record: Any) -> None:
        return None

    folder = scripted_run(tmp_path / "run", cast, finish=False, iopo=pending)
    with pytest.raises(InputError, match=r"records that entered iopo have no outcome.* --partial"):
        build(folder, tmp_path / "out", EXACT)
    build(folder, tmp_path / "out", PARTIAL)
    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert "Released from a run that is not finished" in card
    assert "records that entered iopo have no outcome" in card
    assert any(id_ in (tmp_path / "out" / MESSAGES).read_text(encoding="utf-8") for id_ in later)


def test_a_stage_file_that_was_cut_off_is_named(run_folder: Path, tmp_path: Path) -> None:
    path = outcomes_file(run_folder, "iopo")
    whole = path.read_bytes()
    path.write_bytes(whole[:-40])
    with pytest.raises(InputError, match="1 of the 42 records that entered iopo have no outcome"):
        build(run_folder, tmp_path / "out", EXACT)
    build(run_folder, tmp_path / "out", PARTIAL)
    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert "stages/iopo.jsonl ends in a line that was cut off, which is left out" in card
    path.write_bytes(b"".join(whole.splitlines(keepends=True)[:-5]))
    with pytest.raises(InputError, match="5 of the 42 records that entered iopo have no outcome"):
        build(run_folder, tmp_path / "two", EXACT)


def test_what_does_not_count_is_left_out(run_folder: Path, tmp_path: Path) -> None:
    """Lines of an earlier fingerprint, of an edited seed, of a seed that is gone, and earlier ones of a
    record."""
    build(run_folder, tmp_path / "clean", EXACT)
    path = outcomes_file(run_folder, "respond")
    lines = path.read_bytes().splitlines(keepends=True)
    first = lines[0].decode()
    earlier = first.replace('"accepted","reason":null', '"rejected","reason":"imperfect_response"', 1)
    stale = earlier.replace('"fingerprint":"', '"fingerprint":"0', 1)
    edited = earlier.replace(json.loads(first)["upstream"], "0" * 16, 1)
    stranger = first.replace(json.loads(first)["id"], "gone", 1)
    assert len({first, stale, edited, stranger, earlier}) == 5
    path.write_bytes(earlier.encode() + b"".join(lines) + (stale + edited + stranger).encode())
    build(run_folder, tmp_path / "dirty", EXACT)
    assert (tmp_path / "dirty" / MESSAGES).read_bytes() == (tmp_path / "clean" / MESSAGES).read_bytes()


def test_a_seed_that_was_edited_takes_its_records_along(run_folder: Path, tmp_path: Path) -> None:
    path = run_folder / "seeds.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace('"source":"own"', '"source":"mine"', 1), "utf-8")
    with pytest.raises(InputError, match="1 of the 60 records that entered expand have no outcome"):
        build(run_folder, tmp_path / "out", EXACT)
    build(run_folder, tmp_path / "out", PARTIAL)
    assert '"mine"' not in (tmp_path / "out" / "lineage.jsonl").read_text(encoding="utf-8")


def renamed(folder: Path, stage: str, name: str) -> None:
    """As if the stage came from a package that was installed when the run was made."""
    outcomes_file(folder, stage).rename(outcomes_file(folder, name))
    path = outcomes_file(folder, name)
    path.write_text(path.read_text("utf-8").replace(f'"stage":"{stage}"', f'"stage":"{name}"'), "utf-8")
    manifest = (folder / "run.json").read_text(encoding="utf-8")
    (folder / "run.json").write_text(
        manifest.replace(f'"{stage}": {{\n      "f', f'"{name}": {{\n      "f'), "utf-8"
    )
    text = (folder / "run.json").read_text(encoding="utf-8")
    (folder / "run.json").write_text(text.replace(f'"follows": "{stage}"', f'"follows": "{name}"'), "utf-8")


def test_a_stage_of_a_package_that_is_gone_is_no_matter_unless_a_record_rests_on_it(
    run_folder: Path, tmp_path: Path
) -> None:
    renamed(run_folder, "dpo", "polish")
    build(run_folder, tmp_path / "out", EXACT)
    assert '"polish": {"status": "accepted"' in (tmp_path / "out" / "lineage.jsonl").read_text(
        encoding="utf-8"
    )
    assert "| polish | 42 | 38 | 4 | 0 | 0 |" in (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    renamed(run_folder, "structure", "dissect")
    with pytest.raises(InputError, match="quality follows the stage 'dissect', which is not installed here"):
        build(run_folder, tmp_path / "two", EXACT)
