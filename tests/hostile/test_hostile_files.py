"""Every hostile file, place and argument, with every command that meets it: ``make test-hostile``."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from file_cases import (
    ARGUMENTS,
    NO_TARGETS,
    PLACE_READERS,
    PLACE_WRITERS,
    PLACES,
    TABLES,
    Content,
    Place,
    Reader,
)
from hostile_files import (
    CONTROLS,
    call,
    check_refused,
    check_untouched,
    give_to_nobody,
    make_example,
    snapshot,
)

pytestmark = pytest.mark.hostile

CASES = [
    pytest.param(kind, content, reader, id=f"{kind}-{reader.name}-{content.name}")
    for kind, (contents, readers) in TABLES.items()
    for content in contents
    for reader in readers
]


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("example") / "here"
    folder.mkdir()
    make_example(folder)
    shutil.rmtree(folder / "used")
    return folder


@pytest.fixture
def here(example: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the example, as the current folder."""
    folder = Path(shutil.copytree(example, tmp_path / "here"))
    monkeypatch.chdir(folder)
    yield folder
    for path in (folder / "closed", folder / "unreadable"):
        if path.exists():
            path.chmod(0o700)


def put(here: Path, reader: Reader, data: bytes) -> None:
    path = here / reader.file
    if reader.file.startswith("prompts/"):
        shutil.copytree(Path(__file__).parents[2] / "prompts", here / "prompts")
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)


def test_there_are_enough_of_them() -> None:
    assert len({content.name for contents, _ in TABLES.values() for content in contents}) >= 100
    assert len(CASES) >= 200


@pytest.mark.parametrize(("kind", "content", "reader"), CASES)
def test_a_hostile_file_is_refused(here: Path, kind: str, content: Content, reader: Reader) -> None:
    put(here, reader, content.data)
    before = snapshot(here)
    ended = call(reader.command(reader.file))
    if reader.name in content.fine:
        assert ended.code == 0, ended
        assert len(ended.err) < 2000
        assert not CONTROLS.search(ended.err)
        return
    check_refused(ended, content.says, file=reader.file)
    check_untouched(before, here)


@pytest.mark.parametrize(("kind", "content", "reader"), CASES[::150])
def test_a_process_of_its_own_says_the_same(here: Path, kind: str, content: Content, reader: Reader) -> None:
    put(here, reader, content.data)
    words = reader.command(reader.file)
    done = subprocess.run([sys.executable, "-m", "trace_builder", *words], capture_output=True, timeout=60)
    within = call(words)
    assert (done.returncode, done.stderr.decode()) == (within.code, within.err)


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
@pytest.mark.parametrize("reader", PLACE_READERS, ids=lambda reader: reader.words)
def test_what_is_no_file_is_refused(here: Path, place: Place, reader: Reader) -> None:
    place.make(here / place.file)
    give_to_nobody(here)
    before = {} if place.closed else snapshot(here)
    ended = call(reader.command(place.file), as_nobody=place.closed)
    shown = place.file.encode("utf-8", "backslashreplace").decode()
    check_refused(ended, re.escape(shown[:60]) if reader.words != "run --output out --seeds {}" else "")
    if not place.closed:
        check_untouched(before, here)


@pytest.mark.parametrize("place", NO_TARGETS, ids=lambda place: place.name)
@pytest.mark.parametrize("writer", PLACE_WRITERS, ids=lambda reader: reader.name)
def test_what_can_be_no_target_is_refused(here: Path, place: Place, writer: Reader) -> None:
    place.make(here / place.file)
    give_to_nobody(here)
    before = {} if place.closed else snapshot(here)
    device = Path("/dev/null").stat()
    ended = call(writer.command(place.file), as_nobody=place.closed)
    check_refused(ended, re.escape(place.file[:60]))
    assert Path("/dev/null").stat().st_mode == device.st_mode
    if not place.closed:
        check_untouched(before, here)


@pytest.mark.parametrize(("line", "says"), ARGUMENTS, ids=range(len(ARGUMENTS)))
def test_a_hostile_argument_is_refused(here: Path, line: str, says: str) -> None:
    before = snapshot(here)
    ended = call(line.split(" "))
    assert ended.code == 2, ended
    assert says in ended.err
    assert "Traceback" not in ended.err
    if ended.err.startswith("error: "):
        check_refused(ended, "")
    check_untouched(before, here)
