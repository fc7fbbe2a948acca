"""What counts as a change in a stage's code: all that decides its outcomes, and nothing else."""

from __future__ import annotations

import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from trace_builder.run.identity import code_digest, fingerprint
from trace_builder.run.identity.code_digest import digest, read
from trace_builder.stages.stage_registry import stage_classes
from trace_builder.support.resources import shipped

PACKAGE = Path(code_digest.__file__).parents[2]
STAGES = tuple(stage_classes())
JUDGED = {"respond", "dpo", "harvest", "iopo"}


def forget() -> None:
    for cached in (fingerprint.code_of, fingerprint._digest, fingerprint._code):
        cached.cache_clear()


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    forget()
    yield
    forget()


def codes() -> dict[str, str]:
    forget()
    return {name: fingerprint.code_of(kind.__module__) for name, kind in stage_classes().items()}


def touched(monkeypatch: pytest.MonkeyPatch, module: str, old: str, new: str) -> set[str]:
    """The stages whose code is another when ``old`` is ``new`` in a module; an empty ``old`` appends."""
    before = codes()
    path = PACKAGE / f"{module.replace('.', '/')}.py"
    source = path.read_text(encoding="utf-8")
    assert old in source
    changed = source.replace(old, new, 1) if old else source + new
    real = Path.read_text
    monkeypatch.setattr(Path, "read_text", lambda p, **kw: changed if p == path else real(p, **kw))
    after = codes()
    return {name for name in STAGES if before[name] != after[name]}


def test_a_changed_rule_of_the_records_touches_every_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = "def perfect(self) -> bool:\n"
    assert touched(monkeypatch, "records", rule, f"{rule}        return True\n") == {*STAGES}


@pytest.mark.parametrize(
    ("module", "old", "new", "stages"),
    [
        ("stages.judging.judging", "pick = min if", "pick = max if", JUDGED),
        (
            "stages.common.leaked_names",
            "constraint.text",
            "constraint.id",
            {"expand", "structure", "harvest", "iopo"},
        ),
        ("checks.kinds.lengths", "", "\nKINDS = ()\n", JUDGED),
        ("stages.quality", '!= "complete"', '== "complete"', {"quality"}),
        ("llm.structured", "", "\nPLACES = 1999\n", {*STAGES}),
        ("run.asking.answers", "strip_thinking(text).strip()", "text", {*STAGES}),
        ("prompts", 'NULL = "NULL"', 'NULL = ""', {*STAGES}),
    ],
)
def test_what_decides_outcomes_counts(
    monkeypatch: pytest.MonkeyPatch, module: str, old: str, new: str, stages: set[str]
) -> None:
    assert touched(monkeypatch, module, old, new) == stages


@pytest.mark.parametrize("text", ["\n# a comment\n", '\n"""What stands above."""\n', "\n\n\n"])
def test_what_only_a_reader_sees_does_not_count(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    assert touched(monkeypatch, "stages.judging.judging", "", text) == set()


@pytest.mark.parametrize(
    ("module", "old", "new"),
    [
        ("stages.judging.judging", '"""One judgement out of', '"""A judgement out of'),
        ("stages.quality", "complete, not redundant", "whole"),
        ("stages.respond", '"judgement", "imperfect")', '"judgement")'),
        ("stages.respond", "max_tokens=4096", "max_tokens=4097"),
        ("stages.common.response_faults", "the model refused", "refused"),
        ("stages.common.product_rows", '"prompt":', '"text":'),
    ],
)
def test_labels_defaults_and_rows_do_not_count(
    monkeypatch: pytest.MonkeyPatch, module: str, old: str, new: str
) -> None:
    assert touched(monkeypatch, module, old, new) == set()


def test_wire_page_storage_and_commands_do_not_count() -> None:
    idle = (
        "llm.llm_client",
        "llm.types",
        "report.",
        "cli",
        "commands.",
        "storage.",
        "run.engine",
        "run.asking.ask",
        "run.asking.client",
    )
    for kind in stage_classes().values():
        reached = {name.removeprefix("trace_builder.") for name in fingerprint.modules_of(kind.__module__)}
        assert not [name for name in reached if name.startswith(idle)]
        assert {"records", f"stages.{kind.name}"} <= reached


def test_an_import_inside_a_function_and_a_module_of_a_package_are_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "somebodys"
    package.mkdir()
    for name, source in {
        "__init__": "",
        "stage": "def f():\n    from somebodys import rules\n    from . import others as o\n",
        "judge": "from trace_builder import Stage, verify\n",
        "rules": "from somebodys.deep import LIMIT\nimport numpy\n",
        "deep": "LIMIT = 3\n",
        "others": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import somebodys.types\n",
        "types": "",
    }.items():
        package.joinpath(f"{name}.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    reached = fingerprint.modules_of("somebodys.stage")
    assert {name for name in reached if name.startswith("somebodys")} == {
        "somebodys",
        *(f"somebodys.{name}" for name in ("stage", "rules", "deep", "others")),
    }
    assert "trace_builder.checks.reading.counting" in fingerprint.modules_of("somebodys.judge")
    first = fingerprint.code_of("somebodys.stage")
    package.joinpath("deep.py").write_text("LIMIT = 4\n")
    forget()
    assert fingerprint.code_of("somebodys.stage") != first


def test_the_folder_the_code_lies_in_does_not_count(tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "trace_builder", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("prompts", "taxonomy"):
        shutil.copytree(shipped(name), tmp_path / "trace_builder" / "shipped" / name)
    script = "from trace_builder.run.identity.fingerprint import code_of\n"
    script += "print(code_of('trace_builder.stages.iopo'))"
    made = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    assert made.stdout.strip() == codes()["iopo"]


def same(one: str, other: str) -> bool:
    return digest(read(textwrap.dedent(one))) == digest(read(textwrap.dedent(other)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = 1", "x  =  (1)  # one"),
        ('def f():\n    """Does."""\n    return 1', "def f():\n    return 1"),
        ('class E(Exception):\n    """Goes wrong."""', "class E(Exception):\n    pass"),
        ("s = 'a' 'b'", 's = "ab"'),
        ("s = f'a{x}' 'b'", "s = f'a{x}b'"),
        ("x = 0x10", "x = 16"),
    ],
)
def test_two_ways_of_writing_the_same_are_the_same(one: str, other: str) -> None:
    assert same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = 1", "x = True"),
        ("x = 1", "x = 1.0"),
        ("x = 'a'", "x = b'a'"),
        ("x = None", "x = 'None'"),
        ("x = y[1:]", "x = y[:1]"),
        ("x = {**y}", "x = {None: y}"),
        ("def f(a, *, b): ...", "def f(a, b): ..."),
        ("import a", "import b"),
        ("x = f'{y}'", "x = f'{y!r}'"),
    ],
)
def test_what_differs_is_told_apart(one: str, other: str) -> None:
    assert not same(one, other)


@pytest.mark.parametrize("version", ["3.10", "3.12", "3.13", "3.14"])
def test_other_pythons_read_the_same(version: str, tmp_path: Path) -> None:
    kept = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    python = str(kept[-1]) if kept else shutil.which(f"python{version}")
    if python is None or subprocess.run([python, "-c", ""], capture_output=True).returncode:
        pytest.skip(f"no Python {version} here")
    script = textwrap.dedent("""
        import sys, importlib.util
        spec = importlib.util.spec_from_file_location("code_digest", sys.argv[1])
        module = importlib.util.module_from_spec(spec)
        sys.modules["code_digest"] = module
        spec.loader.exec_module(module)
        for path in sys.argv[2:]:
            print(module.digest(module.read(open(path, encoding="utf-8").read())))
    """)
    shutil.copytree(PACKAGE, tmp_path / "code")
    files = sorted(map(str, tmp_path.rglob("*.py")))
    made = subprocess.run(
        [python, "-c", script, code_digest.__file__, *files], capture_output=True, text=True
    )
    assert made.returncode == 0, made.stderr
    ours = [digest(read(Path(path).read_text(encoding="utf-8"))) for path in files]
    assert made.stdout.split() == ours
