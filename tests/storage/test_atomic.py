from __future__ import annotations

from pathlib import Path

import pytest

from trace_builder.errors import InputError
from trace_builder.storage.atomic import Replacement


def replace(path: Path, data: bytes = b"new") -> None:
    with Replacement(path) as out:
        out.write(data)
        out.commit()


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to("elsewhere/file")
    replace(tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "elsewhere" / "file").read_bytes() == b"new"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["elsewhere", "file", "link"]


@pytest.mark.parametrize("name", ["folder", "/dev/null", "link"])
def test_what_is_no_file_stays_what_it_is(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("/dev/null")
    path = tmp_path / name
    kind = path.stat().st_mode
    with pytest.raises(InputError, match="cannot be written: it is no regular file"):
        replace(path)
    assert path.stat().st_mode == kind
    assert len(list(tmp_path.rglob("*"))) == 2


def test_a_file_in_its_place_may_be_closed_to_us(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    path.chmod(0)
    replace(path)
    assert path.read_bytes() == b"new"


@pytest.mark.parametrize("name", ["", "x" * 300, "file/inside", "a\0b"])
def test_where_there_can_be_no_file_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(InputError, match="cannot be written"):
        replace(Path(name) if not name else tmp_path / name)
    assert [path.name for path in tmp_path.rglob("*")] == ["file"]
