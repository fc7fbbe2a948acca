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
from scripted_runs import Scripted, scripted_run, seed_of

from trace_builder.errors import InputError
from trace_builder.records import Seed
from trace_builder.release.builder import build
from trace_builder.release.options import ReleaseOptions

Rows = Callable[[Path], list[dict[str, Any]]]
EXACT = ReleaseOptions(near_duplicates=None)
PARQUET = ("parquet",) if importlib.util.find_spec("pyarrow") else ()


def seed_id(id_: str) -> str:
    return id_.partition("#")[0]


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


@pytest.fixture(scope="module")
def out(scripted: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("built") / "out"
    build(scripted, out, EXACT)
    return out


def test_two_releases_of_a_run_have_the_same_bytes(scripted: Path, out: Path, tmp_path: Path) -> None:
    build(scripted, tmp_path / "two", EXACT)
    assert tree(tmp_path / "two") == tree(out)


def test_two_equal_runs_in_two_folders_give_the_same_bytes(tmp_path: Path) -> None:
    """Whole runs with the embedded model, at other times, from seed files in other folders."""

    from trace_builder.run.config_file import load_config
    from trace_builder.run.pipeline import run_pipeline

    seeds = [seed_of("en", number) for number in range(6)]
    for name in ("one", "deeper/two"):
        file = tmp_path / name / "my_seeds.jsonl"
        file.parent.mkdir(parents=True)
        file.write_text("".join(seed.model_dump_json() + "\n" for seed in seeds), encoding="utf-8")
        run_pipeline(load_config(values={"output": str(tmp_path / name / "run"), "seeds": [str(file)]}))
        build(tmp_path / name / "run", tmp_path / name / "out", EXACT)
    assert tree(tmp_path / "one" / "out") == tree(tmp_path / "deeper" / "two" / "out")
    for name, data in tree(tmp_path / "one" / "out").items():
        assert str(tmp_path).encode() not in data, name


def test_parquet_has_the_same_bytes_too(scripted: Path, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    options = ReleaseOptions(near_duplicates=None, formats=("parquet",))
    build(scripted, tmp_path / "one", options)
    build(scripted, tmp_path / "two", options)
    assert tree(tmp_path / "one") == tree(tmp_path / "two")
    assert (tmp_path / "one" / "parquet" / "iopo" / "groups" / "train.parquet").is_file()


def test_each_file_of_a_run_is_opened_once_and_each_record_parsed_once(
    scripted: Path, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, Path(__file__).with_name("count_reading.py"), scripted, tmp_path / "out"],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert {name for name, times in found["opened"].items() if times > 1} <= {"run.json"}
    assert len([name for name in found["opened"] if name.startswith("stages/")]) == 6
    assert set(found["parsed"].values()) == {1}
    assert len(found["parsed"]) > 300


def test_what_came_from_one_seed_is_in_one_split(out: Path, read_rows: Rows) -> None:
    places: dict[str, set[str]] = {}
    for path in out.rglob("*.jsonl"):
        if path.stem in ("train", "validation", "test"):
            for row in read_rows(path):
                places.setdefault(seed_id(row["id"]), set()).add(path.stem)
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


def test_formats_can_be_chosen(scripted: Path, tmp_path: Path) -> None:
    options = ReleaseOptions(near_duplicates=None, formats=("sft/alpaca", "iopo"))
    build(scripted, tmp_path / "out", options)
    assert {path.name for path in (tmp_path / "out" / "sft").iterdir()} == {"alpaca"}
    assert len(list((tmp_path / "out" / "iopo").iterdir())) == 6
    assert not (tmp_path / "out" / "dpo").exists()
    register = json.loads((tmp_path / "out" / "dataset_info.json").read_text(encoding="utf-8"))
    assert {name.removesuffix("_validation") for name in register} == {
        "sft_alpaca",
        "iopo_ranking",
        "trace_iopo",
    }


def test_an_unknown_format_is_named(scripted: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--format csv: no such format; there are dpo"):
        build(scripted, tmp_path / "out", ReleaseOptions(formats=("csv",)))
    assert not (tmp_path / "out").exists()


def test_pairs_of_very_unlike_lengths_can_be_left_out(
    scripted: Path, tmp_path: Path, read_rows: Rows
) -> None:
    options = ReleaseOptions(near_duplicates=None, max_length_ratio=1.3, quotas={})
    build(scripted, tmp_path / "out", options)
    left = [row for row in read_rows(tmp_path / "out" / "removed.jsonl") if row["kind"] == "length_ratio"]
    assert left
    assert all(row["score"] > 1.3 for row in left)
    kept = read_rows(tmp_path / "out" / "dpo" / "trl" / "train.jsonl")
    assert not {row["other"] for row in left} & {row["id"] for row in kept}
    for row in kept:
        sizes = sorted(len(row[side][0]["content"]) for side in ("chosen", "rejected"))
        assert sizes[1] <= 1.3 * sizes[0]


def test_an_imperfect_response_without_a_pair_is_still_a_kto_row(tmp_path: Path, read_rows: Rows) -> None:
    # Seed 13 has an imperfect response, and its worse one is the perfect one again.
    run = scripted_run(tmp_path / "run", [Scripted(seed_of("en", 13), 13)], "dpo.sampled=false")
    build(run, tmp_path / "out", ReleaseOptions(near_duplicates=None, quotas={}, validation=0))
    assert not (tmp_path / "out" / "dpo" / "trl" / "train.jsonl").exists() or all(
        "#dpo" not in row["id"] for row in read_rows(tmp_path / "out" / "dpo" / "trl" / "train.jsonl")
    )
    rows = {row["id"]: row for row in read_rows(tmp_path / "out" / "dpo" / "kto" / "train.jsonl")}
    assert rows["en-013#respond.imperfect1"]["label"] is False


def test_a_run_with_one_seed_and_no_pairs(tmp_path: Path, read_rows: Rows) -> None:
    run = scripted_run(tmp_path / "run", [Scripted(seed_of("zh", 6), 6, "no_group")])
    build(run, tmp_path / "out", EXACT)
    messages = read_rows(tmp_path / "out" / "sft" / "messages" / "train.jsonl")
    assert [row["id"] for row in messages] == ["zh-006"]
    assert not (tmp_path / "out" / "iopo").exists()
    assert not (tmp_path / "out" / "dpo" / "trl").exists()
    assert read_rows(tmp_path / "out" / "dpo" / "kto" / "train.jsonl")[0]["label"] is True


def test_a_run_in_which_nothing_passed(tmp_path: Path) -> None:
    run = scripted_run(tmp_path / "run", [Scripted(seed_of("en", 0), 0, "poor")])
    with pytest.raises(InputError, match="nothing to release"):
        build(run, tmp_path / "out", EXACT)


def test_groups_with_the_papers_own_check_are_left_out_unless_asked_for(
    tmp_path: Path, read_rows: Rows
) -> None:
    run = scripted_run(tmp_path / "run", 12, "iopo.certificate=rationality")
    build(run, tmp_path / "without", EXACT)
    assert not (tmp_path / "without" / "iopo" / "groups").exists()
    build(run, tmp_path / "with", ReleaseOptions(near_duplicates=None, uncertified=True))
    rows = read_rows(tmp_path / "with" / "iopo" / "groups" / "train.jsonl")
    assert {row["certificate"] for row in rows} == {"rationality"}
    assert "rationality check alone" in (tmp_path / "with" / "README.md").read_text(encoding="utf-8")


def test_texts_set_aside_lie_in_no_file_of_the_release(out: Path) -> None:
    assert {path.suffix for path in out.rglob("*") if path.is_file()} == {".jsonl", ".json", ".md", ""}
    assert not [path for path in out.rglob("*") if path.name.startswith((".", "tmp"))]


WILD = "a\u2028b\u0085c\r\nd\x0be\x00f\ufeff|`---`\n...\n- {x}: 'y' \"z\" \\ 🏳️‍🌈 \u202eabc\u202c العربية"


def test_any_text_comes_out_as_it_went_in(tmp_path: Path) -> None:
    seed = Seed(id="w\u2028#1\n2", lang="zh", instruction=WILD, source=WILD)
    run = scripted_run(tmp_path / "run", [Scripted(seed, 4, response=WILD)])
    options = ReleaseOptions(near_duplicates=None, quotas={}, formats=PARQUET)
    build(run, tmp_path / "out", options)
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
