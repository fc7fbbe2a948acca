from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from trace_builder.errors import InputError
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


def test_a_folder_that_cannot_be_made_is_an_input_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="file/run"), folder_lock(tmp_path / "file" / "run"):
        pass
