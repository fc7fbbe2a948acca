from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from trace_builder.records import Checked
from trace_builder.storage.run_folder import RunFolder


def trace_build(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "trace_builder", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=120)


OFF = ("--near-duplicates", "off")


def test_a_release_says_what_it_made(scripted: Path, tmp_path: Path) -> None:
    done = trace_build("release", scripted, "--to", tmp_path / "out", *OFF)
    assert done.returncode == 0, done.stderr
    assert "sft/messages" in done.stdout
    assert "README.md" in done.stdout
    assert (tmp_path / "out" / "release.json").is_file()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--format", "xml"), "--format xml: no such format"),
        (("--against", "none.jsonl"), "--against none.jsonl: no such file"),
        (("--max-length-ratio", "0.5"), "a number from 1 on"),
        (("--validation", "1"), "--validation 1"),
        (("--eval-quota", "three"), "COUNT=NUMBER"),
        (("--seed-licence", "MIT"), "SOURCE=LICENCE"),
        (("--near-duplicates", "2"), "--near-duplicates 2"),
    ],
)
def test_wrong_options_are_told_in_a_sentence(
    scripted: Path, tmp_path: Path, options: tuple[str, ...], message: str
) -> None:
    done = trace_build("release", scripted, "--to", tmp_path / "out", *OFF, *options)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_target_file_without_a_text_field(scripted: Path, tmp_path: Path) -> None:
    (tmp_path / "bench.jsonl").write_text('{"answer": 1}\n')
    done = trace_build(
        "release", scripted, "--to", tmp_path / "out", *OFF, "--against", tmp_path / "bench.jsonl"
    )
    assert done.returncode == 2
    assert "bench.jsonl:1: no text field found" in done.stderr


def test_what_is_found_in_a_benchmark_is_left_out_and_written_down(
    scripted: Path, tmp_path: Path, read_rows: Any
) -> None:
    with RunFolder.open(scripted) as run:
        first = next(run.seeds())
        planted = {
            "seed": first.instruction,
            "x": run.record("quality", "zh-001", Checked).instruction.render(),
        }
    bench = tmp_path / "bench.jsonl"
    bench.write_text("".join(json.dumps({"id": k, "prompt": v}) + "\n" for k, v in planted.items()))
    done = trace_build("release", scripted, "--to", tmp_path / "out", *OFF, "--against", bench)
    assert done.returncode == 0, done.stderr
    hits = {row["id"]: row for row in read_rows(tmp_path / "out" / "removed.jsonl")}
    assert hits[first.id]["other"] == "seed"
    assert hits["zh-001"]["where"] == "bench.jsonl:2"
    assert hits["zh-001"]["kind"] == "contaminated"
    released = (tmp_path / "out" / "lineage.jsonl").read_text(encoding="utf-8")
    assert '"zh-001"' not in released
    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert "Decontaminated against bench.jsonl (2 texts)" in card


def test_two_benchmarks_of_one_name_are_both_kept_out(scripted: Path, tmp_path: Path, read_rows: Any) -> None:
    against: list[object] = []
    with RunFolder.open(scripted) as run:
        for id_ in ("zh-001", "en-001"):
            path = tmp_path / id_ / "test.jsonl"
            path.parent.mkdir()
            text = run.record("quality", id_, Checked).instruction.render()
            path.write_text(json.dumps({"prompt": text}) + "\n", encoding="utf-8")
            against += ["--against", path]
    done = trace_build("release", scripted, "--to", tmp_path / "out", *OFF, *against)
    assert done.returncode == 0, done.stderr
    assert {"zh-001", "en-001"} <= {row["id"] for row in read_rows(tmp_path / "out" / "removed.jsonl")}
    assert json.loads((tmp_path / "out" / "release.json").read_bytes())["options"]["against"] == {
        "test.jsonl": 2
    }


def test_a_target_that_would_delete_the_run_is_refused(run_folder: Path) -> None:
    done = trace_build("release", run_folder, "--to", run_folder.parent, *OFF, "--force")
    assert done.returncode == 2
    assert "holds the run" in done.stderr
    assert (run_folder / "run.json").is_file()


def test_trace_of_an_id_that_is_not_there(scripted: Path) -> None:
    assert trace_build("trace", "en-000", scripted).returncode == 0
    done = trace_build("trace", "nobody", scripted)
    assert done.returncode == 2
    assert "no record 'nobody'" in done.stderr


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; import trace_builder.commands.release, trace_builder.commands.looking.trace; "
        "bad = {'pydantic', 'yaml', 'pyarrow', 'datasets', 'trl', 'torch', 'huggingface_hub', 'rensa'}; "
        "sys.exit(', '.join(sorted(bad & set(sys.modules))) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
