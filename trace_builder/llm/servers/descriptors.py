"""Room for connections: a system gives each process so many open files."""

from __future__ import annotations

import errno
import resource
from contextlib import suppress

#: Files that a run has open beside its connections: journals, libraries, the embedded model's pipes.
RESERVE = 128

_NONE_LEFT = frozenset({errno.EMFILE, errno.ENFILE})


def make_room(connections: int) -> int:
    """Raises the limit on open files to what these connections need, as far as the system allows.

    Returns:
        for how many of them there is room now.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = connections + RESERVE
    if _less(soft, needed):
        wanted = hard if _less(hard, needed) else needed
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            soft = wanted
    return max(1, soft - min(RESERVE, soft // 2)) if _less(soft, needed) else connections


def none_left(exc: BaseException) -> bool:
    """Whether an exception of the network says that this process, or the system, can open no more files."""
    seen: set[int] = set()
    link: BaseException | None = exc
    while link is not None and id(link) not in seen:
        if isinstance(link, OSError) and link.errno in _NONE_LEFT:
            return True
        seen.add(id(link))
        link = link.__cause__ or link.__context__
    return False


def _less(limit: int, needed: int) -> bool:
    return limit != resource.RLIM_INFINITY and limit < needed
