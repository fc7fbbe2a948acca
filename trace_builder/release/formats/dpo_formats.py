"""Preference rows: TRL's conversational pairs, LLaMA-Factory's ranking rows, and KTO rows for both."""

from __future__ import annotations

from collections.abc import Iterator

from trace_builder.release.examples import Example, Pair
from trace_builder.release.formats.columns import CHAT, TURN, Kind
from trace_builder.release.formats.release_format import ReleaseFormat, Row
from trace_builder.release.formats.turns import assistant, gpt, human, user

PAIR: dict[str, Kind] = {
    "id": "string",
    "prompt": CHAT,
    "chosen": CHAT,
    "rejected": CHAT,
    "origin": "string",
}
RANKED: dict[str, Kind] = {
    "id": "string",
    "conversations": [TURN],
    "chosen": TURN,
    "rejected": TURN,
    "origin": "string",
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
        return map(trl_pair, example.pairs)


class DpoRanking(ReleaseFormat):
    name = "dpo/ranking"
    about = "the same pairs as ranking rows (LLaMA-Factory)"
    columns = RANKED
    llamafactory = RANKING

    def rows(self, example: Example) -> Iterator[Row]:
        return map(ranking_pair, example.pairs)


class DpoKto(ReleaseFormat):
    name = "dpo/kto"
    about = "every judged response with a label (TRL's KTO)"
    columns = {"id": "string", "prompt": CHAT, "completion": CHAT, "label": "bool"}
    trl = "kto"

    def rows(self, example: Example) -> Iterator[Row]:
        for id_, prompt, response, label in judged(example):
            yield {"id": id_, "prompt": user(prompt), "completion": assistant(response), "label": label}


class DpoKtoSharegpt(ReleaseFormat):
    name = "dpo/kto_sharegpt"
    about = "the same responses for LLaMA-Factory's KTO"
    columns = {"id": "string", "conversations": [TURN], "kto_tag": "bool"}
    llamafactory = {
        "formatting": "sharegpt",
        "columns": {"messages": "conversations", "kto_tag": "kto_tag"},
    }

    def rows(self, example: Example) -> Iterator[Row]:
        for id_, prompt, response, label in judged(example):
            yield {"id": id_, "conversations": [human(prompt), gpt(response)], "kto_tag": label}


def trl_pair(pair: Pair) -> Row:
    """A pair as TRL's DPOTrainer reads it."""
    return {
        "id": pair.id,
        "prompt": user(pair.prompt),
        "chosen": assistant(pair.chosen),
        "rejected": assistant(pair.rejected),
        "origin": pair.origin,
    }


def ranking_pair(pair: Pair) -> Row:
    """A pair as LLaMA-Factory reads it with ``ranking: true, formatting: sharegpt``."""
    return {
        "id": pair.id,
        "conversations": [human(pair.prompt)],
        "chosen": gpt(pair.chosen),
        "rejected": gpt(pair.rejected),
        "origin": pair.origin,
    }


def judged(example: Example) -> Iterator[tuple[str, str, str, bool]]:
    """Every judged response of a seed once: (row id, prompt, response, whether it follows everything).

    Besides the pairs' two sides these are the imperfect responses that came before the perfect one: they
    were paid for and judged.
    """
    rows = []
    if example.answered is not None:
        rows.append((f"{example.id}#respond", example.prompt, example.response, True))
    for pair in example.pairs:
        rows.append((f"{pair.id}.chosen", pair.prompt, pair.chosen, True))
        rows.append((f"{pair.id}.rejected", pair.prompt, pair.rejected, False))
    for number, attempt in enumerate(example.imperfect, start=1):
        rows.append((f"{example.id}#respond.imperfect{number}", example.prompt, attempt.response, False))
    seen: set[tuple[str, str]] = set()
    for row in rows:
        if row[1:3] not in seen:
            seen.add(row[1:3])
            yield row
