"""SFT rows: chat messages for TRL and the OpenAI format, ShareGPT and Alpaca rows for LLaMA-Factory."""

from __future__ import annotations

from collections.abc import Iterator

from trace_builder.release.examples import Example
from trace_builder.release.formats.columns import ABOUT, CHAT, TURN
from trace_builder.release.formats.release_format import ReleaseFormat, Row
from trace_builder.release.formats.turns import about, assistant, gpt, human, user


class SftMessages(ReleaseFormat):
    name = "sft/messages"
    about = "chat messages (TRL, OpenAI)"
    columns = {"id": "string", "messages": CHAT, **ABOUT}
    trl = "sft"
    llamafactory = {
        "formatting": "sharegpt",
        "columns": {"messages": "messages"},
        "tags": {
            "role_tag": "role",
            "content_tag": "content",
            "user_tag": "user",
            "assistant_tag": "assistant",
            "system_tag": "system",
        },
    }

    def rows(self, example: Example) -> Iterator[Row]:
        if example.answered is not None:
            turns = [*user(example.prompt), *assistant(example.response)]
            yield {"id": example.id, "messages": turns, **about(example, example.instruction)}


class SftSharegpt(ReleaseFormat):
    name = "sft/sharegpt"
    about = "ShareGPT conversations (LLaMA-Factory)"
    columns = {"id": "string", "conversations": [TURN], **ABOUT}
    llamafactory = {"formatting": "sharegpt", "columns": {"messages": "conversations"}}

    def rows(self, example: Example) -> Iterator[Row]:
        if example.answered is not None:
            turns = [human(example.prompt), gpt(example.response)]
            yield {"id": example.id, "conversations": turns, **about(example, example.instruction)}


class SftAlpaca(ReleaseFormat):
    """LLaMA-Factory joins instruction and input with one newline; split behind the input's heading, the two
    come out as the same prompt, byte for byte, as in every other format."""

    name = "sft/alpaca"
    about = "Alpaca rows (LLaMA-Factory)"
    columns = {"id": "string", "instruction": "string", "input": "string", "output": "string", **ABOUT}
    llamafactory = {"columns": {"prompt": "instruction", "query": "input", "response": "output"}}

    def rows(self, example: Example) -> Iterator[Row]:
        if example.answered is None:
            return
        head, tail = split_prompt(example.prompt, example.instruction.input)
        parts = {"instruction": head, "input": tail, "output": example.response}
        yield {"id": example.id, **parts, **about(example, example.instruction)}


def split_prompt(prompt: str, input_: str | None) -> tuple[str, str]:
    """A rendered prompt as (instruction, input), which joined by one newline are the prompt again."""
    if input_ is None:
        return prompt, ""
    tail = f"{input_}\n"
    return prompt[: -len(tail) - 1], tail
