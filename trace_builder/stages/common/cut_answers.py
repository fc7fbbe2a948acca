"""A cut-off answer uses up one sample, not the record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from trace_builder.records import Rejection
from trace_builder.stages.base import Unanswered
from trace_builder.support.bilingual import Text

TRUNCATED: dict[str, Text] = {
    "truncated_output": Text("cut off by max_tokens in every try", "每次尝试都被 max_tokens 截断")
}
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
