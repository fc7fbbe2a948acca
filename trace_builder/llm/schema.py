"""JSON schemas of the answer types, inside what the grammars of vLLM take."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel

#: Keywords that pass, in the order they are written. What grammars refuse (``uniqueItems``), ignore or read
#: differently (``format``, ``pattern``) stays with pydantic, which checks every answer anyway.
_KEPT = (
    "title",
    "type",
    "enum",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "minItems",
    "maxItems",
)


def schema_text(model: type[BaseModel]) -> str:
    """The schema of ``model`` as canonical JSON text: references inlined, nothing but the properties allowed,
    all of them required, in the order of the fields. That order is the order of generation.

    Raises:
        ValueError: the type refers to itself, which cannot be inlined.
    """
    full = model.model_json_schema(mode="validation")
    plain = _plain(full, full.get("$defs", {}), ())
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))


def _plain(node: dict[str, Any], defs: dict[str, Any], inside: tuple[str, ...]) -> dict[str, Any]:
    if "$ref" in node:
        name = str(node["$ref"]).rpartition("/")[2]
        if name in inside:
            raise ValueError(f"the answer type {name} refers to itself")
        return _plain(defs[name], defs, (*inside, name))
    if "const" in node:
        return {"enum": [node["const"]]}
    if len(node.get("allOf", ())) == 1:
        return _plain(node["allOf"][0], defs, inside)
    choices = node.get("anyOf") or node.get("oneOf")
    if choices:
        return {"anyOf": [_plain(choice, defs, inside) for choice in choices]}
    kept = {key: node[key] for key in _KEPT if key in node}
    if "properties" in node:
        kept |= _properties(node["properties"], defs, inside)
    else:
        kept.pop("title", None)
    if isinstance(node.get("items"), dict):
        kept["items"] = _plain(node["items"], defs, inside)
    return kept


def _properties(properties: dict[str, Any], defs: dict[str, Any], inside: tuple[str, ...]) -> dict[str, Any]:
    return {
        "properties": {name: _plain(value, defs, inside) for name, value in properties.items()},
        "required": list(properties),
        "additionalProperties": False,
    }
