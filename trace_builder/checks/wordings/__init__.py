"""Constraints in the project's own words, which the embedded model writes; each says what is looked for."""

from __future__ import annotations

from trace_builder.checks.wordings.content import WORDINGS as _CONTENT
from trace_builder.checks.wordings.format import WORDINGS as _FORMAT
from trace_builder.checks.wordings.situation import WORDINGS as _SITUATION
from trace_builder.checks.wordings.style import WORDINGS as _STYLE
from trace_builder.checks.wordings.wording import Wording

__all__ = ["Wording", "wordings"]


def wordings() -> tuple[Wording, ...]:
    return (*_CONTENT, *_FORMAT, *_SITUATION, *_STYLE)
