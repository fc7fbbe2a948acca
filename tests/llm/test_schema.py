"""Schemas stay within what the grammars take, for every answer type there is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Literal

import jsonschema
import pytest
from pydantic import BaseModel, Field

from trace_builder.llm.schema import schema_text
from trace_builder.stages.common import answer_schemas

REPLIES = sorted(
    (t for t in vars(answer_schemas).values() if isinstance(t, type) and issubclass(t, answer_schemas.Reply)),
    key=lambda t: t.__name__,
)
REFUSED = {"uniqueItems", "format", "pattern", "$ref", "$defs", "default", "multipleOf", "patternProperties"}


def _nodes(node: Any) -> Iterator[dict[str, Any]]:
    """Every schema in a schema (and not the property names, which may be any word)."""
    if isinstance(node, dict):
        yield node
        for child in (*node.get("properties", {}).values(), *node.get("anyOf", ()), node.get("items")):
            yield from _nodes(child)


@pytest.mark.parametrize("reply", REPLIES, ids=lambda t: t.__name__)
def test_every_reply_type(reply: type[answer_schemas.Reply]) -> None:
    schema = json.loads(schema_text(reply))
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["title"] == reply.__name__
    assert list(schema["properties"]) == list(reply.model_fields)
    for node in _nodes(schema):
        assert not REFUSED & node.keys()
        if node.get("type") == "object":
            assert node["additionalProperties"] is False
            assert node["required"] == list(node["properties"])
    assert schema_text(reply) == schema_text(reply)


def test_reasoning_comes_before_the_verdict() -> None:
    text = schema_text(answer_schemas.Verdict)
    assert text.index('"reasoning":') < text.index('"score":')


class Leaf(BaseModel):
    """Not for the model's eyes."""

    kind: Literal["only"]
    when: str = Field(default="x", pattern="^x", description="hidden")


class Tree(BaseModel):
    leaves: set[str] = Field(max_length=3)
    leaf: Leaf
    maybe: Leaf | None = None
    title: str = "a property may be called so"
    count: int = Field(default=0, ge=0, le=10)


def test_what_grammars_cannot_take_is_left_out_and_the_rest_stays() -> None:
    schema = json.loads(schema_text(Tree))
    leaf = {
        "title": "Leaf",
        "type": "object",
        "properties": {"kind": {"enum": ["only"]}, "when": {"type": "string"}},
        "required": ["kind", "when"],
        "additionalProperties": False,
    }
    assert schema["properties"] == {
        "leaves": {"type": "array", "maxItems": 3, "items": {"type": "string"}},
        "leaf": leaf,
        "maybe": {"anyOf": [leaf, {"type": "null"}]},
        "title": {"type": "string"},
        "count": {"type": "integer", "minimum": 0, "maximum": 10},
    }


class Endless(BaseModel):
    inner: Endless | None


def test_a_type_within_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="Endless"):
        schema_text(Endless)
