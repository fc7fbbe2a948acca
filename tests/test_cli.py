"""The program as its users meet it: exit codes, one sentence on stderr, and no traceback."""

from __future__ import annotations

import errno
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from trace_builder import __version__, cli
from trace_builder.errors import InputError

HEAVY = (
    "openai", "aiohttp", "httpx", "httpx2", "yaml", "tqdm", "rich", "numpy", "pydantic", "jsonlines",
    "tenacity", "pyarrow", "plotly", "datasets", "jinja2", "asyncio",
)  # fmt: skip
SEED = '{"instruction": "Write a poem about the sea."}\n'


def program(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "trace_builder", *arguments]


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        program(*arguments), capture_output=True, text=True, cwd=cwd, timeout=120, encoding="utf-8"
    )


class Ended:
    """How the program ended inside this process, where starting one for each case would take long."""

    def __init__(self, code: object, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path):  # type: ignore[no-untyped-def]
    monkeypatch.chdir(tmp_path)

    def calling(*arguments: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["trace-build", *arguments])
        with pytest.raises(SystemExit) as caught:
            cli.main()
        out, err = capsys.readouterr()
        return Ended(caught.value.code, out, err)

    return calling


def write(name: str, content: str | bytes) -> None:
    Path(name).write_bytes(content if isinstance(content, bytes) else content.encode())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("respond:\n  smaples: 3\n", r"c\.yaml:2: unknown key 'respond\.smaples'"),
        ("judge:\n  call: {model: gpt}\n", r"c\.yaml:2: judge\.call\.model: 'gpt' is not one of the models"),
        ("seed: [\n", r"c\.yaml:2: not YAML"),
        (b"profile: \xff", r"c\.yaml:1: not UTF-8"),
        ("expand:\n  dimension_weights: {humour: 1}\n", r"expand\.dimension_weights names humour"),
        ("taxonomy: nope.yaml\n", r"nope\.yaml: no such file"),
        ("prompts: nope\n", r"nope: no such prompts folder"),
        ("seeds: [nope.jsonl]\n", r"nope\.jsonl: no such file"),
    ],
)
def test_a_wrong_configuration_is_two_and_names_the_place(call, content: str | bytes, said: str) -> None:  # type: ignore[no-untyped-def]
    write("c.yaml", content)
    ended = call("run", "--config", "c.yaml", "--output", "out")
    assert ended.code == 2
    assert re.fullmatch(rf"error: {said}[^\n]*\n", ended.err)
    assert ended.out == ""


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (SEED + '{"instruction": \n', r"s\.jsonl:2: "),
        (SEED + SEED + '{"input": "x"}\n', r"s\.jsonl:3: "),
        (
            '{"id": "a", "instruction": "One thing."}\n{"id": "a", "instruction": "Another."}\n',
            r"s\.jsonl:2: ",
        ),
        (SEED.encode() + b'{"instruction": "\xff\xfe"}\n', r"s\.jsonl:2: "),
        ("", r"s\.jsonl"),
    ],
    ids=["cut line", "no instruction", "doubled id", "not UTF-8", "empty"],
)
def test_bad_seeds_stop_the_run_before_the_first_request(call, rows: str | bytes, said: str) -> None:  # type: ignore[no-untyped-def]
    write("s.jsonl", rows)
    ended = call("run", "--seeds", "s.jsonl", "--output", "out")
    assert ended.code == 2
    assert re.search(said, ended.err)
    assert "Traceback" not in ended.err
    assert not list(Path("out").glob("calls/*"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--config", "nope.yaml"), "nope.yaml: no such file"),
        (
            ("--stage", "judge"),
            "--stage judge: expected all, expand, structure, quality, bind, respond, dpo, iopo or harvest",
        ),
        (
            ("--set", "respond.samples=x"),
            "--set respond.samples=x: respond.samples: Input should be a valid int",
        ),
        (("--set", "samples"), "--set samples: expected key=value"),
        (("--output", "taken"), "taken: cannot be used as the output folder: "),
        (("--outage-limit", "-1"), "option for wire.outage_limit: "),
    ],
)
def test_wrong_arguments_are_two_in_one_sentence(call, arguments: tuple[str, ...], said: str) -> None:  # type: ignore[no-untyped-def]
    write("taken", "a file")
    ended = call("run", *arguments)
    assert ended.code == 2
    assert ended.err.startswith(f"error: {said}")
    assert ended.err.count("\n") == 1
    assert not Path("outputs").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("nope",),
        ("run", "--nope"),
        ("run", "--limit", "0"),
        ("run", "--limit", "many"),
        ("run", "extra"),
        ("run", "--set"),
        ("status",),
        ("config", "nope"),
    ],
)
def test_wrong_usage_is_two_and_shows_the_way(call, arguments: tuple[str, ...]) -> None:  # type: ignore[no-untyped-def]
    ended = call(*arguments)
    assert ended.code == 2
    assert "Error: " in ended.err
    assert "Traceback" not in ended.err


def test_a_folder_without_a_run_has_no_status(call) -> None:  # type: ignore[no-untyped-def]
    ended = call("status", ".")
    assert (ended.code, ended.err) == (2, "error: .: no run here (run.json is missing)\n")


def test_version_and_help_are_zero(call) -> None:  # type: ignore[no-untyped-def]
    assert call("--version").out == f"trace-build {__version__}\n"
    ended = call("run", "--help")
    assert ended.code == 0
    for option in ("--config", "--seeds", "--output", "--stage", "--limit", "--base-url", "--model", "--set"):
        assert option in ended.out


def test_naming_the_commands_brings_nothing_heavy_in() -> None:
    """What ``trace-build --help`` costs is what its imports cost."""
    code = f"import sys, trace_builder.cli; print([m for m in {HEAVY!r} if m in sys.modules])"
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert made.stdout == "[]\n"


def test_done_is_zero_and_says_what_was_made(tmp_path: Path) -> None:
    made = run("run", "--output", "out", "--limit", "4", cwd=tmp_path)
    assert made.returncode == 0
    assert "4 seeds" in made.stderr
    rows = {
        name: (tmp_path / "out" / f"{name}.jsonl").read_text().splitlines() for name in ("sft", "dpo", "iopo")
    }
    certified = sum(json.loads(row)["certificate"] == "full" for row in rows["iopo"])
    assert f"Made in out: {len(rows['sft'])} in sft.jsonl; {len(rows['dpo'])} in dpo.jsonl; " in made.stdout
    assert f"{certified} certified" in made.stdout
    told = re.findall(r"^  (.+)$", made.stdout, re.MULTILINE)
    assert re.findall(r" (\w+) out\b", "\n".join(told)) == ["status", "report", "release"]
    following = subprocess.run(told[0].split(), capture_output=True, text=True, cwd=tmp_path)
    assert following.returncode == 0, "what it says can be run next can be run"
    state = json.loads(run("status", "out", "--json", cwd=tmp_path).stdout)
    assert state["finished"]
    for stage in state["stages"]:
        assert stage["in"] == stage["accepted"] + stage["rejected"]
    again = run("run", "--output", "out", "--limit", "4", cwd=tmp_path)
    assert again.returncode == 0
    assert again.stdout == made.stdout


def test_failed_records_are_one(tmp_path: Path) -> None:
    made = run(
        "run",
        "--output",
        "out",
        "--limit",
        "2",
        "--set",
        "rehearsal.faults={schema_break: 1.0}",
        cwd=tmp_path,
    )
    assert made.returncode == 1
    assert "2 records failed; run the same command again" in made.stdout
    assert "Traceback" not in made.stderr
    assert run("run", "--output", "out", "--limit", "2", cwd=tmp_path).returncode == 0, (
        "tried anew and mended"
    )


@contextmanager
def slow_run(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A run that has asked its first questions and will take a while."""
    slow = program("run", "--output", "out", "--limit", "6", "--set", "rehearsal.latency='0.4'")
    with subprocess.Popen(
        slow, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder, start_new_session=True
    ) as process:
        calls = folder / "out" / "calls" / "expand.jsonl"
        deadline = time.monotonic() + 60
        while not (calls.exists() and calls.stat().st_size) and time.monotonic() < deadline:
            assert process.poll() is None
            time.sleep(0.02)
        try:
            yield process
        finally:
            process.kill()


def test_a_second_writer_is_turned_away_and_ctrl_c_leaves_a_run_to_resume(tmp_path: Path) -> None:
    with slow_run(tmp_path) as first:
        second = run("run", "--output", "out", "--limit", "6", cwd=tmp_path)
        assert second.returncode == 2
        assert second.stderr == (f"error: out: another run (process {first.pid}) is writing to this folder\n")
        os.kill(first.pid, signal.SIGINT)
        out, err = first.communicate(timeout=60)
    assert first.returncode == 130
    assert "run the same command again to resume out" in out
    assert "stopping: waiting for the answers in flight" in err
    assert "Traceback" not in err
    kept = (tmp_path / "out" / "calls" / "expand.jsonl").read_bytes()
    assert run("run", "--output", "out", "--limit", "6", cwd=tmp_path).returncode == 0
    assert (tmp_path / "out" / "calls" / "expand.jsonl").read_bytes().startswith(kept), "nothing asked twice"


def test_ctrl_c_before_the_first_question_is_130_too(tmp_path: Path) -> None:
    fifo = tmp_path / "seeds.jsonl"
    os.mkfifo(fifo)
    waiting = program("run", "--seeds", fifo.name, "--output", "out")
    with subprocess.Popen(waiting, stderr=subprocess.PIPE, text=True, cwd=tmp_path) as process:
        end = None
        while end is None and process.poll() is None:
            try:
                end = os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)
            except OSError:
                time.sleep(0.02)  # nobody reads yet
        assert end is not None
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        os.close(end)
    assert process.returncode == 130
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("raised", "code", "said"),
    [
        (PermissionError(errno.EACCES, "Permission denied", "run/x"), 2, "run/x: permission denied"),
        (IsADirectoryError(errno.EISDIR, "Is a directory", "x"), 2, "x: is a directory"),
        (OSError(errno.ENAMETOOLONG, "File name too long", "x" * 3000), 2, "x" * 900),
        (OSError(errno.ENOSPC, "No space left on device", "x"), 3, "x: no room left on the disk"),
        (OSError(errno.EMFILE, "Too many open files"), 3, "no file descriptors left"),
        (RecursionError("maximum recursion depth exceeded"), 2, "something in the input is nested too deep"),
        (MemoryError(), 2, "something in the input is larger than the memory"),
        (InputError("x:1: \x1b[2J\x00"), 2, "x:1: \\x1b[2J"),
        (KeyboardInterrupt(), 130, "interrupted"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_whatever_a_command_raises_is_told_in_a_sentence(  # type: ignore[no-untyped-def]
    call, monkeypatch: pytest.MonkeyPatch, raised: BaseException, code: int, said: str
) -> None:
    def read_status(folder: Path) -> None:
        raise raised

    monkeypatch.setattr("trace_builder.report.stats.run_status.read_status", read_status)
    ended = call("status", ".")
    assert ended.code == code
    assert said in ended.err
    assert ended.err.count("\n") == 1
    assert len(ended.err) < 1200
    assert not re.search(r"[\x00-\x09\x0b-\x1f]", ended.err)


def test_whoever_stops_listening_is_not_complained_to(tmp_path: Path) -> None:
    for words in (("config", "schema"), ("--help",), ("run", "--help")):
        with subprocess.Popen(program(*words), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.close()
            assert process.wait(60) == 0
            assert process.stderr is not None
            assert process.stderr.read() == b""


def test_a_run_goes_on_though_nobody_reads_what_it_says(tmp_path: Path) -> None:
    words = program("run", "--output", "out", "--limit", "2")
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        process.stderr.close()
        assert process.wait(60) == 0
    assert json.loads(run("status", "out", "--json", cwd=tmp_path).stdout)["finished"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("config schema >/dev/full", 3),
        ("--help >/dev/full", 3),
        ("config schema >&-", 0),
        ("config schema >/dev/null 2>&-", 0),
        ("status nowhere 2>/dev/full", 2),
        ("status 2>/dev/full", 2),
        ("status nowhere >&- 2>&- <&-", 2),
    ],
)
def test_streams_that_are_full_or_closed(tmp_path: Path, line: str, code: int) -> None:
    made = subprocess.run(
        f"{sys.executable} -m trace_builder {line}", shell=True, capture_output=True, text=True, cwd=tmp_path
    )
    assert made.returncode == code
    assert made.stderr in ("", "error: no room left on the disk; run again once there is some\n")


def test_a_closed_stderr_leaves_no_words_in_the_files_of_a_run(tmp_path: Path) -> None:
    line = f"{sys.executable} -m trace_builder run --output out --limit 1 2>&- <&-"
    assert subprocess.run(line, shell=True, capture_output=True, cwd=tmp_path).returncode == 0
    assert run("status", "out", cwd=tmp_path).returncode == 0


def test_a_name_that_is_not_utf8_is_a_name(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9")
    (tmp_path / name).write_text(SEED)
    made = run("run", "--seeds", name, "--output", f"{name}-run", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    shown = run("status", f"{name}-run", cwd=tmp_path)
    assert shown.returncode == 0, shown.stderr


def test_without_its_lock_file_a_folder_has_one_writer_still(tmp_path: Path) -> None:
    with slow_run(tmp_path) as first:
        (tmp_path / "out" / ".lock").unlink()
        second = run("run", "--output", "out", "--limit", "6", cwd=tmp_path)
        assert second.returncode == 2
        assert "another run" in second.stderr
        first.send_signal(signal.SIGINT)
        first.communicate(timeout=60)


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.EOPNOTSUPP])
def test_a_file_system_without_locks_is_named(call, monkeypatch: pytest.MonkeyPatch, number: int) -> None:  # type: ignore[no-untyped-def]
    def refuses(descriptor: int, operation: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("trace_builder.storage.lock.fcntl.flock", refuses)
    ended = call("run", "--output", "out")
    assert ended.code == 2
    assert ended.err.startswith("error: out: its file system has no file locks")
    assert not list(Path("out").glob("*.json*"))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of 300 kB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    try:
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=300k", "none", disk], capture_output=True
        )
    except OSError:
        pytest.skip("no mount here")
    if mounted.returncode:
        pytest.skip("disks can be mounted by root alone")
    yield disk
    subprocess.run(["umount", "-l", disk], check=True)


def fill(disk: Path) -> None:
    with (disk / "filler").open("wb", buffering=0) as filler, suppress(OSError):
        while filler.write(b"x" * 512):
            pass


def test_on_a_full_disk_every_writer_stops_and_leaves_nothing_behind(
    tmp_path: Path, small_disk: Path
) -> None:
    assert run("run", "--output", "whole", "--limit", "8", cwd=tmp_path).returncode == 0
    made = run("run", "--output", "disk/out", "--limit", "8", cwd=tmp_path)
    assert made.returncode == 3, made.stderr
    assert "no room left on the disk" in made.stderr.splitlines()[-1]
    fill(small_disk)
    before = sorted(small_disk.rglob("*"))
    for words in (
        ("run", "--output", "disk/out", "--limit", "8"),
        ("run", "--output", "disk/other", "--limit", "8"),
        ("report", "whole", "--to", "disk/page.html"),
        ("release", "whole", "--to", "disk/release"),
        ("evalset", "select", "whole", "--to", "disk/set.jsonl", "--total", "3"),
    ):
        made = run(*words, cwd=tmp_path)
        assert made.returncode == 3, (words, made.stderr)
        assert made.stderr.splitlines()[-1].startswith("error: ")
        assert "Traceback" not in made.stderr
        left = {path for path in small_disk.rglob("*") if path not in before}
        assert {path.name for path in left} <= {"other", ".lock"}, words
    (small_disk / "filler").unlink()
    subprocess.run(["mount", "-o", "remount,size=20m", small_disk], check=True)
    assert run("run", "--output", "disk/out", "--limit", "8", cwd=tmp_path).returncode == 0
    for name in ("sft", "dpo", "iopo"):
        whole = (tmp_path / "whole" / f"{name}.jsonl").read_bytes()
        assert (small_disk / "out" / f"{name}.jsonl").read_bytes() == whole
