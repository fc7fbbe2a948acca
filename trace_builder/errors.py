"""The errors a user meets, each with the exit code it ends the program with."""

from __future__ import annotations

#: How a program ends that did its work, but where some records failed; and one that was interrupted.
EXIT_FAILED = 1
EXIT_INTERRUPTED = 130


class TraceBuildError(Exception):
    """Base of the errors that end a command with one sentence on stderr and no traceback."""

    exit_code = 1


class InputError(TraceBuildError):
    """Wrong usage, configuration or input. The message names the file and line at fault."""

    exit_code = 2


class StoppedError(TraceBuildError):
    """The run could not go on (server gone, disk full), and what is on disk resumes."""

    exit_code = 3
