from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from run_folders import add_seed

from trace_builder.errors import InputError
from trace_builder.release.build import build
from trace_builder.release.options import Options

Rows = Callable[[Path], list[dict[str, Any]]]
EXACT = Options(near_duplicates=None)
PARQUET = ("parquet",) if importlib.util.find_spec("pyarrow") else ()


def seed_of(id_: str) -> str:
    return id_.partition("#")[0]


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


@pytest.fixture
def out(make_run: Any, tmp_path: Path) -> Path:
    build(make_run(30).write(), tmp_path / "out", EXACT, force=False)
    return tmp_path / "out"


def test_two_releases_of_a_run_have_the_same_bytes(make_run: Any, tmp_path: Path) -> None:
    folder = make_run().write()
    build(folder, tmp_path / "one", EXACT, force=False)
    build(folder, tmp_path / "two", EXACT, force=False)
    assert tree(tmp_path / "one") == tree(tmp_path / "two")


def test_parquet_has_the_same_bytes_too(make_run: Any, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    options = Options(near_duplicates=None, formats=("parquet",))
    folder = make_run().write()
    build(folder, tmp_path / "one", options, force=False)
    build(folder, tmp_path / "two", options, force=False)
    assert tree(tmp_path / "one") == tree(tmp_path / "two")
    assert (tmp_path / "one" / "parquet" / "iopo" / "groups" / "train.parquet").is_file()


def test_what_came_from_one_seed_is_in_one_split(out: Path, read_rows: Rows) -> None:
    places: dict[str, set[str]] = {}
    for path in out.rglob("*.jsonl"):
        if path.stem in ("train", "validation", "test"):
            for row in read_rows(path):
                places.setdefault(seed_of(row["id"]), set()).add(path.stem)
    for split in ("train", "validation"):
        for row in read_rows(out / "iopo" / "trace_ids" / f"{split}.jsonl"):
            places[row["id"]].add(split)
    assert {split for found in places.values() for split in found} == {"train", "validation", "test"}
    assert all(len(found) == 1 for found in places.values())


def test_one_sided_groups_give_their_proven_terms_alone(out: Path, read_rows: Rows) -> None:
    groups = [
        row
        for split in ("train", "validation")
        for row in read_rows(out / "iopo" / "groups" / f"{split}.jsonl")
    ]
    assert groups
    assert {row["certificate"] for row in groups} == {"full"}
    full = {row["id"] for row in groups}
    terms: dict[str, set[str]] = {}
    for name in ("dpo/trl", "iopo/input_preference", "iopo/trl"):
        for split in ("train", "validation"):
            for row in read_rows(out / name / f"{split}.jsonl"):
                seed, _, term = row["id"].partition("#iopo.")
                if term:
                    terms.setdefault(seed, set()).add(f"{name}:{term}")
    one_sided = {seed: found for seed, found in terms.items() if seed not in full}
    assert set(map(frozenset, one_sided.values())) == {
        frozenset({"dpo/trl:y2_over_y1_at_x2", "iopo/input_preference:x1_over_x2_for_y1"}),
        frozenset({"dpo/trl:y1_over_y2_at_x1", "iopo/input_preference:x2_over_x1_for_y2"}),
    }
    assert all(len(terms[seed]) == 4 for seed in full)
    assert not any(term.startswith("dpo/trl") for seed in full for term in terms[seed])


def test_every_kto_response_is_there_once_with_its_verdict(out: Path, read_rows: Rows) -> None:
    rows = [
        row for split in ("train", "validation") for row in read_rows(out / "dpo" / "kto" / f"{split}.jsonl")
    ]
    texts = [(row["prompt"][0]["content"], row["completion"][0]["content"]) for row in rows]
    assert len(set(texts)) == len(texts)
    by_id = {row["id"]: row for row in rows}
    assert len(by_id) == len(rows)
    assert {row["label"] for row in rows} == {True, False}
    for id_, row in by_id.items():
        worse = "orse" in row["completion"][0]["content"]
        if "#iopo" not in id_:
            assert row["label"] is not worse


def test_an_imperfect_response_without_a_pair_is_still_a_kto_row(
    make_run: Any, tmp_path: Path, read_rows: Rows
) -> None:
    run = make_run(30)
    [id_] = [i for i in run.outcomes["dpo"] if i == "en-013"]
    assert run.outcomes["dpo"][id_].status == "rejected"
    build(run.write(), tmp_path / "out", Options(near_duplicates=None, quotas={}, validation=0), force=False)
    rows = {row["id"]: row for row in read_rows(tmp_path / "out" / "dpo" / "kto" / "train.jsonl")}
    assert rows["en-013#respond.imperfect1"]["label"] is False


def test_formats_can_be_chosen(make_run: Any, tmp_path: Path) -> None:
    options = Options(near_duplicates=None, formats=("sft/alpaca", "iopo"))
    build(make_run().write(), tmp_path / "out", options, force=False)
    assert {path.name for path in (tmp_path / "out" / "sft").iterdir()} == {"alpaca"}
    assert len(list((tmp_path / "out" / "iopo").iterdir())) == 6
    assert not (tmp_path / "out" / "dpo").exists()
    register = json.loads((tmp_path / "out" / "dataset_info.json").read_text(encoding="utf-8"))
    assert {name.removesuffix("_validation") for name in register} == {
        "sft_alpaca",
        "iopo_ranking",
        "trace_iopo",
    }


def test_an_unknown_format_is_named(make_run: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--format csv: no such format; there are dpo"):
        build(make_run().write(), tmp_path / "out", Options(formats=("csv",)), force=False)
    assert not (tmp_path / "out").exists()


def test_out_that_exists_needs_force_and_must_be_a_release(make_run: Any, tmp_path: Path) -> None:
    folder = make_run().write()
    out = tmp_path / "out"
    build(folder, out, EXACT, force=False)
    with pytest.raises(InputError, match="exists already; --force"):
        build(folder, out, EXACT, force=False)
    (out / "extra").write_text("old")
    build(folder, out, EXACT, force=True)
    assert not (out / "extra").exists()
    home = tmp_path / "home"
    home.mkdir()
    (home / "thesis.tex").write_text("years of work")
    with pytest.raises(InputError, match="not a release's folder"):
        build(folder, home, EXACT, force=True)
    assert (home / "thesis.tex").read_text() == "years of work"
    with pytest.raises(InputError, match="cannot take the place of its run"):
        build(folder, folder, EXACT, force=True)


def test_nothing_is_left_behind_when_it_fails(make_run: Any, tmp_path: Path) -> None:
    folder = make_run().write()

    def refuse(_: Path) -> None:
        raise InputError("a row was dropped")

    before = sorted(tmp_path.iterdir())
    with pytest.raises(InputError, match="a row was dropped"):
        build(folder, tmp_path / "out", EXACT, force=False, verify=refuse)
    assert sorted(tmp_path.iterdir()) == before


def test_a_failed_replacement_leaves_the_old_release(make_run: Any, tmp_path: Path) -> None:
    folder, out = make_run().write(), tmp_path / "out"
    build(folder, out, EXACT, force=False)
    before = tree(out)
    (folder / "stages" / "respond.jsonl").write_text("{", encoding="utf-8")
    with pytest.raises(InputError):
        build(folder, out, EXACT, force=True)
    assert tree(out) == before


def test_pairs_of_very_unlike_lengths_can_be_left_out(make_run: Any, tmp_path: Path, read_rows: Rows) -> None:
    options = Options(near_duplicates=None, max_length_ratio=1.3, quotas={})
    build(make_run(30).write(), tmp_path / "out", options, force=False)
    left = [row for row in read_rows(tmp_path / "out" / "removed.jsonl") if row["kind"] == "length_ratio"]
    assert left
    assert all(row["score"] > 1.3 for row in left)
    kept = read_rows(tmp_path / "out" / "dpo" / "trl" / "train.jsonl")
    assert not {row["other"] for row in left} & {row["id"] for row in kept}
    for row in kept:
        sizes = sorted(len(row[side][0]["content"]) for side in ("chosen", "rejected"))
        assert sizes[1] <= 1.3 * sizes[0]


def test_a_run_with_one_seed_and_no_pairs(make_run: Any, tmp_path: Path, read_rows: Rows) -> None:
    run = make_run(0)
    add_seed(run, "only", "zh", 6, "no_group")
    run.put("dpo", "only", "rejected", reason="same_response")
    build(run.write(), tmp_path / "out", EXACT, force=False)
    assert [row["id"] for row in read_rows(tmp_path / "out" / "sft" / "messages" / "train.jsonl")] == ["only"]
    assert not (tmp_path / "out" / "iopo").exists()
    assert not (tmp_path / "out" / "dpo" / "trl").exists()
    assert read_rows(tmp_path / "out" / "dpo" / "kto" / "train.jsonl")[0]["label"] is True


def test_a_run_in_which_nothing_passed(make_run: Any, tmp_path: Path) -> None:
    run = make_run(0)
    add_seed(run, "only", "en", 0, "poor")
    with pytest.raises(InputError, match="nothing to release"):
        build(run.write(), tmp_path / "out", EXACT, force=False)


def test_groups_with_the_papers_own_check_are_left_out_unless_asked_for(
    make_run: Any, tmp_path: Path, read_rows: Rows
) -> None:
    run = make_run()
    for outcome in run.outcomes["iopo"].values():
        if outcome.record and outcome.record["certificate"] == "full":
            outcome.record["certificate"] = "rationality"
            outcome.record["cells"].update(x1y2=None, x2y1=None)
            outcome.record["terms"] = dict.fromkeys(outcome.record["terms"], False)
    folder = run.write()
    build(folder, tmp_path / "without", EXACT, force=False)
    assert not (tmp_path / "without" / "iopo" / "groups").exists()
    build(folder, tmp_path / "with", Options(near_duplicates=None, uncertified=True), force=False)
    rows = read_rows(tmp_path / "with" / "iopo" / "groups" / "train.jsonl")
    assert {row["certificate"] for row in rows} == {"rationality"}
    assert "rationality check alone" in (tmp_path / "with" / "README.md").read_text(encoding="utf-8")


def test_an_interruption_leaves_nothing_behind(make_run: Any, tmp_path: Path) -> None:
    folder = make_run().write()

    def interrupted(_: Path) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(folder, tmp_path / "out", EXACT, force=False, verify=interrupted)
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_a_disk_that_is_full_stops_without_a_trace(make_run: Any, tmp_path: Path) -> None:
    """A limit on the size of files stands in for the disk."""
    folder, out = make_run().write(), tmp_path / "out"
    code = (
        "import resource, runpy, signal, sys\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))\n"
        "sys.argv[1:] = ['release', sys.argv[1], '--to', sys.argv[2], '--near-duplicates', 'off']\n"
        "runpy.run_module('trace_builder', run_name='__main__')\n"
    )
    command = [sys.executable, "-c", code, str(folder), str(out)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 3, done.stderr
    assert "File too large" in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_a_place_that_cannot_be_written_to(make_run: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here")
    with pytest.raises(InputError, match="cannot be written"):
        build(make_run(2).write(), tmp_path / "file" / "out", EXACT, force=False)


WILD = "a\u2028b\u0085c\r\nd\x0be\x00f\ufeff|`---`\n...\n- {x}: 'y' \"z\" \\ 🏳️‍🌈 \u202eabc\u202c العربية"


def test_any_text_comes_out_as_it_went_in(make_run: Any, tmp_path: Path) -> None:
    run = make_run(0)
    add_seed(run, "w\u2028#1\n2", "zh", 3, "full")
    for stage in ("quality", "respond", "dpo", "iopo"):
        record = run.record(stage, "w\u2028#1\n2")
        record["source"] = WILD
        for name in {"instruction", "x1", "x2"} & set(record):
            record[name]["description"] = WILD
        for name in {"response", "chosen", "y1"} & set(record):
            record[name] = WILD
    options = Options(near_duplicates=None, quotas={}, formats=PARQUET)
    build(run.write(), tmp_path / "out", options, force=False)
    for path in (tmp_path / "out").glob("*/*/train.json*"):
        with path.open(encoding="utf-8", newline="\n") as file:
            rows = json.load(file) if path.suffix == ".json" else [json.loads(line) for line in file]
        assert rows
    [row] = json.loads((tmp_path / "out" / "iopo" / "trace" / "train.json").read_bytes())
    assert row["chosen"]["value"] == WILD
    assert row["conversations"][0]["value"].startswith(WILD + "\n")
    if PARQUET:
        import pyarrow.parquet as pq

        [row] = pq.read_table(tmp_path / "out" / "parquet" / "sft" / "messages" / "train.parquet").to_pylist()
        assert row["messages"][1]["content"] == WILD
    head = (tmp_path / "out" / "README.md").read_text(encoding="utf-8").split("---\n")[1]
    assert yaml.safe_load(head)["configs"]
