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
from damaged_runs import DAMAGES, KINDS, Damage
from hostile_files import ID, call, check_refused, snapshot

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
