"""Constraints that code can verify: recognised from their text in English and Chinese, and measured.

>>> verify("Use at most 5 words.", "A short answer.")
True
>>> verify("Be nice.", "A short answer.") is None
True
"""

from __future__ import annotations

from trace_builder.checks.bound import Check, contradict, overlap
from trace_builder.checks.claims import VERSION, Claim, Finding
from trace_builder.checks.facts import facts
from trace_builder.checks.recognition import recognise, verify
from trace_builder.checks.registry import ConstraintKind

__all__ = [
    "VERSION",
    "Check",
    "Claim",
    "ConstraintKind",
    "Finding",
    "contradict",
    "facts",
    "overlap",
    "recognise",
    "verify",
]
