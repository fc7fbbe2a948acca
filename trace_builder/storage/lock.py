"""One writer for a run's folder."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from trace_builder.errors import InputError, system_error
from trace_builder.storage.layout import LOCK, sweep

#: What a file system answers that has no locks; the folder itself cannot be locked on some that have.
_NO_LOCKS = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL, errno.EBADF, errno.EACCES)


@contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """Holds a folder for this process; the system lets go of it when the process ends, however. What a killed
    process left half written is taken away.

    The lock is on ``folder/.lock``, and on the folder itself where the file system has that, so that a
    deleted ``.lock`` does not let a second writer in.

    Raises:
        InputError: another process is writing to the folder, or its file system has no locks.
        StoppedError: the disk is full.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptors = [os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644), os.open(folder, os.O_RDONLY)]
    except (OSError, ValueError) as exc:
        raise system_error(exc, f"{folder}: cannot be used as the output folder") from exc
    try:
        file, itself = descriptors
        _take(folder, file, file)
        with suppress(OSError):
            _take(folder, itself, file)
        try:
            os.ftruncate(file, 0)
            os.pwrite(file, str(os.getpid()).encode(), 0)
        except OSError as exc:
            raise system_error(exc, f"{folder / LOCK}: cannot be written") from exc
        sweep(folder)
        yield
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


def _take(folder: Path, descriptor: int, named: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(named, 32, 0).decode("ascii", "replace").strip() or "unknown"
        raise InputError(f"{folder}: another run (process {holder}) is writing to this folder") from None
    except OSError as exc:
        if descriptor != named and exc.errno in _NO_LOCKS:
            raise
        raise InputError(
            f"{folder}: its file system has no file locks ({exc.strerror}), so that two runs could write to "
            "it at once; use a folder on another one"
        ) from None
