"""The columns of every file: declared once, and turned into the Hub's YAML and into an Arrow schema.

A kind is a name of a plain type ("string", "bool", "int64"), a list with one kind in it, or a dict of fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import pyarrow as pa

Kind: TypeAlias = "str | list[Any] | dict[str, Any]"

CHAT: Kind = [{"role": "string", "content": "string"}]
TURN: Kind = {"from": "string", "value": "string"}
CONSTRAINT: Kind = {"id": "string", "text": "string", "dimension": "string"}
INSTRUCTION: Kind = {"description": "string", "constraints": [CONSTRAINT], "input": "string"}
SCORES: Kind = [{"constraint": "string", "score": "int64", "reasoning": "string", "by": "string"}]


def to_yaml(fields: Mapping[str, Kind]) -> list[dict[str, Any]]:
    """The ``features`` of a dataset card's ``dataset_info``."""
    return [{"name": name, **_yaml_kind(kind)} for name, kind in fields.items()]


def to_schema(fields: Mapping[str, Kind]) -> pa.Schema:
    """The Arrow schema of a Parquet file; every column takes null."""
    import pyarrow as pa

    return pa.schema([pa.field(name, _arrow_kind(kind)) for name, kind in fields.items()])


def _yaml_kind(kind: Kind) -> dict[str, Any]:
    if isinstance(kind, str):
        return {"dtype": kind}
    if isinstance(kind, dict):
        return {"struct": to_yaml(kind)}
    inner = kind[0]
    return {"list": inner if isinstance(inner, str) else _yaml_items(inner)}


def _yaml_items(kind: Kind) -> Any:
    return to_yaml(kind) if isinstance(kind, dict) else _yaml_kind(kind)


def _arrow_kind(kind: Kind) -> pa.DataType:
    import pyarrow as pa

    if isinstance(kind, str):
        return {"string": pa.string(), "bool": pa.bool_(), "int64": pa.int64()}[kind]
    if isinstance(kind, dict):
        return pa.struct([pa.field(name, _arrow_kind(inner)) for name, inner in kind.items()])
    return pa.list_(_arrow_kind(kind[0]))
