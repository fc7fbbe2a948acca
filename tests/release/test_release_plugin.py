"""A format of another package: one file and an entry point, and every part of a release knows it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

#: The example of the page, and two classes that do not fit.
PAGE = Path(__file__).parents[2] / "docs" / "contributing" / "write-a-format.md"
MODULE = (
    PAGE.read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]
    + """
class Taken(Tabbed):
    name = "sft/alpaca"


class Nameless(Tabbed):
    name = ""
"""
)


def install(site: Path, **points: str) -> None:
    """A package with these entry points."""
    (site / "my_formats.py").write_text(MODULE, encoding="utf-8")
    info = site / "my_formats-1.0.dist-info"
    info.mkdir(parents=True, exist_ok=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: my-formats\nVersion: 1.0\n")
    lines = "".join(f"{name} = {value}\n" for name, value in points.items())
    (info / "entry_points.txt").write_text(f"[trace_builder.formats]\n{lines}")


def release(site: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "trace_builder",
        "release",
        *map(str, arguments),
        "--near-duplicates",
        "off",
    ]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=120, env={**os.environ, "PYTHONPATH": str(site)}
    )


def test_an_installed_format_is_written_described_registered_and_checked(
    scripted: Path, tmp_path: Path
) -> None:
    install(tmp_path, tabbed="my_formats:Tabbed", questions="my_formats:Questions")
    out = tmp_path / "out"
    done = release(tmp_path, scripted, "--to", out, "--format", "mine", "--format", "questions")
    assert done.returncode == 0, done.stderr
    assert "mine/tabbed" in done.stdout
    rows = [
        json.loads(line) for line in (out / "mine" / "tabbed" / "train.jsonl").read_text("utf-8").splitlines()
    ]
    assert list(rows[0]) == ["id", "prompt", "response"]
    asked = (out / "questions" / "test.jsonl").read_text("utf-8").splitlines()
    whole = (out / "evaluation" / "test.jsonl").read_text("utf-8").splitlines()
    assert len(asked) == len(whole) > 0
    assert {path.name for path in out.iterdir() if path.is_dir()} == {"mine", "questions", "evaluation"}
    mark = json.loads((out / "release.json").read_bytes())
    assert mark["options"]["formats"] == ["evaluation", "mine/tabbed", "questions"]
    assert mark["rows"]["mine/tabbed/train.jsonl"] == len(rows)
    card = (out / "README.md").read_text(encoding="utf-8")
    assert "| `mine/tabbed` | 37 | 2 | prompt and response &#124; side by side |" in card
    head = yaml.safe_load(card.split("---\n")[1])
    assert [config["config_name"] for config in head["configs"]] == ["evaluation", "mine_tabbed", "questions"]
    register = json.loads((out / "dataset_info.json").read_bytes())
    assert register["mine_tabbed"]["file_name"] == "mine/tabbed/train.jsonl"
    checks = (
        "from pathlib import Path; import sys\n"
        "from trace_builder.release.formats.release_format import choose\n"
        "from trace_builder.release.verify.verification import verify_columns, verify_llamafactory\n"
        "for check in (verify_columns, verify_llamafactory):\n"
        "    for found in check(Path(sys.argv[1]), choose(['mine'])[0]): print(found.line())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", checks, str(out)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("mine/tabbed/train.jsonl") == 2
    assert "DROP" not in done.stdout


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("my_formats:Taken", "the release format 'sft/alpaca' of my_formats: the name is taken"),
        ("my_formats:Nameless", "of trace_builder.formats is no ReleaseFormat with a name"),
        ("my_formats:ReleaseFormat", "of trace_builder.formats is no ReleaseFormat with a name"),
        ("my_formats:NotThere", "of trace_builder.formats cannot be loaded: AttributeError"),
        ("not_there:Format", "the entry point 'bad' (not_there:Format) of trace_builder.formats cannot be"),
    ],
)
def test_a_format_that_does_not_fit_is_named(
    scripted: Path, tmp_path: Path, value: str, message: str
) -> None:
    install(tmp_path, bad=value)
    done = release(tmp_path, scripted, "--to", tmp_path / "out")
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
