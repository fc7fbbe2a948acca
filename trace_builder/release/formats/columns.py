"""The columns of every file: declared once, and turned into the Hub's YAML and into an Arrow schema.

A kind is a name of a plain type ("string", "bool", "int64"), a list with one kind in it, or a dict of fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import NoneType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args, get_origin

from pydantic import BaseModel

if TYPE_CHECKING:
    import pyarrow as pa

Kind: TypeAlias = "str | list[Any] | dict[str, Any]"

_NAMES: dict[type, str] = {str: "string", bool: "bool", int: "int64"}
CHAT: Kind = [{"role": "string", "content": "string"}]
#: What a training row says of itself besides its texts.
ABOUT: dict[str, Kind] = {"lang": "string", "source": "string", "constraints_num": "int64"}
TURN: Kind = {"from": "string", "value": "string"}


def columns_of(model: type[BaseModel]) -> dict[str, Kind]:
    """The columns of a record, field by field."""
    return {name: _kind_of(field.annotation) for name, field in model.model_fields.items()}


def fits(value: Any, kind: Kind) -> bool:
    """Whether a value of a row is of a kind, down to the leaves; every kind takes None."""
    if value is None:
        return True
    if isinstance(kind, str):
        return _NAMES.get(type(value)) == kind
    if isinstance(kind, list):
        return isinstance(value, list) and all(fits(item, kind[0]) for item in value)
    return (
        isinstance(value, dict)
        and list(value) == list(kind)
        and all(fits(value[name], inner) for name, inner in kind.items())
    )


def to_yaml(fields: Mapping[str, Kind]) -> list[dict[str, Any]]:
    """The ``features`` of a dataset card's ``dataset_info``."""
    return [{"name": name, **_yaml_kind(kind)} for name, kind in fields.items()]


def to_schema(fields: Mapping[str, Kind]) -> pa.Schema:
    """The Arrow schema of a Parquet file; every column takes null."""
    import pyarrow as pa

    return pa.schema([pa.field(name, _arrow_kind(kind)) for name, kind in fields.items()])


def _kind_of(annotation: Any) -> Kind:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return columns_of(annotation)
    if annotation in _NAMES:
        return _NAMES[annotation]
    inner = [argument for argument in get_args(annotation) if argument not in (NoneType, ...)]
    if get_origin(annotation) is tuple:
        return [_kind_of(inner[0])]
    return _NAMES[type(inner[0])] if get_origin(annotation) is Literal else _kind_of(inner[0])


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
