"""A folder to work in, and configurations by name: what stands there is what is shipped, and it works."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import jsonschema
import pytest
import yaml
from clean_environment import ROOT
from typer.testing import CliRunner, Result

from trace_builder.cli import app
from trace_builder.errors import InputError
from trace_builder.run.config_file import load_config
from trace_builder.run.project_folder import make_project
from trace_builder.support.resources import config_path, profiles, shipped

RUN_PROFILES = sorted(set(profiles()) - {"evaluate"})


def call(*words: str) -> Result:
    return CliRunner().invoke(app, words)


@pytest.mark.parametrize("name", RUN_PROFILES)
def test_a_project_reads_its_own_files(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = make_project(tmp_path / "mine", name)
    monkeypatch.chdir(tmp_path / "mine")
    assert set(made) == {path.name for path in Path().iterdir()}
    config = load_config(Path("config.yaml"))
    assert config.profile == name
    assert (config.seeds, config.prompts, config.taxonomy) == (
        (Path("seeds.jsonl"),), Path("prompts"), Path("taxonomy.yaml"),
    )  # fmt: skip
    for path in shipped("prompts").rglob("*.md"):
        assert Path("prompts", path.relative_to(shipped("prompts"))).read_bytes() == path.read_bytes()


@pytest.mark.parametrize("name", RUN_PROFILES)
def test_the_schema_beside_it_fits_it_and_catches_a_wrong_key(name: str, tmp_path: Path) -> None:
    make_project(tmp_path / "mine", name)
    text = (tmp_path / "mine" / "config.yaml").read_text(encoding="utf-8")
    line = re.match(r"# yaml-language-server: \$schema=(.+)\n", text)
    assert line is not None
    schema = json.loads((tmp_path / "mine" / line.group(1)).read_text(encoding="utf-8"))
    tree = yaml.safe_load(text)
    jsonschema.validate(tree, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**tree, "sead": 1}, schema)


def test_the_commands_in_a_projects_comments_are_for_its_own_file(tmp_path: Path) -> None:
    for name in RUN_PROFILES:
        make_project(tmp_path / name, name)
        text = (tmp_path / name / "config.yaml").read_text(encoding="utf-8")
        for command in re.findall(r"^#   (trace-build run.*)$", text, re.MULTILINE):
            assert "--config config.yaml" in command
            assert "--seeds" not in command


def test_init_writes_over_nothing(tmp_path: Path) -> None:
    (tmp_path / "seeds.jsonl").write_text("mine")
    ended = call("init", str(tmp_path))
    assert isinstance(ended.exception, InputError)
    assert "seeds.jsonl: is there already" in str(ended.exception)
    assert [path.name for path in tmp_path.iterdir()] == ["seeds.jsonl"]


def test_an_evaluations_configuration_makes_no_project(tmp_path: Path) -> None:
    assert "not for a run" in str(call("init", str(tmp_path), "--config", "evaluate").exception)


def test_the_makefile_names_its_targets_and_drills(tmp_path: Path) -> None:
    make_project(tmp_path, "server")
    program = f"TRACE_BUILD={ROOT / '.venv/bin/python'} -m trace_builder"
    listed = subprocess.run(["make"], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert {"drill", "look", "run", "status", "report", "release"} <= {
        line.split(":")[0] for line in listed.splitlines()
    }
    for line in ("drill", "status OUTPUT=outputs/drill", "release OUTPUT=outputs/drill"):
        made = subprocess.run(
            ["make", *line.split(), program], cwd=tmp_path, capture_output=True, text=True, timeout=120
        )
        assert made.returncode == 0, made.stderr
    assert (tmp_path / "outputs" / "release" / "README.md").exists()


def test_a_shipped_configuration_goes_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_config(Path("paper")).profile == "paper"
    Path("own").write_text("profile: own\n")
    assert load_config(Path("own")).profile == "own"
    Path("paper").write_text("profile: mine\n")
    assert load_config(Path("paper")).profile == "paper"
    assert load_config(Path("paper").absolute()).profile == "mine"
    with pytest.raises(InputError, match=r"qwen-72b: no such file.*did you mean qwen2-72b\?"):
        config_path(Path("qwen-72b"))
    with pytest.raises(InputError, match=r"paper\.yaml: no such file"):
        load_config(Path("paper.yaml"))


def test_they_are_listed_shown_and_resolved() -> None:
    listed = json.loads(call("config", "list", "--json").stdout)
    assert tuple(listed) == profiles()
    assert all(about.endswith(".") for about in listed.values())
    assert all(len(line) <= 80 for line in call("config", "list").stdout.splitlines())
    assert call("config", "show", "paper").stdout == shipped("configs", "paper.yaml").read_text("utf-8")
    resolved = json.loads(call("config", "show", "paper", "--resolved").stdout)
    assert resolved["iopo"]["certificate"] == "rationality"
    assert resolved["wire"]["retries"] == 15
