"""Every command that looks at a run's folder sees the same: the same counts, through the same reader."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from trace_builder.cli import app
from trace_builder.run.config_file import load_config
from trace_builder.run.pipeline import run_pipeline
from trace_builder.storage.run_folder import RunFolder
from trace_builder.support.resources import shipped

STAGES = ("expand", "structure", "quality", "bind", "respond", "dpo", "iopo", "harvest")
COUNTS = ("in", "accepted", "rejected", "failed", "pending")
#: How many records of each stage went where.
Seen = dict[str, dict[str, int]]


def walk(folder: Path, stage: str = "all", **values: Any) -> None:
    seeds = folder.with_name("seeds.jsonl")
    if not seeds.exists():
        lines = shipped("seeds", "demo.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
        seeds.write_text("".join(lines[:6] + lines[-6:]), encoding="utf-8")
    fixed = {"output": str(folder), "seeds": [str(seeds)]}
    run_pipeline(
        load_config(values=fixed | {k.replace("__", "."): v for k, v in values.items()}),
        stage,
        agree=lambda question: True,
    )


def clean(folder: Path) -> None:
    pass


def edited_seed(folder: Path) -> None:
    seeds = folder.with_name("seeds.jsonl")
    first, *rest = seeds.read_text(encoding="utf-8").splitlines(keepends=True)
    row = json.loads(first)
    row["instruction"] += " Take your time."
    seeds.write_text(json.dumps(row) + "\n" + "".join(rest), encoding="utf-8")
    walk(folder, "expand")


def changed_prompt(folder: Path) -> None:
    prompts = folder.with_name("prompts")
    shutil.copytree(shipped("prompts"), prompts)
    path = prompts / "en" / "worse.md"
    path.write_text(path.read_text(encoding="utf-8").replace("--- user ---", "!\n--- user ---"), "utf-8")
    walk(folder, "expand", prompts=str(prompts))


def torn_tail(folder: Path) -> None:
    for stage in ("structure", "iopo"):
        path = folder / "stages" / f"{stage}.jsonl"
        path.write_bytes(path.read_bytes()[:-25])


def failed_then_retried(folder: Path) -> None:
    shutil.rmtree(folder)
    faults = {"schema_break": 0.25}
    for _ in range(2):
        walk(folder, wire__attempts=1, rehearsal__faults=faults)
        faults = {"schema_break": 0.1}


def removed_seed(folder: Path) -> None:
    seeds = folder.with_name("seeds.jsonl")
    seeds.write_text("".join(seeds.read_text(encoding="utf-8").splitlines(keepends=True)[1:]), "utf-8")
    walk(folder, "structure")


def lost_upstream(folder: Path) -> None:
    path = folder / "stages" / "respond.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[1:]))


STATES: dict[str, Callable[[Path], None]] = {
    state.__name__: state
    for state in (
        clean,
        edited_seed,
        changed_prompt,
        torn_tail,
        failed_then_retried,
        removed_seed,
        lost_upstream,
    )
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "run"
    walk(folder)
    return folder.parent


@pytest.fixture(params=STATES)
def folder(request: pytest.FixtureRequest, made: Path, tmp_path: Path) -> Path:
    """A run's folder in one of seven states, with its seeds beside it."""
    shutil.copytree(made, tmp_path / "made")
    STATES[request.param](tmp_path / "made" / "run")
    return tmp_path / "made" / "run"


def call(*words: object) -> str:
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exit_code == 0, (words, done.output, done.exception)
    return done.output


def by_status(folder: Path) -> Seen:
    rows = json.loads(call("status", folder, "--json"))["stages"]
    return {row["stage"]: {name: row[name] for name in COUNTS} for row in rows}


def by_stats(folder: Path) -> Seen:
    rows = json.loads(call("stats", folder, "--json"))["funnel"]
    return {row["stage"]: {name: row[name] for name in COUNTS} for row in rows}


def by_report(folder: Path) -> Seen:
    call("report", folder)
    page = (folder / "report.html").read_text(encoding="utf-8")
    found: Seen = {}
    for stage, counts in re.findall(r'aria-label="(\w+): ([^"]*? in[^"]*)"', page):
        numbers = {name: int(n) for n, name in re.findall(r"(\d+) (\w+)", counts)}
        found[stage] = {name: numbers.get(name, 0) for name in COUNTS}
    return found


def by_release(folder: Path) -> Seen:
    to = folder.with_name("released")
    call("release", folder, "--to", to, "--partial", "--force")
    card = (to / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\w+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", card, re.MULTILINE)
    return {stage: dict(zip(COUNTS, map(int, counts), strict=True)) for stage, *counts in rows}


def by_trace(folder: Path) -> Seen:
    """Adds up the lineages of all seeds; what entered is what the stage before has accepted."""
    found = {stage: Counter[str]() for stage in STAGES}
    ids = list(RunFolder.open(folder).ids)
    for id_ in ids:
        told = call("trace", id_, folder)
        for stage, status in re.findall(r"^(\w+)  (accepted|rejected|failed)", told, re.MULTILINE):
            found[stage][status] += 1
    run = RunFolder.open(folder)
    seen: Seen = {}
    for stage in STAGES:
        before = run.follows(stage)
        entered = found[before]["accepted"] if before else len(ids)
        if run.manifest.stages[stage].takes_rejected and before:
            entered += sum(o.record is not None for o in run.outcomes(before, status="rejected"))
        pending = entered - found[stage].total()
        seen[stage] = {"in": entered, **{n: found[stage][n] for n in COUNTS[1:4]}, "pending": pending}
    return seen


def test_all_commands_agree_on_every_count(folder: Path) -> None:
    truth = by_status(folder)
    assert tuple(truth) == STAGES
    for counts in truth.values():
        assert counts["in"] == sum(counts[name] for name in COUNTS[1:])
        assert counts["pending"] >= 0
    for reader in (by_stats, by_report, by_release, by_trace):
        assert reader(folder) == truth, reader.__name__
    to = folder.with_name("set.jsonl")
    said = call("evalset", "select", folder, "--to", to, "--quota", "1=99", "--quota", "3=99")
    assert re.search(r"of (\d+) instructions", said)[1] == str(truth["quality"]["accepted"])  # type: ignore[index]


def test_a_lost_upstream_outcome_heals_by_running_again(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made, tmp_path / "made")
    folder = tmp_path / "made" / "run"
    lost_upstream(folder)
    assert by_status(folder)["respond"]["pending"] == 1
    walk(folder, models__default__base_urls=["http://127.0.0.1:9/v1"], rehearsal=None)
    for name in ("stages/respond.jsonl", "stages/iopo.jsonl", "sft.jsonl", "dpo.jsonl", "iopo.jsonl"):
        assert (folder / name).read_bytes() == (made / "run" / name).read_bytes()


_OPENED: list[tuple[str, str]] = []
_WATCHED: list[Path] = []


def _note_open(event: str, arguments: tuple[Any, ...]) -> None:
    if not _WATCHED or event != "open" or not isinstance(arguments[0], str | bytes | Path):
        return
    name = arguments[0].decode() if isinstance(arguments[0], bytes) else str(arguments[0])
    if Path(name).is_relative_to(_WATCHED[0]):
        _OPENED.append((name, _opener()))


def _opener() -> str:
    """The innermost module of ours on the stack."""
    frame = sys._getframe(2)
    while frame is not None:
        module = frame.f_globals.get("__name__", "")
        if module.startswith("trace_builder"):
            return str(module)
        frame = frame.f_back  # type: ignore[assignment]
    return "-"


@contextmanager
def watched(folder: Path) -> Iterator[list[tuple[str, str]]]:
    if not getattr(sys, "_opens_noted", False):
        sys.addaudithook(_note_open)
        sys._opens_noted = True  # type: ignore[attr-defined]
    _OPENED.clear()
    _WATCHED[:] = [folder]
    try:
        yield _OPENED
    finally:
        _WATCHED.clear()


@pytest.mark.parametrize(
    "words",
    [
        ("status", "{}"),
        ("stats", "{}"),
        ("report", "{}"),
        ("trace", "en-001", "{}"),
        ("release", "{}", "--to", "{}-release", "--force"),
        ("evalset", "select", "{}", "--to", "{}-set.jsonl", "--total", "5"),
    ],
    ids=lambda words: words[0],
)
def test_only_storage_opens_a_file_of_a_run(made: Path, words: tuple[str, ...]) -> None:
    folder = made / "run"
    with watched(folder) as opened:
        call(*(word.format(folder) for word in words))
    assert opened
    others = {who for _, who in opened if not who.startswith("trace_builder.storage")}
    assert not others


def test_a_release_opens_each_stage_file_once(made: Path, tmp_path: Path) -> None:
    with watched(made / "run") as opened:
        call("release", made / "run", "--to", tmp_path / "release")
    counts = Counter(name for name, _ in opened if "/stages/" in name)
    assert set(counts.values()) == {1}, counts
