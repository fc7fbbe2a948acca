"""Turns what a model wrote into the value a stage asked for; the one reading of an answer there is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from trace_builder.llm.structured import parse, strip_thinking
from trace_builder.stages.base import Answer
from trace_builder.storage.calls import Call

T = TypeVar("T")


def read_answer(call: Call, want: type[T], mode: Any, check: Callable[[T], None] | None = None) -> Answer[T]:
    """The answer as ``want``.

    Args:
        call: what was received.
        want: a pydantic type, or ``str`` for plain text.
        mode: how structure was asked for.
        check: raises ``Unfit`` for a value that cannot be used.

    Raises:
        ValueError: it does not fit, or is a structure that was cut off, and is asked for again.
    """
    if want is str:
        return cast("Answer[T]", Answer(plain_text(call.text), truncated=call.cut))
    if call.cut:
        raise ValueError(f"cut off at {call.max_tokens} tokens")
    value = parse(call.text, want, mode)
    if check is not None:
        check(value)
    return Answer(value)


def plain_text(text: str) -> str:
    """A plain answer as a stage sees it. A lone surrogate is no character: it could be written to no file."""
    return strip_thinking(text).strip().encode("utf-8", "replace").decode()
