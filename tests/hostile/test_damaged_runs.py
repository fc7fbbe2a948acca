"""A finished run that something happened to: no command shows a wrong count, and running again heals it, or
says what to do, and then heals it."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from damaged_runs import DAMAGES, EVERY, KINDS, Damage
from hostile_files import ID, call, check_refused, give_to_nobody, snapshot

from trace_builder.config import RehearsalConfig
from trace_builder.rehearsal.server.process import start

pytestmark = pytest.mark.hostile

READERS = (
    "stats run --json",
    "report run --to page.html",
    "release run --to released --partial",
    f"trace {ID} run",
)
PRODUCTS = ("seeds.jsonl", "sft.jsonl", "dpo.jsonl", "iopo.jsonl")
COUNTS = ("stage", "in", "accepted", "rejected", "failed", "pending")
#: Where the line says what to do.
ADVICE = re.compile(r"error: run/(?P<file>[\w./]+?)(?::(?P<line>\d+))?: .*")
#: So many lines at most have to be removed.
LINES = 60


@pytest.fixture(scope="session")
def run_words() -> Iterator[list[str]]:
    with start(RehearsalConfig(), any_model=True) as server:
        line = f"run --base-url {server.base_url} --model m --limit 4 --output run"
        yield line.split()


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory, run_words: list[str]) -> Path:
    folder = tmp_path_factory.mktemp("finished")
    before = Path.cwd()
    os.chdir(folder)
    try:
        assert call(run_words).code == 0
        for line in READERS:
            assert call(line.split()).code == 0
    finally:
        os.chdir(before)
    return folder / "run"


def counts(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """What the stages' rows count, once they add up."""
    for row in rows:
        assert row["in"] == sum(row[name] for name in COUNTS[2:]), row
        assert min(row[name] for name in COUNTS[1:]) >= 0, row
    return [tuple(row[name] for name in COUNTS) for row in rows]


def read_status() -> dict[str, Any] | None:
    """What ``status`` shows; None where it refuses the folder, in a sentence."""
    ended = call(["status", "run", "--json"])
    if ended.code == 0:
        return dict(json.loads(ended.out))
    check_refused(ended, "", file="run")
    return None


def follow(said: str) -> None:
    """Does what a refusal says."""
    found = ADVICE.match(said.splitlines()[-1])
    assert found, said
    path = Path("run") / found["file"]
    if found["line"] and "remove the line" in said:
        lines = path.read_bytes().split(b"\n")
        del lines[int(found["line"]) - 1]
        path.write_bytes(b"\n".join(lines))
    elif path.is_dir() and not path.is_symlink():
        path.rmdir()
    else:
        path.unlink()


@pytest.mark.parametrize("file", [*EVERY, "stages", "calls", "."])
@pytest.mark.parametrize("mode", [0o000, 0o444], ids=["closed", "read only"])
def test_what_is_not_ours_to_read_or_write_is_named(
    file: str,
    mode: int,
    finished: Path,
    run_words: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(finished, "run")
    give_to_nobody(tmp_path)
    path = Path("run", file)
    before = snapshot(Path("run"))
    path.chmod(mode)
    ended = [call(line.split(), as_nobody=True) for line in (*READERS, " ".join(run_words))]
    path.chmod(0o755)
    for one in ended:
        if one.code != 0:
            assert one.code == 2, one
            last = one.err.splitlines()[-1]
            assert last.startswith("error: run")
            assert "Traceback" not in one.err
    if file.startswith(("stages/", "calls/")):
        assert ended[-1].code == 2, "a run appends to these"
        assert f"run/{file}: permission denied" in ended[-1].err
    after = snapshot(Path("run"))
    assert {name: after.get(name) for name in before if name != "run.json"} == {
        name: data for name, data in before.items() if name != "run.json"
    }


def test_there_are_enough_kinds() -> None:
    assert len({name for name, _, _ in KINDS}) >= 49


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: f"{damage.name}-{damage.file}")
def test_a_damaged_run_is_told_truly_and_heals(
    damage: Damage, finished: Path, run_words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    whole = {name: (finished / name).read_bytes() for name in PRODUCTS}
    shutil.copytree(finished, "run")
    truth = read_status()
    assert truth is not None
    damage.do(Path("run") / damage.file)

    shown = read_status()
    if shown is not None:
        assert counts(shown["stages"]) == counts(truth["stages"]) or not shown["finished"]
    before = snapshot(Path("run"))
    for line in READERS:
        ended = call(line.split())
        if ended.code != 0:
            check_refused(ended, "", file="run")
        elif "stats" in line and shown is not None:
            assert counts(json.loads(ended.out)["funnel"]) == counts(shown["stages"])
    assert snapshot(Path("run")) == before

    for _ in range(LINES):
        ended = call(run_words)
        if ended.code == 0:
            break
        assert ended.code == 2
        assert "Traceback" not in ended.err
        follow(ended.err)
    assert ended.code == 0, ended.err
    assert {name: Path("run", name).read_bytes() for name in PRODUCTS} == whole
    healed = read_status()
    assert healed is not None
    assert healed["finished"]
    assert counts(healed["stages"]) == counts(truth["stages"])
