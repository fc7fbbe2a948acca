"""Writes the files of a release; the same rows give the same bytes."""

from __future__ import annotations

import hashlib
import json
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING

from trace_builder.release.examples import Example
from trace_builder.release.formats.columns import to_schema
from trace_builder.release.formats.release_format import ReleaseFormat, Row, Split

if TYPE_CHECKING:
    import pyarrow.parquet as pq

_ROWS_AT_ONCE = 1000


class Writer:
    """Writes rows to files under a folder; a file exists once it has a row.

    Use as a context manager: the files are complete when it ends.

    Attributes:
        counts: rows by file.
        first: the first row of each file, as it is written.
        sizes: bytes by file, once they are complete.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.counts: dict[str, int] = {}
        self.first: dict[str, str] = {}
        self.sizes: dict[str, int] = {}
        self._stack = ExitStack()
        self._files: dict[str, IO[str]] = {}
        self._closing: dict[str, str] = {}
        self._tables: dict[str, _Table] = {}

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            for name, text in self._closing.items():
                self._files[name].write(text)
            for table in self._tables.values():
                table.flush()
        self._stack.close()
        if kind is None:
            self.sizes = {name: (self.folder / name).stat().st_size for name in self.counts}

    def example(self, format_: ReleaseFormat, split: Split, example: Example, *, parquet: bool) -> None:
        """A seed's rows in one format, if it has a file for this split."""
        if split not in format_.files:
            return
        name = format_.path(split)
        for row, id_ in zip(format_.rows(example), format_.ids(example), strict=False):
            before = format_.between if name in self.counts else format_.opening
            self._closing[name] = format_.closing
            self._write(name, before + format_.encode(row))
            if format_.suffix != "jsonl":
                self.line(f"{format_.name}_ids/{format_.files[split]}.jsonl", {"id": id_})
            if parquet:
                self._table(format_.parquet(split), format_).add(row)

    def line(self, name: str, row: Row) -> None:
        """A row of a JSONL file."""
        self._write(name, json.dumps(row, ensure_ascii=False) + "\n")

    def _write(self, name: str, text: str) -> None:
        if name not in self._files:
            self.first[name] = text
            path = self._path(name)
            # What is no character, in a benchmark's text, could be written to no file.
            file = path.open("w", encoding="utf-8", errors="replace", newline="\n")
            self._files[name] = self._stack.enter_context(file)
        self._files[name].write(text)
        self.counts[name] = self.counts.get(name, 0) + 1

    def _table(self, name: str, format_: ReleaseFormat) -> _Table:
        if name not in self._tables:
            self._tables[name] = table = _Table(self._path(name), format_)
            self._stack.callback(table.close)
        self.counts[name] = self.counts.get(name, 0) + 1
        return self._tables[name]

    def _path(self, name: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


class _Table:
    """A Parquet file, written in row groups. Its bytes depend on its rows and pyarrow's version alone."""

    def __init__(self, path: Path, format_: ReleaseFormat) -> None:
        import pyarrow.parquet as pq

        self._schema = to_schema(format_.columns)
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


def checksums(folder: Path) -> dict[str, str]:
    """SHA-256 of every file under a folder, by its path in it."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest = hashlib.sha256()
            with path.open("rb") as file:
                while chunk := file.read(1 << 20):
                    digest.update(chunk)
            found[path.relative_to(folder).as_posix()] = digest.hexdigest()
    return found
