"""What a release says of its rows: language, source, constraint count, distributions, licences, certificates."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from typer.testing import CliRunner

from trace_builder.cli import app
from trace_builder.errors import InputError
from trace_builder.release.builder import Release, build
from trace_builder.release.options import ReleaseOptions
from trace_builder.report.build import build_report
from trace_builder.storage.run_folder import open_run


@pytest.fixture(scope="module")
def made(scripted: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Release, Path]:
    out = tmp_path_factory.mktemp("facts") / "out"
    return build(scripted, out, ReleaseOptions(near_duplicates=None)), out


def rows(out: Path, folder: str) -> list[dict[str, object]]:
    lines = [line for file in sorted((out / folder).glob("*.jsonl")) for line in file.open(encoding="utf-8")]
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize(
    "folder",
    ["sft/messages", "sft/sharegpt", "sft/alpaca", "dpo/trl", "dpo/ranking", "dpo/kto", "dpo/kto_sharegpt"],
)
def test_training_rows_say_language_source_and_constraints(
    scripted: Path, made: tuple[Release, Path], folder: str
) -> None:
    found = rows(made[1], folder)
    assert found
    with open_run(scripted) as run:
        for row in found:
            seed = run.seed(str(row["id"]).split("#")[0])
            assert (row["lang"], row["source"]) == (seed.lang, seed.source)
    # A constraint is a line of the prompt; descriptions and inputs of these seeds have no other "constraint".
    assert all(isinstance(row["constraints_num"], int) and row["constraints_num"] >= 0 for row in found)


def test_the_figures_by_product_are_those_of_the_rows(made: tuple[Release, Path]) -> None:
    mark = json.loads((made[1] / "release.json").read_text(encoding="utf-8"))
    for name, folder in (("sft", "sft/messages"), ("dpo", "dpo/trl")):
        counts = Counter(str(row["constraints_num"]) for row in rows(made[1], folder))
        told: Counter[str] = Counter()
        for figures in mark["figures"].values():
            told.update(figures["products"].get(name, {}).get("by_count", {}))
        assert told == counts


def test_a_licence_for_a_source_that_no_seed_has_is_refused(scripted: Path, tmp_path: Path) -> None:
    with open_run(scripted) as run:
        known = next(iter(run.seeds())).source or "not stated"
    wrong = f"{known}x"
    with pytest.raises(InputError, match=f"--seed-licence {wrong}: no seed has this source.*did you mean"):
        build(scripted, tmp_path / "out", ReleaseOptions(licences={wrong: "MIT"}))
    assert not (tmp_path / "out").exists()
    build(scripted, tmp_path / "out", ReleaseOptions(licences={known: "MIT"}))
    assert "MIT" in (tmp_path / "out" / "README.md").read_text(encoding="utf-8")


def test_certified_groups_are_counted_first(scripted: Path, made: tuple[Release, Path]) -> None:
    lines = (scripted / "iopo.jsonl").read_text(encoding="utf-8").splitlines()
    kinds = Counter(json.loads(line)["certificate"] for line in lines)
    told = f"{kinds['full']} certified, {kinds['one_sided']} one-sided"
    assert told in (made[1] / "README.md").read_text(encoding="utf-8")
    page = build_report(scripted)
    assert f"<strong>{kinds['full']} certified IOPO</strong>" in page
    assert f"<strong>{len(lines)} IOPO</strong>" not in page
    assert f"IOPO: {told}" in CliRunner().invoke(app, ["stats", str(scripted)]).stdout


def test_the_page_has_distributions_and_pairs(made: tuple[Release, Path]) -> None:
    page = build_report(made[1])
    assert "Constraints a training row, by product" in page
    assert "Dimensions of training rows, by product" in page
    assert "pairs whose chosen response is the longer one" in page
