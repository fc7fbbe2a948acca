"""Constraints that code can verify: recognised from their text alone, strictly, in English and Chinese.

>>> verify("Use at most 5 words.", "A short answer.")
True
>>> verify("Be nice.", "A short answer.") is None
True
"""

from __future__ import annotations

from trace_builder.checks.registry import Check, ConstraintKind, contradict, recognise

__all__ = ["Check", "ConstraintKind", "contradict", "recognise", "verify"]


def verify(constraint_text: str, response: str) -> bool | None:
    """Whether ``response`` keeps to the constraint; None when code cannot tell."""
    check = recognise(constraint_text)
    return None if check is None else check.holds(response)
