from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from trace_builder.errors import InputError, StoppedError
from trace_builder.storage.lock import folder_lock

_TRY = """
import sys
from pathlib import Path
from trace_builder.errors import InputError
from trace_builder.storage.lock import folder_lock
try:
    with folder_lock(Path(sys.argv[1])):
        print("held")
except InputError as exc:
    print(exc)
"""


def attempt(folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", _TRY, str(folder)], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_a_second_writer_is_refused_and_told_which_process_holds_the_folder(tmp_path: Path) -> None:
    with folder_lock(tmp_path / "run"):
        assert f"process {os.getpid()}" in attempt(tmp_path / "run")
    assert attempt(tmp_path / "run") == "held"


def test_a_deleted_lock_file_lets_no_second_writer_in(tmp_path: Path) -> None:
    with folder_lock(tmp_path / "run"):
        (tmp_path / "run" / ".lock").unlink()
        assert "is writing to this folder" in attempt(tmp_path / "run")


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.EOPNOTSUPP])
def test_a_file_system_without_locks_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuses(descriptor: int, operation: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("trace_builder.storage.lock.fcntl.flock", refuses)
    with pytest.raises(InputError, match="no file locks"), folder_lock(tmp_path / "run"):
        pass


def test_a_full_disk_stops_the_run_resumably(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int, data: bytes, offset: int) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("trace_builder.storage.lock.os.pwrite", full)
    with pytest.raises(StoppedError, match="no room left"), folder_lock(tmp_path / "run"):
        pass


def test_what_a_killed_process_left_half_written_is_swept(tmp_path: Path) -> None:
    for left in (".run.json.new", "stages/.expand.jsonl.new"):
        (tmp_path / left).parent.mkdir(exist_ok=True)
        (tmp_path / left).write_text("half")
    with folder_lock(tmp_path):
        assert not list(tmp_path.rglob("*.new"))


def test_a_folder_that_cannot_be_made_is_an_input_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="file/run"), folder_lock(tmp_path / "file" / "run"):
        pass
