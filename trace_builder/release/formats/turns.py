"""Turns of a conversation, in the two layouts that trainers read."""

from __future__ import annotations

from typing import Any

Turn = dict[str, Any]


def user(text: str) -> list[Turn]:
    """A conversation's user turn in the OpenAI format."""
    return [{"role": "user", "content": text}]


def assistant(text: str) -> list[Turn]:
    """A conversation's assistant turn in the OpenAI format."""
    return [{"role": "assistant", "content": text}]


def human(text: str) -> Turn:
    """A user turn in the ShareGPT format."""
    return {"from": "human", "value": text}


def gpt(text: str) -> Turn:
    """An assistant turn in the ShareGPT format."""
    return {"from": "gpt", "value": text}
