from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from trace_builder.errors import InputError, StoppedError
from trace_builder.seeds.ingest import bundled, ingest
from trace_builder.storage.jsonl import rows


def write(path: Path, *rows: object) -> Path:
    lines = (row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def row(name: str | None, instruction: str, **more: object) -> dict[str, object]:
    return {**({"id": name} if name else {}), "instruction": instruction, **more}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def ids(folder: Path) -> list[str]:
    return [line["id"] for _, line in rows(folder / "seeds.jsonl")]


def test_seeds_are_written_in_order_as_native_rows(tmp_path: Path) -> None:
    first = write(tmp_path / "a.jsonl", row("2", "Write a poem."), row("1", "写一首诗。", input="无输入"))
    second = write(tmp_path / "b.json", json.dumps([row("x", "Sing.", input="la", source="songs")]))
    got = ingest([first, second], tmp_path / "run")
    assert (got.seeds, got.bad, got.renamed) == (3, 0, 0)
    assert got.sources == {"a": 2, "songs": 1}
    assert got.langs == {"en": 2, "zh": 1}
    lines = (tmp_path / "run" / "seeds.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == [
        {
            "id": "2",
            "lang": "en",
            "instruction": "Write a poem.",
            "input": None,
            "source": "a",
            "complex": False,
        },
        {
            "id": "1",
            "lang": "zh",
            "instruction": "写一首诗。",
            "input": None,
            "source": "a",
            "complex": False,
        },
        {"id": "x", "lang": "en", "instruction": "Sing.", "input": "la", "source": "songs", "complex": False},
    ]
    assert names(tmp_path / "run") == ["seeds.jsonl"]


def test_what_was_written_reads_as_itself(tmp_path: Path) -> None:
    first = ingest([bundled()], tmp_path / "one")
    second = ingest([first.path], tmp_path / "two")
    assert first.digest == second.digest
    assert first.path.read_bytes() == second.path.read_bytes()
    assert first.seeds == 80


def test_the_same_seeds_leave_the_file_alone_and_others_replace_it(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", row("1", "Sing."))
    first = ingest([path], tmp_path / "run")
    node = first.path.stat().st_ino
    os.utime(first.path, ns=(0, 0))
    again = ingest([path], tmp_path / "run")
    assert (again.path.stat().st_ino, again.path.stat().st_mtime_ns) == (node, 0)
    assert again == first
    write(path, row("1", "Hum."))
    other = ingest([path], tmp_path / "run")
    assert other.digest != first.digest
    assert [line["instruction"] for _, line in rows(other.path)] == ["Hum."]


def test_bad_rows_stop_before_anything_is_written(tmp_path: Path) -> None:
    good = write(tmp_path / "a.jsonl", row("1", "Sing."))
    ingest([good], tmp_path / "run")
    before = (tmp_path / "run" / "seeds.jsonl").read_bytes()
    path = write(tmp_path / "b.jsonl", row("1", "Hum."), "not json", {"id": "3"}, row("1", "Shout."))
    with pytest.raises(InputError) as caught:
        ingest([path], tmp_path / "run")
    assert str(caught.value).splitlines() == [
        "3 bad rows in the seeds (--skip-bad-seeds goes on without them):",
        f"{path}:2: not JSON: expecting value (column 1)",
        f"{path}:3: no instruction: expected a key 'instruction' or 'messages', found 'id'",
        f"{path}:4: the same id '1' is already at {path}:1",
    ]
    assert names(tmp_path / "run") == ["seeds.jsonl"]
    assert (tmp_path / "run" / "seeds.jsonl").read_bytes() == before


def test_twenty_problems_are_listed_and_the_rest_counted(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", *["bad"] * 1234, row("1", "Sing."))
    with pytest.raises(InputError) as caught:
        ingest([path], tmp_path / "run")
    lines = str(caught.value).splitlines()
    assert lines[0].startswith("1,234 bad rows in the seeds")
    assert lines[1:21] == [f"{path}:{n}: not JSON: expecting value (column 1)" for n in range(1, 21)]
    assert lines[21:] == ["... and 1,214 more"]


def test_skipped_rows_are_kept_with_their_text(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", "oops", row("1", "Sing."), {"id": "诗"})
    got = ingest([path], tmp_path / "run", skip_bad=True)
    assert (got.seeds, got.bad, len(got.problems)) == (1, 2, 2)
    text = (tmp_path / "run" / "bad_seeds.jsonl").read_text(encoding="utf-8")
    assert [json.loads(line) for line in text.splitlines()] == [
        {"path": str(path), "line": 1, "reason": "not JSON: expecting value (column 1)", "raw": "oops"},
        {
            "path": str(path),
            "line": 3,
            "reason": "no instruction: expected a key 'instruction' or 'messages', found 'id'",
            "raw": '{"id": "诗"}',
        },
    ]
    write(path, row("1", "Sing."))
    ingest([path], tmp_path / "run", skip_bad=True)
    assert names(tmp_path / "run") == ["seeds.jsonl"]


def test_no_good_row_is_an_error_even_when_bad_ones_are_skipped(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", "oops")
    with pytest.raises(InputError, match=r"1 bad row in the seeds \(there is no good one\)"):
        ingest([path], tmp_path / "run", skip_bad=True)
    assert names(tmp_path / "run") == ["bad_seeds.jsonl"]


def test_an_id_twice_in_a_file_is_bad(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", row("1", "Sing."), row("1", "Hum."), row("1", "Sing."))
    got = ingest([path], tmp_path / "run", skip_bad=True)
    assert got.problems == (
        f"{path}:2: the same id '1' is already at {path}:1",
        f"{path}:3: the same row is already at {path}:1",
    )


def test_rows_without_ids_are_the_same_when_their_texts_are(tmp_path: Path) -> None:
    a = write(tmp_path / "a.jsonl", row(None, "Sing."), row(None, "Sing.", input="la"))
    b = write(tmp_path / "b.jsonl", row(None, "Sing.", output="x"))
    got = ingest([a, b], tmp_path / "run", skip_bad=True)
    assert got.seeds == 2
    assert got.problems == (f"{b}:1: the same row is already at {a}:1",)


def test_files_that_number_alike_are_told_apart(tmp_path: Path) -> None:
    a = write(tmp_path / "a.jsonl", row("1", "Sing."), row("2", "Hum."))
    b = write(tmp_path / "b.jsonl", row("1", "唱歌。"), row("2", "Hum."), row("1", "哼歌。"))
    (tmp_path / "c").mkdir()
    other_b = write(tmp_path / "c" / "b.jsonl", row("1", "吹口哨。"))
    got = ingest([a, b, other_b], tmp_path / "run", skip_bad=True)
    assert got.renamed == 2
    assert got.problems == (
        f"{b}:2: the same row is already at {a}:2",
        f"{b}:3: the same id '1' is already at {b}:1",
    )
    *first, last = ids(tmp_path / "run")
    assert first == ["1", "2", "1@b"]
    assert re.fullmatch("1@b-[0-9a-f]{8}", last)
    ingest([a, b, other_b], tmp_path / "again", skip_bad=True)
    assert ids(tmp_path / "again")[-1] == last


def test_the_same_file_twice_is_bad_throughout(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="80 bad rows"):
        ingest([bundled(), bundled()], tmp_path / "run")


def test_limit_counts_good_seeds_and_reads_no_further(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.jsonl", "oops", row("1", "Sing."), row("2", "Hum."), "oops", row("3", "Shout.")
    )
    got = ingest([path], tmp_path / "run", skip_bad=True, limit=2)
    assert (got.seeds, got.bad, ids(tmp_path / "run")) == (2, 1, ["1", "2"])


def test_keys_of_no_known_format_are_reported(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.jsonl", row("1", "Sing.", inputs="x"), row("2", "Hum.", inputs="y", output="z")
    )
    assert ingest([path], tmp_path / "run").ignored == {"inputs": 2}


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([], "no seed file is given"),
        (["none.jsonl"], "none.jsonl: no such file"),
        (["."], "is a folder"),
        (["x" * 300], "name too long"),
    ],
)
def test_missing_files_are_input_errors(tmp_path: Path, files: list[str], words: str) -> None:
    good = write(tmp_path / "a.jsonl", row("1", "Sing."))
    paths = [good, *(tmp_path / name for name in files)] if files else []
    with pytest.raises(InputError) as caught:
        ingest(paths, tmp_path / "run")
    assert words in str(caught.value)
    assert not (tmp_path / "run").exists()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", row("1", "Sing."))
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"file/run/seeds\.jsonl: cannot be written"):
        ingest([path], tmp_path / "file" / "run")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_stops_the_run_and_keeps_the_old_file(tmp_path: Path) -> None:
    run = tmp_path / "run"
    ingest([bundled()], run)
    before = (run / "seeds.jsonl").read_bytes()
    (run / ".seeds.jsonl.new").symlink_to("/dev/full")
    path = write(tmp_path / "a.jsonl", row("1", "Sing."))
    with pytest.raises(StoppedError, match="no room left"):
        ingest([path], run)
    assert (run / "seeds.jsonl").read_bytes() == before


def test_the_three_public_files_are_602_seeds(shared: Path, tmp_path: Path) -> None:
    got = ingest(sorted((shared / "data" / "seeds").glob("*.jsonl")), tmp_path)
    assert (got.seeds, got.bad, got.langs) == (602, 0, {"en": 427, "zh": 175})
    assert got.renamed == 171  # BELLE numbers its rows as self-instruct does
    assert len(set(ids(tmp_path))) == 602


#: VmHWM and not ru_maxrss, which a child takes over from the process that forked it.
MEASURE = """
import re, sys
from pathlib import Path
from trace_builder.seeds.ingest import ingest
ingest([Path(sys.argv[1])], Path(sys.argv[2]))
print(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no peak memory to read here")
@pytest.mark.parametrize("kind", ["jsonl", "json"])
def test_memory_does_not_grow_with_the_file(tmp_path: Path, kind: str) -> None:
    """40,000 rows of 2 kB: 80 MB on disk, where only the ids' hashes may take memory."""
    path = tmp_path / f"big.{kind}"
    row_of = '{{"id": {0}, "instruction": "Tell me about number {0}.", "output": "' + "x" * 2000 + '"}}'
    rows = (row_of.format(number) for number in range(40_000))
    with path.open("w", encoding="utf-8") as stream:
        for number, line in enumerate(rows):
            stream.write((line + "\n") if kind == "jsonl" else ("[,"[number > 0] + line))
        stream.write("" if kind == "jsonl" else "]")
    command = [sys.executable, "-c", MEASURE, str(path), str(tmp_path / "run")]
    peak = int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert peak < 70 * 1024
    assert (tmp_path / "run" / "seeds.jsonl").read_bytes().count(b"\n") == 40_000
