"""SFT rows: chat messages for TRL and the OpenAI format, ShareGPT and Alpaca rows for LLaMA-Factory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from trace_builder.release.features import CHAT, TURN, Kind
from trace_builder.release.material import Material

Row = dict[str, Any]

MESSAGES: dict[str, Kind] = {"id": "string", "messages": CHAT}
SHAREGPT: dict[str, Kind] = {"id": "string", "conversations": [TURN]}
ALPACA: dict[str, Kind] = {"id": "string", "instruction": "string", "input": "string", "output": "string"}

#: The line in a rendered instruction that opens its input.
INPUT_HEADING = "# Inputs:"


def user(text: str) -> list[Row]:
    """A conversation's user turn in the OpenAI format."""
    return [{"role": "user", "content": text}]


def assistant(text: str) -> list[Row]:
    """A conversation's assistant turn in the OpenAI format."""
    return [{"role": "assistant", "content": text}]


def human(text: str) -> Row:
    """A user turn in the ShareGPT format."""
    return {"from": "human", "value": text}


def gpt(text: str) -> Row:
    """An assistant turn in the ShareGPT format."""
    return {"from": "gpt", "value": text}


def messages(item: Material) -> Iterator[Row]:
    """{"id", "messages": [user, assistant]}."""
    record = item.answered
    yield {"id": item.id, "messages": [*user(record.instruction.render()), *assistant(record.response)]}


def sharegpt(item: Material) -> Iterator[Row]:
    """{"id", "conversations": [human, gpt]}."""
    record = item.answered
    yield {"id": item.id, "conversations": [human(record.instruction.render()), gpt(record.response)]}


def alpaca(item: Material) -> Iterator[Row]:
    """{"id", "instruction", "input", "output"}.

    LLaMA-Factory joins instruction and input with one newline; split behind the input's heading, the two
    come out as the same prompt, byte for byte, as in every other format.
    """
    record = item.answered
    head, tail = split_prompt(record.instruction.render(), record.instruction.input)
    yield {"id": item.id, "instruction": head, "input": tail, "output": record.response}


def split_prompt(prompt: str, input_: str | None) -> tuple[str, str]:
    """A rendered prompt as (instruction, input), which joined by one newline are the prompt again."""
    if input_ is None:
        return prompt, ""
    tail = f"{input_}\n"
    return prompt[: -len(tail) - 1], tail
