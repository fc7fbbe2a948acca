"""Evaluation rows in the format of the released TRACE evaluation set."""

from __future__ import annotations

from typing import Any

from trace_builder.records import Instruction
from trace_builder.release.features import CHAT, Kind
from trace_builder.taxonomy import Taxonomy

Row = dict[str, Any]

EVALUATION: dict[str, Kind] = {
    "id": "string",
    "messages": CHAT,
    "type": "string",
    "description": "string",
    "constraints": "string",
    "input": "string",
    "constraints_num": "int64",
    "constraints_splits": ["string"],
    "levels2": ["string"],
    "category": "string",
}

SYSTEM = "You are a helpful assistant."
NO_INPUT = "NULL"

#: What stands for a constraint whose label lies outside the taxonomy, as in the released file.
NO_DIMENSION = "·"


def evaluation(id_: str, instruction: Instruction, taxonomy: Taxonomy) -> Row:
    """One row. ``levels2`` has the Chinese name of each constraint's dimension, in its position."""
    texts = [constraint.text for constraint in instruction.constraints]
    return {
        "id": id_,
        "messages": [
            {"role": "system", "content": SYSTEM},
            {"role": "user", "content": instruction.render()},
        ],
        "type": "trace",
        "description": instruction.description,
        "constraints": "\n".join(texts),
        "input": NO_INPUT if instruction.input is None else instruction.input,
        "constraints_num": len(texts),
        "constraints_splits": texts,
        "levels2": [_name(constraint.dimension, taxonomy) for constraint in instruction.constraints],
        "category": "trace_builder",
    }


def _name(dimension: str | None, taxonomy: Taxonomy) -> str:
    if dimension is None:
        return NO_DIMENSION
    try:
        return taxonomy.get(dimension).name["zh"]
    except KeyError:
        return NO_DIMENSION
