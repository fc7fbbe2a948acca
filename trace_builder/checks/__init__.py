"""Constraints that code can verify: recognised from their text alone, strictly, in English and Chinese.

>>> verify("Use at most 5 words.", "A short answer.")
True
>>> verify("Be nice.", "A short answer.") is None
True

A new kind is an entry in a ``kinds_*.py`` file, and for the embedded model one in ``rehearsal/supply.py``
(its parameters), in ``rehearsal/fulfil.py`` (how to keep it) and, where leaving that out does not break it,
in ``rehearsal/spoil.py``.
"""

from __future__ import annotations

from trace_builder.checks import kinds_content, kinds_format, kinds_situation, kinds_style
from trace_builder.checks.registry import Check, Kind, Registry, cached, contradict

REGISTRY = Registry((*kinds_content.KINDS, *kinds_situation.KINDS, *kinds_style.KINDS, *kinds_format.KINDS))

_match = cached(REGISTRY.match)
#: Longer texts are looked at anew each time, so that what is remembered stays small.
_REMEMBERED = 2000

__all__ = ["REGISTRY", "Check", "Kind", "contradict", "recognise", "verify"]


def recognise(text: str) -> Check | None:
    """The check for a constraint's text, where the whole of it (without mark and ending punctuation) is a
    wording that is known; None otherwise. Nothing is guessed."""
    return _match(text) if len(text) <= _REMEMBERED else REGISTRY.match(text)


def verify(constraint_text: str, response: str) -> bool | None:
    """Whether ``response`` keeps to the constraint; None when code cannot tell."""
    check = recognise(constraint_text)
    return None if check is None else check.holds(response)
