"""The errors a user meets, each with the exit code it ends the program with."""

from __future__ import annotations

import errno

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


def system_error(exc: OSError, path: object = None, hint: str = "") -> TraceBuildError:
    """What to say of a refusal by the system: StoppedError where only room is missing, else InputError.

    Args:
        path: what it is about, where ``exc`` does not know; hint: what follows after "no room".
    """
    name = path or exc.filename
    where = f"{name}: " if name is not None else ""
    if exc.errno in _FULL:
        return StoppedError(f"{where}no room left on the disk{hint}")
    if exc.errno in _NO_DESCRIPTORS:
        return StoppedError(f"{where}no file descriptors left; raise `ulimit -n`{hint}")
    what = exc.strerror or str(exc)
    return InputError(f"{where}{what[:1].lower()}{what[1:]}")
