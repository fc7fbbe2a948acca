"""The packages of ``examples/``, installed into a clean environment, do as docs/api.md says."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
from clean_environment import ROOT, Environment, build_wheels

import trace_builder

EXAMPLES = ROOT / "examples"
PACKAGES = ("iopo_release", "difficulty_stage", "letter_kind")

SHOWN = (
    "iopo_release/iopo_release.py",
    "difficulty_stage/pyproject.toml",
    "difficulty_stage/difficulty_stage/stage.py",
    "difficulty_stage/difficulty_stage/prompts/en/difficulty.md",
    "letter_kind/letter_kind.py",
)

slow = pytest.mark.slow


@pytest.fixture(scope="module")
def page() -> str:
    return (ROOT / "docs" / "api.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", SHOWN)
def test_the_page_shows_the_example_as_it_is(page: str, name: str) -> None:
    assert (EXAMPLES / name).read_text(encoding="utf-8") in page


@pytest.mark.parametrize("name", trace_builder.__all__)
def test_the_page_names_everything_public(page: str, name: str) -> None:
    assert f"`{name}" in page


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("wheels")
    return build_wheels(folder, ROOT, *(EXAMPLES / name for name in PACKAGES))


@pytest.fixture(scope="module")
def clean(wheels: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Environment:
    return Environment(tmp_path_factory.mktemp("clean") / "venv", *wheels)


@pytest.fixture(scope="module")
def run(clean: Environment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    here = tmp_path_factory.mktemp("here")
    clean.run("trace-build", "run", "--limit", "20", "--output", "run", cwd=here)
    return here / "run"


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def status(clean: Environment, run: Path) -> dict[str, Any]:
    stages = json.loads(clean.run("trace-build", "status", str(run), "--json").stdout)["stages"]
    return {stage["stage"]: stage for stage in stages}


@slow
def test_the_stage_runs_after_the_one_it_follows(clean: Environment, run: Path) -> None:
    found = status(clean, run)
    after = ["difficulty", "dpo", "iopo", "harvest"]
    assert list(found) == ["expand", "structure", "quality", "bind", "respond", *after]
    stage = found["difficulty"]
    assert stage["in"] == found["respond"]["accepted"] > 0
    assert stage["in"] == stage["accepted"] + stage["rejected"]
    assert stage["reasons"] == {"too_easy": stage["rejected"]}
    graded = rows(run / "graded.jsonl")
    assert len(graded) == stage["accepted"]
    assert {row["difficulty"] for row in graded} == {"medium", "hard"}


@slow
def test_running_again_asks_nothing(clean: Environment, run: Path) -> None:
    before = status(clean, run)
    clean.run("trace-build", "run", "--limit", "20", "--output", "run", "--strict", cwd=run.parent)
    assert status(clean, run) == before


@slow
def test_a_setting_of_its_section_walks_it_alone_again(clean: Environment, run: Path) -> None:
    before = status(clean, run)
    options = ("--limit", "20", "--output", "run", "--set", "difficulty.least=hard")
    made = clean.run("trace-build", "run", *options, cwd=run.parent)
    assert (
        "walked again, from stored answers where they still apply: difficulty (settings changed)"
        in made.stderr
    )
    after = status(clean, run)
    assert after["difficulty"]["calls"] == before["difficulty"]["calls"]
    assert after["difficulty"]["accepted"] < before["difficulty"]["accepted"]
    assert {name: s for name, s in after.items() if name != "difficulty"} == {
        name: s for name, s in before.items() if name != "difficulty"
    }


@slow
def test_a_mistake_in_its_section_is_told_with_its_line(clean: Environment, tmp_path: Path) -> None:
    config = tmp_path / "own.yaml"
    config.write_text("seed: 1\ndifficulty:\n  call: {model: big}\n", encoding="utf-8")
    made = clean.run("trace-build", "run", "--config", "own.yaml", cwd=tmp_path, rc=2)
    assert "own.yaml:3: difficulty.call.model: 'big' is not one of the models (default)" in made.stderr
    config.write_text("difficulty:\n  most: hard\n", encoding="utf-8")
    made = clean.run("trace-build", "run", "--config", "own.yaml", cwd=tmp_path, rc=2)
    assert "own.yaml:2: unknown key 'difficulty.most'" in made.stderr
    assert "lowest difficulty that is kept" in clean.run("trace-build", "config", "schema").stdout


@slow
def test_the_page_tells_of_the_stage_in_its_own_words(clean: Environment, run: Path) -> None:
    clean.run("trace-build", "report", str(run))
    page = (run / "report.html").read_text(encoding="utf-8")
    for words in ("graded by difficulty", "easier than is wanted"):
        assert words in page


@slow
def test_the_release_script_writes_a_release_and_the_groups(clean: Environment, run: Path) -> None:
    out = run.parent / "release"
    made = clean.run("iopo-release", str(run), str(out))
    assert f"groups in {out}" in made.stdout
    assert (out / "README.md").exists()
    groups = rows(out / "groups.jsonl")
    full = [row for row in rows(run / "iopo.jsonl") if row["certificate"] == "full"]
    assert [group["id"] for group in groups] == [row["id"] for row in full]
    assert [(group["x1"], group["x2"]) for group in groups] == [(r["prompt1"], r["prompt2"]) for r in full]
    assert all(group["told_by"] for group in groups)


@slow
def test_the_release_script_tells_what_is_wrong_in_a_sentence(clean: Environment, tmp_path: Path) -> None:
    made = clean.run("iopo-release", str(tmp_path / "run"), str(tmp_path / "out"), rc=1)
    assert made.stderr.strip().endswith("no run here (run.json is missing)")


@slow
@pytest.mark.parametrize(
    ("constraint", "response", "holds"),
    [
        ("Do not use the letter e.", "A short wording.", "True"),
        ("Do not use the letter e.", "A longer one.", "False"),
        ("不要使用字母“x”。", "xyz", "False"),
        ("Do not use the letter e too often.", "A longer one.", "None"),
    ],
)
def test_the_kind_verifies(clean: Environment, constraint: str, response: str, holds: str) -> None:
    script = "import sys, trace_builder; print(trace_builder.verify(*sys.argv[1:]))"
    assert clean.run("python", "-c", script, constraint, response).stdout.strip() == holds


@slow
def test_an_installed_kind_belongs_to_the_code_of_the_stages_that_judge(
    clean: Environment, wheels: list[Path], tmp_path: Path
) -> None:
    script = (
        "from trace_builder.run.identity.fingerprint import code_of;"
        "print(*(code_of(f'trace_builder.stages.{name}') for name in ('quality', 'respond', 'dpo', 'iopo')))"
    )
    without = Environment(tmp_path / "without", wheels[0])
    quality, *judged = clean.run("python", "-c", script).stdout.split()
    plain, *judged_plain = without.run("python", "-c", script).stdout.split()
    assert quality == plain
    assert not set(judged) & set(judged_plain)


@slow
def test_they_are_strictly_typed(clean: Environment, wheels: list[Path], tmp_path: Path) -> None:
    interpreter = ("--python-executable", str(clean.bin / "python"), "--cache-dir", str(tmp_path))
    sources = [str(EXAMPLES / name) for name in PACKAGES]
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", *interpreter, *sources]
    made = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert made.returncode == 0, made.stdout


@slow
def test_the_first_lines_of_the_page_run(clean: Environment, page: str, tmp_path: Path) -> None:
    indented = page.split("A whole run, without a server:\n\n")[1].split("\n\nPackages of your own")[0]
    made = clean.run("python", "-c", textwrap.dedent(indented), cwd=tmp_path)
    assert re.search(r"^respond (\d+) \1 0$", made.stdout, re.MULTILINE)
