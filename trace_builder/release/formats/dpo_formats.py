"""Preference rows: TRL's conversational pairs, LLaMA-Factory's ranking rows, and KTO rows for both."""

from __future__ import annotations

from collections.abc import Iterator

from trace_builder.records import Instruction
from trace_builder.release.examples import Example, Pair
from trace_builder.release.formats.columns import ABOUT, CHAT, TURN, Kind
from trace_builder.release.formats.release_format import ReleaseFormat, Row
from trace_builder.release.formats.turns import about, assistant, gpt, human, user

PAIR: dict[str, Kind] = {
    "id": "string",
    "prompt": CHAT,
    "chosen": CHAT,
    "rejected": CHAT,
    "origin": "string",
    **ABOUT,
}
RANKED: dict[str, Kind] = {
    "id": "string",
    "conversations": [TURN],
    "chosen": TURN,
    "rejected": TURN,
    "origin": "string",
    **ABOUT,
}
#: How LLaMA-Factory is told to read ranking rows.
RANKING = {
    "ranking": True,
    "formatting": "sharegpt",
    "columns": {"messages": "conversations", "chosen": "chosen", "rejected": "rejected"},
}


class DpoTrl(ReleaseFormat):
    name = "dpo/trl"
    about = "conversational preference rows (TRL), with the proven output pairs of one-sided groups"
    columns = PAIR
    trl = "dpo"

    def rows(self, example: Example) -> Iterator[Row]:
        return (trl_pair(pair, example) for pair in example.pairs)


class DpoRanking(ReleaseFormat):
    name = "dpo/ranking"
    about = "the same pairs as ranking rows (LLaMA-Factory)"
    columns = RANKED
    llamafactory = RANKING

    def rows(self, example: Example) -> Iterator[Row]:
        return (ranking_pair(pair, example) for pair in example.pairs)


class DpoKto(ReleaseFormat):
    name = "dpo/kto"
    about = "every judged response with a label (TRL's KTO)"
    columns = {"id": "string", "prompt": CHAT, "completion": CHAT, "label": "bool", **ABOUT}
    trl = "kto"

    def rows(self, example: Example) -> Iterator[Row]:
        for id_, instruction, response, label in judged(example):
            turns = {"prompt": user(instruction.render()), "completion": assistant(response)}
            yield {"id": id_, **turns, "label": label, **about(example, instruction)}


class DpoKtoSharegpt(ReleaseFormat):
    name = "dpo/kto_sharegpt"
    about = "the same responses for LLaMA-Factory's KTO"
    columns = {"id": "string", "conversations": [TURN], "kto_tag": "bool", **ABOUT}
    llamafactory = {
        "formatting": "sharegpt",
        "columns": {"messages": "conversations", "kto_tag": "kto_tag"},
    }

    def rows(self, example: Example) -> Iterator[Row]:
        for id_, instruction, response, label in judged(example):
            turns = [human(instruction.render()), gpt(response)]
            yield {"id": id_, "conversations": turns, "kto_tag": label, **about(example, instruction)}


def trl_pair(pair: Pair, example: Example) -> Row:
    """A pair of a seed as TRL's DPOTrainer reads it."""
    return {
        "id": pair.id,
        "prompt": user(pair.prompt),
        "chosen": assistant(pair.chosen),
        "rejected": assistant(pair.rejected),
        "origin": pair.origin,
        **about(example, pair.instruction),
    }


def ranking_pair(pair: Pair, example: Example) -> Row:
    """A pair of a seed as LLaMA-Factory reads it with ``ranking: true, formatting: sharegpt``."""
    return {
        "id": pair.id,
        "conversations": [human(pair.prompt)],
        "chosen": gpt(pair.chosen),
        "rejected": gpt(pair.rejected),
        "origin": pair.origin,
        **about(example, pair.instruction),
    }


def judged(example: Example) -> Iterator[tuple[str, Instruction, str, bool]]:
    """Every judged response of a seed once: (row id, instruction, response, whether it follows everything).

    Besides the pairs' two sides these are the imperfect responses that came before the perfect one: they
    were paid for and judged.
    """
    rows = []
    if example.answered is not None:
        rows.append((f"{example.id}#respond", example.instruction, example.response, True))
    for pair in example.pairs:
        rows.append((f"{pair.id}.chosen", pair.instruction, pair.chosen, True))
        rows.append((f"{pair.id}.rejected", pair.instruction, pair.rejected, False))
    for number, attempt in enumerate(example.imperfect, start=1):
        rows.append((f"{example.id}#respond.imperfect{number}", example.instruction, attempt.response, False))
    seen: set[tuple[str, str]] = set()
    for row in rows:
        asked = (row[1].render(), row[2])
        if asked not in seen:
            seen.add(asked)
            yield row
