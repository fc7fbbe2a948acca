"""IOPO rows: the authors' record, TRL and LLaMA-Factory pairs, input preferences, and whole groups."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from trace_builder.records import IopoGroup, Judgement, Terms
from trace_builder.release.features import CHAT, CONSTRAINT, INSTRUCTION, SCORES, TURN, Kind
from trace_builder.release.formats_dpo import RANKING, TRL, ranking_pair, trl_pair
from trace_builder.release.formats_sft import assistant, gpt, human, user
from trace_builder.release.material import Material, output_pairs

Row = dict[str, Any]

TRACE: dict[str, Kind] = {"conversations": [TURN], "chosen": TURN, "rejected": TURN}
PAIRS = TRL
RANKED = RANKING
INPUT_PREFERENCE: dict[str, Kind] = {
    "id": "string",
    "completion": CHAT,
    "chosen_prompt": CHAT,
    "rejected_prompt": CHAT,
}
GROUPS: dict[str, Kind] = {
    "id": "string",
    "lang": "string",
    "source": "string",
    "operation": "string",
    "certificate": "string",
    "x1": "string",
    "y1": "string",
    "x2": "string",
    "y2": "string",
    "x1_parts": INSTRUCTION,
    "x2_parts": INSTRUCTION,
    "changes": {
        "added": [CONSTRAINT],
        "removed": [CONSTRAINT],
        "revised": [{"before": CONSTRAINT, "after": CONSTRAINT}],
    },
    "cells": {name: {"scores": SCORES, "votes": "int64"} for name in ("x1y1", "x1y2", "x2y1", "x2y2")},
    "terms": dict.fromkeys(Terms.model_fields, "bool"),
}


def trace(item: Material) -> Iterator[Row]:
    """The authors' record: two human turns x1 and x2, chosen y1, rejected y2. It has no room for an id."""
    if item.group is not None:
        yield {
            "conversations": [human(item.group.x1.render()), human(item.group.x2.render())],
            "chosen": gpt(item.group.y1),
            "rejected": gpt(item.group.y2),
        }


def trl(item: Material) -> Iterator[Row]:
    """Two rows a group: x1 with y1 over y2, x2 with y2 over y1."""
    return (trl_pair(pair) for pair in (output_pairs(item.group) if item.group else ()))


def ranking(item: Material) -> Iterator[Row]:
    """The same two rows for LLaMA-Factory."""
    return (ranking_pair(pair) for pair in (output_pairs(item.group) if item.group else ()))


def input_preference(item: Material) -> Iterator[Row]:
    """{"id", "completion": [assistant], "chosen_prompt": [user], "rejected_prompt": [user]}."""
    for pair in item.input_pairs:
        yield {
            "id": pair.id,
            "completion": assistant(pair.response),
            "chosen_prompt": user(pair.chosen_prompt),
            "rejected_prompt": user(pair.rejected_prompt),
        }


def groups(item: Material) -> Iterator[Row]:
    """The whole group as it was judged; nothing of the record is lost."""
    if item.group is not None:
        yield group_row(item.group)


def group_row(group: IopoGroup) -> Row:
    """A group with its prompts both rendered and in parts, its changes, cells and terms."""
    data = group.model_dump(mode="json")
    cells = {name: _cell(getattr(group.cells, name)) for name in ("x1y1", "x1y2", "x2y1", "x2y2")}
    return {
        "id": group.id,
        "lang": group.lang,
        "source": group.source,
        "operation": group.operation,
        "certificate": group.certificate,
        "x1": group.x1.render(),
        "y1": group.y1,
        "x2": group.x2.render(),
        "y2": group.y2,
        "x1_parts": data["x1"],
        "x2_parts": data["x2"],
        "changes": data["changes"],
        "cells": cells,
        "terms": data["terms"],
    }


def _cell(judgement: Judgement | None) -> Row | None:
    return None if judgement is None else judgement.model_dump(mode="json")


#: What stands before, between and after the records of a file in the authors' layout.
TRACE_OPEN, TRACE_BETWEEN, TRACE_CLOSE = "[\n", ",\n", "\n]"


def trace_text(row: Row) -> str:
    """One record in the authors' own layout, down to their indentation: with the three texts above, the one
    record they published comes out byte for byte."""
    turns = ",\n".join(_turn(turn, 10) for turn in row["conversations"])
    chosen, rejected = (_turn(row[key], 6).lstrip() for key in ("chosen", "rejected"))
    return (
        f'    {{\n      "conversations": [\n{turns}\n      ],\n'
        f'      "chosen": {chosen},\n      "rejected": {rejected}\n   }}'
    )


def _turn(turn: Row, indent: int) -> str:
    pad, inner = " " * indent, " " * (14 if indent == 10 else 10)
    fields = ",\n".join(f'{inner}"{key}": {json.dumps(turn[key], ensure_ascii=False)}' for key in turn)
    return f"{pad}{{\n{fields}\n{pad}}}"
