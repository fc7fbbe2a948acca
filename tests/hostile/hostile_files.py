"""Runs commands over hostile files inside this process, and says what must hold of one that is refused."""

from __future__ import annotations

import contextlib
import io
import os
import re
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import typer
from evaluation_set import evaluation_file
from hostile_run import NOISE
from run_folders import small_run

from trace_builder import cli
from trace_builder.storage.jsonl import write_jsonl

#: Seconds a command may take, and seconds after which it is stopped.
LONGEST, STOPPED = 5.0, 20.0
NOBODY = 65534
#: What a terminal would obey.
CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
_COMMANDS = typer.main.get_command(cli.app)
#: The id of a record in the run.
ID = "en-001"


@dataclass(frozen=True)
class Ended:
    """How a command ended; ``seconds`` of processor time."""

    code: object
    out: str
    err: str
    seconds: float


def call(words: Sequence[str], *, as_nobody: bool = False) -> Ended:
    """``trace-build`` with these words, in the current folder."""
    out, err = io.StringIO(), io.StringIO()
    before, began = sys.argv, time.process_time()
    sys.argv = ["trace-build", *words]
    code: object = 0
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            _run(as_nobody)
    except SystemExit as exc:
        code = exc.code
    finally:
        sys.argv = before
    shown = (text.getvalue().encode("utf-8", "backslashreplace").decode() for text in (out, err))
    return Ended(code, *shown, time.process_time() - began)


def _run(as_nobody: bool) -> None:
    # Putting the commands together takes longer than most of them.
    with _no_longer_than(STOPPED), _nobody(as_nobody), mock.patch.object(cli, "app", _COMMANDS):
        cli.main()


@contextlib.contextmanager
def _no_longer_than(seconds: float) -> Iterator[None]:
    def late(number: int, frame: object) -> None:
        raise TimeoutError(f"still at work after {seconds} s")

    handler = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)


@contextlib.contextmanager
def _nobody(wanted: bool) -> Iterator[None]:
    """To root every file is open."""
    root = wanted and os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


def give_to_nobody(here: Path) -> None:
    """Makes a folder the one of those who run with ``as_nobody``."""
    if os.geteuid() == 0:
        for folder in here.parents:
            with contextlib.suppress(OSError):
                folder.chmod(folder.stat().st_mode | 0o011)
        for path in (here, *here.rglob("*")):
            os.chown(path, NOBODY, NOBODY, follow_symlinks=False)


def make_example(folder: Path) -> None:
    """A run, an evaluation set, judges' texts, an evaluation of them, and prompts; and every command has been
    used once, so that none has anything left to import."""
    evaluation_file(folder, 2)
    small_run(folder / "run", limit=3)
    texts = ({"id": str(n), "text": "Constraints Overall Score: [[10]]"} for n in range(2))
    write_jsonl(folder / "texts.jsonl", texts)
    before = Path.cwd()
    os.chdir(folder)
    try:
        for line in (
            "evaluate --data set.jsonl --output done --judgements texts.jsonl",
            "evaluate --compare done done",
            "evaluate --data set.jsonl --output used/evaluation",
            "evalset select run --to used/set.jsonl --quota 1=1 --quota 2=1 --quota 3=1 --quota 4=1",
            "evalset check set.jsonl --output used/checks",
            "evalset export set.jsonl --checks used/checks --to used/sheet",
            "evalset agree set.jsonl used/sheet/annotations.csv",
            "release run --to used/release --against set.jsonl",
            "status run",
            "stats run",
            "stats used/release",
            f"trace {ID} run",
            "report run --to used/page.html",
        ):
            ended = call(line.split())
            assert ended.code == (2 if " agree " in line else 0), (line, ended)
    finally:
        os.chdir(before)


Snapshot = dict[str, bytes]


def snapshot(folder: Path) -> Snapshot:
    """Every file, link and folder."""
    found: Snapshot = {}
    for path in folder.rglob("*"):
        kind = b"link" if path.is_symlink() else b"folder" if path.is_dir() else path.read_bytes()
        found[str(path.relative_to(folder))] = kind
    return found


def check_untouched(before: Snapshot, folder: Path) -> None:
    """Nothing is lost, and nothing new is there but folders and the lock of one that was to be written to."""
    after = snapshot(folder)
    assert {name: after.get(name) for name in before} == before
    new = {name: data for name, data in after.items() if name not in before}
    assert not [name for name, data in new.items() if data != b"folder" and Path(name).name != ".lock"]


def check_refused(ended: Ended, says: str, *, file: str = "", code: int = 2) -> None:
    """One sentence, or one for each fault, with the file; in time, and fit for a terminal."""
    assert ended.code == code, ended
    assert not [word for word in NOISE if word in ended.err]
    assert re.search(says, ended.err), ended.err
    assert ended.err.startswith("error: "), ended.err
    lines = ended.err.removeprefix("error: ").splitlines()
    named = [line for line in lines if file[:100] in line]
    # A list of bad rows has a heading.
    assert named == lines or named == lines[1:], ended.err
    assert len(ended.err) < 2000
    assert not CONTROLS.search(ended.err + ended.out)
    assert ended.seconds < LONGEST
