from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


def trace_build(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "trace_builder", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=120)


OFF = ("--near-duplicates", "off")


def test_a_release_says_what_it_made(make_run: Any, tmp_path: Path) -> None:
    done = trace_build("release", make_run().write(), "--to", tmp_path / "out", *OFF)
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
    make_run: Any, tmp_path: Path, options: tuple[str, ...], message: str
) -> None:
    done = trace_build("release", make_run(2).write(), "--to", tmp_path / "out", *OFF, *options)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_target_file_without_a_text_field(make_run: Any, tmp_path: Path) -> None:
    (tmp_path / "bench.jsonl").write_text('{"answer": 1}\n')
    done = trace_build(
        "release", make_run(2).write(), "--to", tmp_path / "out", *OFF, "--against", tmp_path / "bench.jsonl"
    )
    assert done.returncode == 2
    assert "bench.jsonl:1: no text field found" in done.stderr


def test_what_is_found_in_a_benchmark_is_left_out_and_written_down(
    make_run: Any, tmp_path: Path, read_rows: Any
) -> None:
    run = make_run()
    import json

    planted = {
        "seed": run.seeds[0].instruction,
        "x": run.record("quality", "zh-001")["instruction"]["description"] + "\n" + "\n".join(
            c["text"] for c in run.record("quality", "zh-001")["instruction"]["constraints"]
        ),
    }  # fmt: skip
    bench = tmp_path / "bench.jsonl"
    bench.write_text("".join(json.dumps({"id": k, "prompt": v}) + "\n" for k, v in planted.items()))
    done = trace_build("release", run.write(), "--to", tmp_path / "out", *OFF, "--against", bench)
    assert done.returncode == 0, done.stderr
    hits = {row["id"]: row for row in read_rows(tmp_path / "out" / "removed.jsonl")}
    assert hits[run.seeds[0].id]["other"] == "seed"
    assert hits["zh-001"]["where"] == "bench.jsonl:2"
    assert hits["zh-001"]["kind"] == "contaminated"
    released = (tmp_path / "out" / "lineage.jsonl").read_text(encoding="utf-8")
    assert '"zh-001"' not in released
    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert "Decontaminated against bench.jsonl (2 texts)" in card


def test_trace_of_an_id_that_is_not_there(make_run: Any) -> None:
    folder = make_run(2).write()
    assert trace_build("trace", "en-000", folder).returncode == 0
    done = trace_build("trace", "nobody", folder)
    assert done.returncode == 2
    assert "no record 'nobody'" in done.stderr


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; import trace_builder.commands.release, trace_builder.commands.trace; "
        "bad = {'pydantic', 'yaml', 'pyarrow', 'datasets', 'trl', 'torch', 'huggingface_hub', 'rensa'}; "
        "sys.exit(', '.join(sorted(bad & set(sys.modules))) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
