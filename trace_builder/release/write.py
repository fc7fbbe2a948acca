"""Writes a release's folder: whole, or not at all, and the same bytes every time."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any

from trace_builder.errors import InputError, StoppedError
from trace_builder.release.features import Kind, to_schema
from trace_builder.release.formats_iopo import TRACE_BETWEEN, TRACE_CLOSE, TRACE_OPEN, trace_text

if TYPE_CHECKING:
    import pyarrow.parquet as pq

Row = dict[str, Any]

#: A folder with this file is a release, and may be replaced with --force.
MARK = "release.json"

_ROWS_AT_ONCE = 1000


@contextmanager
def replacing(out: Path, *, force: bool) -> Iterator[Path]:
    """A temporary folder beside ``out`` that becomes ``out`` when the block ends well, and is gone otherwise.

    Raises:
        InputError: ``out`` exists, and either ``force`` is not set or it is not a release's folder; or its
            place cannot be written to.
        StoppedError: the disk is full, or fails.
    """
    _refuse(out, force)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{out.name}.", suffix=".partial", dir=out.parent))
    except OSError as exc:
        raise InputError(f"{out}: cannot be written ({exc.strerror})") from None
    try:
        yield temporary
        _sync(temporary)
        _refuse(out, force)
        _swap(temporary, out)
    except OSError as exc:
        raise StoppedError(
            f"{out}: {exc.strerror or exc}; nothing was written, the run is as it was"
        ) from exc
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _refuse(out: Path, force: bool) -> None:
    if not out.exists() and not out.is_symlink():
        return
    if not force:
        raise InputError(f"{out} exists already; --force replaces it")
    if not out.is_dir() or (any(out.iterdir()) and not (out / MARK).is_file()):
        raise InputError(
            f"{out} is not a release's folder (it has no {MARK}), so --force does not replace it"
        )


def _swap(temporary: Path, out: Path) -> None:
    temporary.chmod(0o777 & ~_umask())
    if out.exists():
        old = Path(tempfile.mkdtemp(prefix=f".{out.name}.", suffix=".old", dir=out.parent))
        out.replace(old / "old")
        try:
            temporary.replace(out)
        except OSError:
            (old / "old").replace(out)
            raise
        finally:
            shutil.rmtree(old, ignore_errors=True)
    else:
        temporary.replace(out)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _sync(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())


class Writer:
    """Writes rows to files under a folder; a file exists once it has a row.

    Use as a context manager: the files are complete when it ends.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.counts: dict[str, int] = {}
        self._stack = ExitStack()
        self._files: dict[str, IO[str]] = {}
        self._tables: dict[str, _Table] = {}

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            for name, file in self._files.items():
                if name.endswith(".json"):
                    file.write(TRACE_CLOSE)
            for table in self._tables.values():
                table.flush()
        self._stack.close()

    def line(self, name: str, row: Row) -> None:
        """A row of a JSONL file."""
        self._count(name)
        self._open(name).write(json.dumps(row, ensure_ascii=False) + "\n")

    def element(self, name: str, row: Row) -> None:
        """A row of a JSON array in the authors' layout."""
        first = self._count(name)
        self._open(name).write((TRACE_OPEN if first else TRACE_BETWEEN) + trace_text(row))

    def table(self, name: str, row: Row, fields: dict[str, Kind]) -> None:
        """A row of a Parquet file."""
        if self._count(name):
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            self._tables[name] = table = _Table(path, fields)
            self._stack.callback(table.close)
        self._tables[name].add(row)

    def _count(self, name: str) -> bool:
        self.counts[name] = self.counts.get(name, 0) + 1
        return self.counts[name] == 1

    def _open(self, name: str) -> IO[str]:
        if name not in self._files:
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            self._files[name] = self._stack.enter_context(path.open("w", encoding="utf-8", newline="\n"))
        return self._files[name]


class _Table:
    """A Parquet file, written in row groups. Its bytes depend on its rows and pyarrow's version alone."""

    def __init__(self, path: Path, fields: dict[str, Kind]) -> None:
        import pyarrow.parquet as pq

        self._schema = to_schema(fields)
        self._writer: pq.ParquetWriter = pq.ParquetWriter(path, self._schema, compression="zstd")
        self._rows: list[Row] = []

    def add(self, row: Row) -> None:
        self._rows.append(row)
        if len(self._rows) == _ROWS_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        import pyarrow as pa

        if self._rows:
            self._writer.write_table(pa.Table.from_pylist(self._rows, schema=self._schema))
            self._rows = []

    def close(self) -> None:
        self._writer.close()


def write_text(path: Path, text: str) -> None:
    """A small text file, whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode("utf-8"))


def write_json(path: Path, value: Any) -> None:
    """A JSON file for people and programs: indented, in the order given."""
    write_text(path, json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def checksums(folder: Path) -> dict[str, str]:
    """SHA-256 of every file under a folder, by its path in it."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as file:
                digest = hashlib.sha256()
                while chunk := file.read(1 << 20):
                    digest.update(chunk)
            found[path.relative_to(folder).as_posix()] = digest.hexdigest()
    return found
