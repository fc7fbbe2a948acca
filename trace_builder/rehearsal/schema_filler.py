"""A value for any JSON schema, for requests that are none of the pipeline's."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

#: Deeper than this only what is required is filled, and references are no longer followed.
_DEEPEST = 12


def fill(schema: Any, rng: Random, text: str) -> Any:
    """A value that fits ``schema``, as far as its types, enumerations, lengths and bounds go; strings hold
    ``text``. Patterns and formats are not looked at."""
    return _fill(schema, schema if isinstance(schema, Mapping) else {}, rng, text, 0)


def _fill(schema: Any, root: Mapping[str, Any], rng: Random, text: str, depth: int) -> Any:
    schema = _resolved(schema, root)
    if depth > _DEEPEST or not isinstance(schema, Mapping):
        return None
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return rng.choice(list(schema["enum"]))
    for choice in ("anyOf", "oneOf", "allOf"):
        if schema.get(choice):
            return _fill(schema[choice][0], root, rng, text, depth + 1)
    return _of_type(_type(schema), schema, root, rng, text, depth)


def _resolved(schema: Any, root: Mapping[str, Any]) -> Any:
    for _ in range(_DEEPEST):
        reference = schema.get("$ref") if isinstance(schema, Mapping) else None
        if not isinstance(reference, str) or not reference.startswith("#"):
            return schema
        schema = root
        for part in filter(None, reference[1:].split("/")):
            schema = schema.get(part) if isinstance(schema, Mapping) else None
    return None


def _type(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type", "object" if "properties" in schema else "string")
    return str(kind[0] if isinstance(kind, list) and kind else kind)


def _of_type(
    kind: str, schema: Mapping[str, Any], root: Mapping[str, Any], rng: Random, text: str, depth: int
) -> Any:
    if kind == "object":
        fields: Mapping[str, Any] = schema.get("properties") or {}
        wanted = fields if depth < _DEEPEST // 2 else schema.get("required") or ()
        return {name: _fill(fields.get(name), root, rng, text, depth + 1) for name in wanted}
    if kind == "array":
        least = max(int(schema.get("minItems", 0)), min(1, int(schema.get("maxItems", 1))))
        return [_fill(schema.get("items", {}), root, rng, text, depth + 1) for _ in range(least)]
    if kind in ("integer", "number"):
        low = schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1)
        return int(min(max(low, 0), schema.get("maximum", max(low, 0))))
    if kind == "boolean":
        return rng.random() < 0.5
    if kind == "null":
        return None
    whole = (
        text if len(text) >= int(schema.get("minLength", 0)) else text.ljust(int(schema["minLength"]), ".")
    )
    return whole[: int(schema.get("maxLength", len(whole)))]
