"""Writes a file whole or not at all."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from trace_builder.errors import InputError, TraceBuildError, system_error


class Replacement:
    """Collects the new bytes of a file beside it; ``commit`` puts them in its place. Without it, or after an
    error, the file stays as it was. A link stays a link, and what is no file, such as a device, what it is.

    Raises:
        InputError: there can be no such file, or not for us; StoppedError: the disk is full.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._new = path.parent / f".{path.name}.new"
        self._hash = hashlib.sha256()
        self._size = 0
        self._stream: BinaryIO | None = None

    def __enter__(self) -> Replacement:
        try:
            if self._path.is_symlink():
                self._path = Path(os.path.realpath(self._path))
                self._new = self._path.parent / f".{self._path.name}.new"
            if self._path.exists() and not self._path.is_file():
                raise InputError(f"{self._path}: cannot be written: it is no regular file")
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._stream = self._new.open("wb", buffering=1 << 17)
        except (OSError, ValueError) as exc:
            raise self._refused(exc) from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stream is None:
            return
        try:
            self._stream.close()
        except OSError as exc:
            if error is None:
                raise self._refused(exc) from None
        finally:
            self._new.unlink(missing_ok=True)

    def write(self, data: bytes) -> None:
        assert self._stream is not None
        try:
            self._stream.write(data)
        except OSError as exc:
            raise self._refused(exc) from None
        self._hash.update(data)
        self._size += len(data)

    def written(self) -> Path:
        """Where the new bytes lie until they are committed, all of them that were written so far."""
        assert self._stream is not None
        try:
            self._stream.flush()
        except OSError as exc:
            raise self._refused(exc) from None
        return self._new

    def commit(self, *, keep_empty: bool = True) -> str:
        """Puts the new bytes in place unless the same are there already; with ``keep_empty`` false, no bytes
        mean no file. Returns 12 hex digits over them."""
        assert self._stream is not None
        try:
            self._stream.flush()
            os.fsync(self._stream.fileno())
            self._stream.close()
            if not self._size and not keep_empty:
                self._path.unlink(missing_ok=True)
            elif not self._same():
                self._new.replace(self._path)
        except OSError as exc:
            raise self._refused(exc) from None
        return self._hash.hexdigest()[:12]

    def _same(self) -> bool:
        if not self._path.is_file() or self._path.stat().st_size != self._size:
            return False
        old = hashlib.sha256()
        with suppress(PermissionError), self._path.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                old.update(chunk)
        return old.digest() == self._hash.digest()

    def _refused(self, exc: OSError | ValueError) -> TraceBuildError:
        return system_error(exc, f"{self._path}: cannot be written")
