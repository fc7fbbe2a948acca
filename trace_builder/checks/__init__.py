"""Constraints that code can verify: recognised from their text alone, strictly, in English and Chinese.

>>> verify("Use at most 5 words.", "A short answer.")
True
>>> verify("Be nice.", "A short answer.") is None
True
"""

from __future__ import annotations

from trace_builder.checks import kinds_content, kinds_format, kinds_situation, kinds_style
from trace_builder.checks.registry import Check, Kind, Registry, cached, contradict

REGISTRY = Registry((*kinds_content.KINDS, *kinds_situation.KINDS, *kinds_style.KINDS, *kinds_format.KINDS))

_match = cached(REGISTRY.match)

__all__ = ["REGISTRY", "Check", "Kind", "contradict", "recognise", "verify"]


def recognise(text: str) -> Check | None:
    """The check for a constraint's text, where the whole of it (without mark and ending punctuation) is a
    wording that is known; None otherwise. Nothing is guessed."""
    return _match(text)


def verify(constraint_text: str, response: str) -> bool | None:
    """Whether ``response`` keeps to the constraint; None when code cannot tell."""
    check = _match(constraint_text)
    return None if check is None else check.holds(response)
