from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trace_builder.errors import InputError
from trace_builder.storage.journal import JournalFile, LineReader, repair_tail


def test_lines_lie_where_append_says(tmp_path: Path) -> None:
    journal = JournalFile(tmp_path / "a.jsonl")
    offsets = [journal.append(line) for line in (b'{"a":1}', b'{"b":"\xe4\xb8\xad"}', b"{}")]
    journal.close()
    data = (tmp_path / "a.jsonl").read_bytes()
    assert [data[offset:].split(b"\n")[0] for offset in offsets] == [
        b'{"a":1}',
        b'{"b":"\xe4\xb8\xad"}',
        b"{}",
    ]


def test_a_line_is_in_the_file_before_append_returns(tmp_path: Path) -> None:
    journal = JournalFile(tmp_path / "a.jsonl")
    journal.append(b'{"a":1}')
    assert (tmp_path / "a.jsonl").read_bytes() == b'{"a":1}\n'
    journal.close()


@given(
    lines=st.lists(st.binary(max_size=200).filter(lambda b: b"\n" not in b), max_size=5),
    torn=st.binary(max_size=99),
)
def test_a_torn_last_line_is_cut_off_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], torn: bytes
) -> None:
    path = tmp_path_factory.mktemp("torn") / "a.jsonl"
    whole = b"".join(line + b"\n" for line in lines)
    tail = torn.replace(b"\n", b"")
    path.write_bytes(whole + tail)
    assert repair_tail(path) == len(tail)
    assert path.read_bytes() == whole


def test_a_line_of_many_blocks_is_read_in_time_that_its_length_takes(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"{}\n" + b"x" * (40 << 20) + b"\n{}\n")
    reader = LineReader(path)
    began = time.process_time()
    assert [len(line) for _, _, line in reader.lines()] == [3, (40 << 20) + 1, 3]
    assert len(reader.line(3)) == (40 << 20) + 1
    assert time.process_time() - began < 2
    reader.close()


def test_a_line_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trace_builder.storage.journal.MAX_LINE", 5 << 20)
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"{}\n" + bytes(9 << 20))
    with pytest.raises(InputError, match=r"a\.jsonl:2: a line of more than"):
        list(LineReader(path).lines())


def test_a_torn_line_longer_than_one_block_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"{}\n" + b"x" * 200_000)
    repair_tail(path)
    assert path.read_bytes() == b"{}\n"


_FILLS_UP = """
import resource, signal, sys
from pathlib import Path
from trace_builder.errors import StoppedError
from trace_builder.errors import InputError
from trace_builder.storage.journal import JournalFile
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
journal = JournalFile(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    while True:
        journal.append(b'{"text":"' + b"y" * 300 + b'"}')
except StoppedError as exc:
    print(exc.exit_code)
"""


def test_when_the_file_cannot_grow_the_run_stops_and_no_broken_line_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    done = subprocess.run(
        [sys.executable, "-c", _FILLS_UP, str(path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "3"
    lines = path.read_bytes().splitlines(keepends=True)
    assert len(lines) == 3
    assert all(line.endswith(b"\n") and json.loads(line) for line in lines)
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 1000


def test_a_reader_gives_whole_lines_with_their_places_up_to_an_end(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    lines = [b"x" * 3_000_000 + b"\n", b"{}\n", b"\n", b"last\n"]
    path.write_bytes(b"".join(lines) + b"torn")
    reader = LineReader(path)
    found = list(reader.lines())
    assert [line for _, _, line in found] == lines
    assert [reader.line(offset) for offset, _, _ in found] == lines
    assert [reader.number(offset) for offset, _, _ in found] == [1, 2, 3, 4]
    assert [number for _, number, _ in reader.lines(end=len(lines[0]) + 1)] == [1, 2]
    assert reader.torn()
    assert list(LineReader(tmp_path / "none").lines()) == []
