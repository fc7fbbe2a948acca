"""A release takes its place whole or not at all, and never over anything that is not a release."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from trace_builder.errors import InputError
from trace_builder.release.atomic_folder import replacing
from trace_builder.release.builder import build
from trace_builder.release.options import ReleaseOptions

EXACT = ReleaseOptions(near_duplicates=None, formats=("sft/messages",))


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_out_that_exists_needs_force_and_must_be_a_release(scripted: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    build(scripted, out, EXACT)
    with pytest.raises(InputError, match="exists already; --force"):
        build(scripted, out, EXACT)
    build(scripted, out, ReleaseOptions(near_duplicates=None, formats=("dpo",)), force=True)
    assert not (out / "sft").exists()
    home = tmp_path / "home"
    home.mkdir()
    (home / "thesis.tex").write_text("years of work")
    with pytest.raises(InputError, match="not a release's folder"):
        build(scripted, home, EXACT, force=True)
    assert (home / "thesis.tex").read_text() == "years of work"


def test_a_target_that_holds_the_run_is_refused(run_folder: Path, tmp_path: Path) -> None:
    """Even where it looks like a release."""
    data = run_folder.parent
    build(run_folder, tmp_path / "out", EXACT)
    for name in ("release.json", "SHA256SUMS"):
        (data / name).write_bytes((tmp_path / "out" / name).read_bytes())
    before = tree(data)
    link = tmp_path / "link"
    link.symlink_to(data, target_is_directory=True)
    for target in (run_folder, data, data / "run" / ".." / "." / "run", link, link / "run"):
        with pytest.raises(InputError, match=r"holds the run; a release cannot take its place"):
            build(run_folder, target, EXACT, force=True)
    for target in (run_folder / "stages", run_folder / "stages" / "new", run_folder / "release"):
        with pytest.raises(InputError, match=r"lies in the run's folder; a release goes beside it"):
            build(run_folder, target, EXACT, force=True)
    link.unlink()
    assert tree(data) == before


@pytest.mark.parametrize("extra", ["notes.md", "sft/messages/mine.jsonl", ".git/HEAD", "new/deep/er.txt"])
def test_a_release_with_files_of_somebody_elses_is_not_replaced(
    scripted: Path, tmp_path: Path, extra: str
) -> None:
    out = tmp_path / "out"
    build(scripted, out, EXACT)
    (out / extra).parent.mkdir(parents=True, exist_ok=True)
    (out / extra).write_text("mine")
    with pytest.raises(InputError, match=rf"{extra} is no part of the release there"):
        build(scripted, out, EXACT, force=True)
    assert (out / extra).read_text() == "mine"
    (out / extra).unlink()
    build(scripted, out, EXACT, force=True)


def test_a_release_without_its_checksum_list_is_not_replaced(scripted: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    build(scripted, out, EXACT)
    (out / "SHA256SUMS").unlink()
    with pytest.raises(InputError, match="is no part of the release there"):
        build(scripted, out, EXACT, force=True)


def test_nothing_is_left_behind_when_it_fails(scripted: Path, tmp_path: Path) -> None:
    def refuse(*_: object) -> None:
        raise InputError("a row was dropped")

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(InputError, match="a row was dropped"):
        build(scripted, tmp_path / "out", EXACT, verify=refuse)
    with pytest.raises(KeyboardInterrupt):
        build(scripted, tmp_path / "out", EXACT, verify=interrupted)
    assert list(tmp_path.iterdir()) == []


def test_a_failed_replacement_leaves_the_old_release(run_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    build(run_folder, out, EXACT)
    before = tree(out)
    (run_folder / "stages" / "respond.jsonl").write_text("{", encoding="utf-8")
    with pytest.raises(InputError):
        build(run_folder, out, EXACT, force=True)
    assert tree(out) == before


def test_a_disk_that_is_full_stops_without_a_trace(scripted: Path, tmp_path: Path) -> None:
    """A limit on the size of files stands in for the disk."""
    code = (
        "import resource, runpy, signal, sys\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))\n"
        "sys.argv[1:] = ['release', sys.argv[1], '--to', sys.argv[2], '--near-duplicates', 'off']\n"
        "runpy.run_module('trace_builder', run_name='__main__')\n"
    )
    command = [sys.executable, "-c", code, str(scripted), str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 3, done.stderr
    assert "no room left on the disk" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["file/out", "x" * 300, "loop/out"])
def test_a_place_that_cannot_be_written_to(scripted: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("here")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(InputError, match="cannot be written"):
        build(scripted, tmp_path / name, EXACT)


HOLDING = (
    "import sys, time\nfrom pathlib import Path\nfrom trace_builder.release.atomic_folder import replacing\n"
    "with replacing(Path(sys.argv[1]), Path(sys.argv[2]), force=True) as folder:\n"
    "    (folder / 'half').write_text('x')\n    print(folder, flush=True)\n    time.sleep(60)\n"
)


def holding(out: Path, run: Path) -> tuple[subprocess.Popen[str], Path]:
    """A process in the middle of a release, and its temporary folder."""
    command = [sys.executable, "-c", HOLDING, str(out), str(run)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_what_a_killed_release_left_is_swept_and_a_living_one_is_left_alone(
    scripted: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    strange = [tmp_path / ".out.mine.partial", tmp_path / ".outer.abcd1234.partial"]
    for folder in strange:
        folder.mkdir()
        (folder / "file").write_text("mine")
    killed, left = holding(out, scripted)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert (left / "half").exists()
    living, kept = holding(out, scripted)
    try:
        build(scripted, out, EXACT)
        assert not left.exists()
        assert (kept / "half").exists()
        assert all((folder / "file").exists() for folder in strange)
    finally:
        living.kill()
        living.wait()


def test_a_release_that_was_on_its_way_out_when_the_process_died_comes_back(
    scripted: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    build(scripted, out, EXACT)
    before = tree(out)
    (tmp_path / ".out.ab12cd34.old").mkdir()
    out.replace(tmp_path / ".out.ab12cd34.old" / "old")
    with pytest.raises(InputError, match="made to fail"), replacing(tmp_path / "out", scripted, force=True):
        raise InputError("made to fail")
    assert tree(out) == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_the_folder_has_the_rights_of_any_other(scripted: Path, tmp_path: Path) -> None:
    mask = os.umask(0o027)
    try:
        build(scripted, tmp_path / "out", EXACT)
    finally:
        os.umask(mask)
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o750
    assert time.time() - (tmp_path / "out").stat().st_mtime < 60
