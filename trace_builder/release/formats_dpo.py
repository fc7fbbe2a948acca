"""Preference rows: TRL's conversational pairs, LLaMA-Factory's ranking rows, and KTO rows for both."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from trace_builder.release.features import CHAT, TURN, Kind
from trace_builder.release.formats_sft import assistant, gpt, human, user
from trace_builder.release.material import Material, Pair

Row = dict[str, Any]

TRL: dict[str, Kind] = {"id": "string", "prompt": CHAT, "chosen": CHAT, "rejected": CHAT, "origin": "string"}
RANKING: dict[str, Kind] = {
    "id": "string",
    "conversations": [TURN],
    "chosen": TURN,
    "rejected": TURN,
    "origin": "string",
}
KTO: dict[str, Kind] = {"id": "string", "prompt": CHAT, "completion": CHAT, "label": "bool"}
KTO_SHAREGPT: dict[str, Kind] = {"id": "string", "conversations": [TURN], "kto_tag": "bool"}


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


def trl(item: Material) -> Iterator[Row]:
    """{"id", "prompt": [user], "chosen": [assistant], "rejected": [assistant], "origin"}."""
    return map(trl_pair, item.pairs)


def ranking(item: Material) -> Iterator[Row]:
    """{"id", "conversations": [human], "chosen": gpt, "rejected": gpt, "origin"}."""
    return map(ranking_pair, item.pairs)


def kto(item: Material) -> Iterator[Row]:
    """{"id", "prompt": [user], "completion": [assistant], "label"}."""
    for id_, prompt, response, label in judged(item):
        yield {"id": id_, "prompt": user(prompt), "completion": assistant(response), "label": label}


def kto_sharegpt(item: Material) -> Iterator[Row]:
    """{"id", "conversations": [human, gpt], "kto_tag"}."""
    for id_, prompt, response, label in judged(item):
        yield {"id": id_, "conversations": [human(prompt), gpt(response)], "kto_tag": label}


def judged(item: Material) -> Iterator[tuple[str, str, str, bool]]:
    """Every judged response of a seed once: (row id, prompt, response, whether it follows everything).

    Besides the pairs' two sides these are the imperfect responses that came before the perfect one: they
    were paid for and judged.
    """
    prompt = item.answered.instruction.render()
    rows = [(f"{item.id}#respond", prompt, item.answered.response, True)]
    for pair in item.pairs:
        rows.append((f"{pair.id}.chosen", pair.prompt, pair.chosen, True))
        rows.append((f"{pair.id}.rejected", pair.prompt, pair.rejected, False))
    for number, attempt in enumerate(item.imperfect, start=1):
        rows.append((f"{item.id}#respond.imperfect{number}", prompt, attempt.response, False))
    seen: set[tuple[str, str]] = set()
    for row in rows:
        if row[1:3] not in seen:
            seen.add(row[1:3])
            yield row
