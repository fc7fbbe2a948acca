from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from trace_builder.errors import InputError
from trace_builder.release.build import build
from trace_builder.release.options import Options
from trace_builder.release.source import open_run

EXACT = Options(near_duplicates=None)
PARTIAL = Options(near_duplicates=None, partial=True)


def cut(path: Path, characters: int) -> None:
    data = path.read_bytes()
    path.write_bytes(data[:-characters])


def test_places_that_are_no_run(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such run folder"):
        open_run(tmp_path / "none")
    with pytest.raises(InputError, match=r"it has no run.json"):
        open_run(tmp_path)
    (tmp_path / "run.json").write_text("{")
    with pytest.raises(InputError, match=r"run.json: not JSON"):
        open_run(tmp_path)


def test_a_run_that_is_not_finished(make_run: Any, tmp_path: Path) -> None:
    run = make_run()
    run.manifest["finished"] = False
    for id_ in list(run.outcomes["iopo"])[20:]:
        del run.outcomes["iopo"][id_]
    folder = run.write()
    with pytest.raises(InputError, match=r"iopo.jsonl: 8 of 28 records have no outcome .*--partial"):
        build(folder, tmp_path / "out", EXACT, force=False)
    build(folder, tmp_path / "out", PARTIAL, force=False)
    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert "Released from a run that is not finished" in card
    assert "stages/iopo.jsonl: 8 of 28 records" in card


def test_a_stage_file_cut_off_within_a_line(make_run: Any, tmp_path: Path) -> None:
    folder = make_run().write()
    cut(folder / "stages" / "respond.jsonl", 40)
    with pytest.raises(InputError, match=r"respond.jsonl:36: the file is cut off in this line"):
        build(folder, tmp_path / "out", PARTIAL, force=False)


def test_a_stage_file_cut_off_between_lines(make_run: Any, tmp_path: Path) -> None:
    folder = make_run().write()
    path = folder / "stages" / "dpo.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-5]))
    with pytest.raises(InputError, match=r"dpo.jsonl: 5 of 28 records have no outcome .*incomplete though"):
        build(folder, tmp_path / "out", PARTIAL, force=False)


def test_a_torn_last_line_of_an_unfinished_run_is_left_out_and_named(make_run: Any, tmp_path: Path) -> None:
    run = make_run()
    run.manifest["finished"] = False
    folder = run.write()
    cut(folder / "stages" / "iopo.jsonl", 40)
    with pytest.raises(InputError, match=r"iopo.jsonl"):
        build(folder, tmp_path / "out", EXACT, force=False)
    build(folder, tmp_path / "out", PARTIAL, force=False)
    assert "cut off" in (tmp_path / "out" / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"nonsense", "Invalid JSON"),
        (b"\xff\xfe", "Invalid JSON|invalid unicode"),
        (b'{"id": "x"}', "stage: Field required"),
        (
            b'{"id":"x","stage":"iopo","status":"accepted","fingerprint":"f","seed":"s"}',
            "'iopo' in this file",
        ),
        (b'{"id":"x","stage":"dpo","status":"accepted","fingerprint":"f","seed":"s"}', "has no record"),
        (b'{"id":"x","stage":"dpo","status":"lost","fingerprint":"f","seed":"s"}', "status: "),
    ],
)
def test_a_line_that_is_no_outcome(make_run: Any, line: bytes, message: str) -> None:
    folder = make_run().write()
    path = folder / "stages" / "dpo.jsonl"
    path.write_bytes(line + b"\n" + path.read_bytes())
    with pytest.raises(InputError, match=rf"dpo.jsonl:1: .*({message})"):
        open_run(folder)


def test_a_record_that_the_stage_before_did_not_accept(make_run: Any) -> None:
    run = make_run()
    run.put("quality", "en-000", "rejected", reason="missing_input")
    with pytest.raises(InputError, match=r"respond.jsonl:1: record 'en-000', which quality did not accept"):
        open_run(run.write())


def test_stale_lines_and_strangers_do_not_count(make_run: Any, tmp_path: Path) -> None:
    run = make_run()
    folder = run.write()
    build(folder, tmp_path / "clean", EXACT, force=False)
    path = folder / "stages" / "respond.jsonl"
    first = json.loads(path.read_text(encoding="utf-8").splitlines()[0])
    stale = {**first, "fingerprint": "0ld", "status": "rejected", "reason": "imperfect_response"}
    edited_seed = {**first, "seed": "00000000", "status": "rejected", "reason": "imperfect_response"}
    stranger = {**first, "id": "gone"}
    with path.open("a", encoding="utf-8") as file:
        for row in (stale, edited_seed, stranger):
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    build(folder, tmp_path / "dirty", EXACT, force=False)
    name = Path("sft") / "messages" / "train.jsonl"
    assert (tmp_path / "dirty" / name).read_bytes() == (tmp_path / "clean" / name).read_bytes()


def test_the_last_of_several_outcomes_counts(make_run: Any) -> None:
    run = make_run()
    folder = run.write()
    path = folder / "stages" / "respond.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    failed = json.loads(lines[0])
    failed.update(status="failed", reason="timeout", record=None)
    path.write_bytes(json.dumps(failed).encode() + b"\n" + b"".join(lines))
    assert open_run(folder).has("respond", "en-000")


def test_seeds_that_cannot_be_read(make_run: Any) -> None:
    folder = make_run().write()
    path = folder / "seeds.jsonl"
    path.write_bytes(b'{"id": "a"}\n' + path.read_bytes())
    with pytest.raises(InputError, match=r"seeds.jsonl:1: lang: Field required"):
        open_run(folder)
    path.unlink()
    with pytest.raises(InputError, match=r"seeds.jsonl: no such file"):
        open_run(folder)
