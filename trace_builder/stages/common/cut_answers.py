"""A cut-off answer uses up one sample, not the record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from trace_builder.records import Rejection
from trace_builder.stages.base import Unanswered

#: The verdict where every sample was cut off.
CUT_OFF = Rejection(reason="truncated_output", detail="every sample was cut off")


@contextmanager
def skipping_cut_answers() -> Iterator[None]:
    """Passes over an answer that was cut off by max_tokens; every other failure goes on."""
    try:
        yield
    except Unanswered as exc:
        if exc.reason != CUT_OFF.reason:
            raise
