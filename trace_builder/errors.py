"""The errors a user meets, each with the exit code it ends the program with."""

from __future__ import annotations

import errno
from collections.abc import Iterable

#: How a program ends that did its work, but where some records failed; and one that was interrupted.
EXIT_FAILED = 1
EXIT_INTERRUPTED = 130

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_NO_DESCRIPTORS = (errno.EMFILE, errno.ENFILE)


class TraceBuildError(Exception):
    """Base of the errors that end a command with one sentence on stderr and no traceback."""

    exit_code = 1


class InputError(TraceBuildError):
    """Wrong usage, configuration or input. The message names the file and line at fault."""

    exit_code = 2


class StoppedError(TraceBuildError):
    """The run could not go on (server gone, disk full), and what is on disk resumes."""

    exit_code = 3


def system_error(exc: OSError | ValueError, about: object = None) -> TraceBuildError:
    """What to say where the system refuses: StoppedError where room is missing, else InputError.

    Args:
        exc: a ValueError is what Python says of a path with a NUL.
        about: the path, and what was tried, where ``exc`` does not know.
    """
    about = about or getattr(exc, "filename", None)
    number, what = getattr(exc, "errno", None), getattr(exc, "strerror", None) or str(exc)
    where = f"{about}: " if about is not None else ""
    if number in _FULL:
        return StoppedError(f"{where}no room left on the disk; run again once there is some")
    if number in _NO_DESCRIPTORS:
        return StoppedError(f"{where}no file descriptors left; raise `ulimit -n`")
    return InputError(f"{where}{what[:1].lower()}{what[1:]}")


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """``; did you mean X?`` for the known name that is most like ``name``; nothing where none is like it."""
    from difflib import get_close_matches

    close = get_close_matches(name, list(known), n=1)
    return f"; did you mean {close[0]}?" if close else ""
