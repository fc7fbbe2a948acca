"""Binds a text by the grammar."""

from __future__ import annotations

from trace_builder.checks.check import Check


def bind(text: str) -> Check | None:
    return None
