"""What rows share: turns of a conversation in the two layouts that trainers read, and facts about the row."""

from __future__ import annotations

from typing import Any

from trace_builder.records import Instruction
from trace_builder.release.examples import Example

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


def about(example: Example, instruction: Instruction) -> dict[str, Any]:
    """The columns ``ABOUT`` of a row that asks this instruction, made from this seed."""
    return {
        "lang": example.lang,
        "source": example.source,
        "constraints_num": len(instruction.constraints),
    }
