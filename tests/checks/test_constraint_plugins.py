"""Kinds that installed packages bring, each in a package of its own as pip would lay it out."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from trace_builder.checks import Check, Claim
from trace_builder.checks.registry import catalogue

GUIDE = Path(__file__).parents[2] / "docs" / "contributing" / "write-a-check.md"
IN_THE_REPOSITORY, CASE, HAIKU = re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)


def install(folder: Path, module: str, point: str = "haiku = my_kinds.poems:Haiku") -> None:
    """Lay a package ``my_kinds`` with one entry point out in a folder of the import path."""
    (folder / "my_kinds").mkdir()
    (folder / "my_kinds" / "__init__.py").touch()
    (folder / "my_kinds" / "poems.py").write_text(module, "utf-8")
    facts = folder / "my_kinds-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: my-kinds\nVersion: 1.0\n", "utf-8")
    (facts / "entry_points.txt").write_text(f"[trace_builder.constraints]\n{point}\n", "utf-8")


def python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(folder), *filter(None, sys.path)])
    environment = {**os.environ, "PYTHONPATH": path}
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, env=environment, cwd=folder, timeout=120
    )


def told(folder: Path, expression: str) -> object:
    names = (
        "from trace_builder.checks import verify; from trace_builder.checks.registry import plugin_modules"
    )
    program = f"{names}; print({expression})"
    done = python(folder, "-c", program)
    assert done.returncode == 0, done.stderr
    return eval(done.stdout)


def test_a_kind_of_an_installed_package_is_recognised_and_verified_as_ours_are(tmp_path: Path) -> None:
    install(tmp_path, HAIKU)
    text = "1. Answer as a haiku."
    assert told(tmp_path, f"[verify({text!r}, r) for r in ('a\\nb\\nc', 'a', '')]") == [True, False, False]
    assert told(tmp_path, "verify('Use at most 5 words.', 'a')") is True
    assert told(tmp_path, "plugin_modules()") == ("my_kinds.poems",)


def test_the_guides_kind_and_its_cases_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    module: dict[str, Any] = {}
    exec(IN_THE_REPOSITORY, module)
    (kind,) = module["KINDS"]
    monkeypatch.setattr("trace_builder.checks.registry.catalogue", lambda: {**catalogue(), kind.name: kind})
    for text, parameters, kept, missed in eval(CASE):
        check = Check((Claim(kind.name, parameters),))
        assert kind.valid(parameters)
        assert text in (kind.write(check.claims[0], "en"), kind.write(check.claims[0], "zh"))
        assert (check.holds(kept), check.holds(missed)) == (True, False)


def test_without_such_a_package_there_are_no_modules_to_name(tmp_path: Path) -> None:
    assert told(tmp_path, "plugin_modules()") == ()


@pytest.mark.parametrize(
    ("module", "said"),
    [
        ("import nothing_like_it", "ModuleNotFoundError"),
        ("raise RuntimeError('not today')", "not today"),
        ("def broken(:", "SyntaxError"),
        ("", "AttributeError"),
        ("Haiku = 'a text'", "ConstraintKind"),
        (HAIKU.replace("def holds", "def kept"), "ConstraintKind"),
        (HAIKU.replace('name = "haiku"', ""), "ConstraintKind"),
        (HAIKU.replace('name = "haiku"', 'name = "words"'), "taken"),
        (HAIKU + "\n    def __init__(self) -> None:\n        raise KeyError('a file')", "a file"),
    ],
)
def test_a_kind_that_cannot_be_used_is_named_in_one_sentence(tmp_path: Path, module: str, said: str) -> None:
    install(tmp_path, module)
    program = (
        "from trace_builder.checks import verify\n"
        "from trace_builder.errors import InputError\n"
        "try: verify('Use at most 5 words.', 'a')\n"
        "except InputError as error: print(error)"
    )
    done = python(tmp_path, "-c", program)
    assert done.returncode == 0, done.stderr
    assert "my_kinds.poems" in done.stdout
    assert said in done.stdout
    assert done.stdout.count("\n") == 1


def test_a_run_checks_such_a_kind_and_the_embedded_model_takes_it_for_plain_text(tmp_path: Path) -> None:
    install(tmp_path, HAIKU)
    seed = {"id": "s1", "instruction": "Write about the autumn sea.\nAnswer as a haiku."}
    (tmp_path / "seeds.jsonl").write_text(json.dumps(seed) + "\n", "utf-8")
    program = ["-m", "trace_builder", "run", "--seeds", "seeds.jsonl", "--output", "out"]
    done = python(tmp_path, *program, "--stage", "expand")
    assert done.returncode == 0, done.stderr
    outcome = json.loads((tmp_path / "out" / "stages" / "expand.jsonl").read_text("utf-8"))
    assert "Answer as a haiku." in outcome["record"]["parts"]["description"]
    (tmp_path / "my_kinds" / "poems.py").write_text("import nothing_like_it", "utf-8")
    broken = python(tmp_path, *program)
    assert broken.returncode == 2
    assert "my_kinds.poems" in broken.stderr
    assert "Traceback" not in broken.stderr
