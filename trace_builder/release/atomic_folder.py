"""Puts a release's folder in place: whole, or not at all, and never over anything that is not a release."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from trace_builder.errors import InputError, system_error

#: A folder with this file is a release, and may be replaced with --force.
MARK = "release.json"
SUMS = "SHA256SUMS"


@contextmanager
def replacing(out: Path, run: Path, *, force: bool) -> Iterator[Path]:
    """A temporary folder beside ``out`` that becomes ``out`` when the block ends well, and is gone otherwise.
    What killed processes have left there of earlier tries is swept first.

    Raises:
        InputError: ``out`` holds the run, lies in it, or exists, and either ``force`` is not set or something
            is in it that is no part of a release; or its place cannot be written to, or a file not be read.
        StoppedError: the disk is full, or file descriptors ran out.
    """
    try:
        _refuse(out, run, force)
        out.parent.mkdir(parents=True, exist_ok=True)
        _sweep(out)
        temporary = _beside(out, "partial")
    except OSError as exc:
        raise InputError(f"{out}: cannot be written ({exc.strerror})") from None
    try:
        with _locked(temporary):
            yield temporary
            _sync(temporary)
            _refuse(out, run, force)
            _swap(temporary, out)
    except OSError as exc:
        error = system_error(exc)
        raise type(error)(f"{error}; nothing was released, the run is as it was") from exc
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _refuse(out: Path, run: Path, force: bool) -> None:
    real, run = (Path(os.path.realpath(path)) for path in (out, run))
    if real == run or real in run.parents:
        raise InputError(f"{out} holds the run; a release cannot take its place")
    if run in real.parents:
        raise InputError(f"{out} lies in the run's folder; a release goes beside it")
    if not out.exists() and not out.is_symlink():
        return
    if not force:
        raise InputError(f"{out} exists already; --force replaces it")
    if not out.is_dir() or (any(out.iterdir()) and not (out / MARK).is_file()):
        raise InputError(
            f"{out} is not a release's folder (it has no {MARK}), so --force does not replace it"
        )
    known = _known(out)
    for path in sorted(out.rglob("*")):
        if path.relative_to(out).as_posix() not in known and (path.is_symlink() or not path.is_dir()):
            raise InputError(f"{path} is no part of the release there, so --force does not replace it")


def _known(out: Path) -> set[str]:
    """The files that a release's own checksum list names, and the list."""
    with suppress(OSError, UnicodeDecodeError):
        lines = (out / SUMS).read_text(encoding="utf-8").splitlines()
        return {SUMS, *(line.partition("  ")[2] for line in lines)}
    return set()


def _beside(out: Path, suffix: str) -> Path:
    """A new folder beside ``out``, under a name that ``_sweep`` knows."""
    return Path(tempfile.mkdtemp(prefix=f".{out.name}.", suffix=f".{suffix}", dir=out.parent))


def _sweep(out: Path) -> None:
    """Takes away what killed processes left beside ``out``; a release that was on its way out comes back. A
    folder whose process lives is locked, or still empty."""
    ours = re.compile(rf"\.{re.escape(out.name)}\.\w{{8}}\.(partial|old)")
    for left in out.parent.iterdir():
        if ours.fullmatch(left.name) and left.is_dir() and any(left.iterdir()):
            with suppress(OSError), _locked(left, fcntl.LOCK_NB):
                if not out.exists() and (left / "old").is_dir() and left.suffix == ".old":
                    (left / "old").replace(out)
                shutil.rmtree(left, ignore_errors=True)


@contextmanager
def _locked(folder: Path, how: int = 0) -> Iterator[None]:
    """Holds a folder until the block ends, or the process. Where the file system has no locks, nothing is
    swept.

    Raises:
        OSError: with LOCK_NB, somebody else holds it.
    """
    lock = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | how)
        except OSError:
            if how:
                raise
        yield
    finally:
        os.close(lock)


def _swap(temporary: Path, out: Path) -> None:
    temporary.chmod(0o777 & ~_umask())
    if not out.exists():
        temporary.replace(out)
        return
    old = _beside(out, "old")
    with _locked(old):
        out.replace(old / "old")
        try:
            temporary.replace(out)
        except OSError:
            (old / "old").replace(out)
            raise
        finally:
            shutil.rmtree(old, ignore_errors=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _sync(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
