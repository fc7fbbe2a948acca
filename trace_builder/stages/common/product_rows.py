"""Rows of the products: a record with its instructions written out as prompts."""

from __future__ import annotations

from typing import Any

from trace_builder.records import Answered, IopoGroup, Preference


def prompt_row(record: Answered | Preference) -> dict[str, Any]:
    return {"id": record.id, "prompt": record.instruction.render(), **record.model_dump(mode="json")}


def group_row(record: IopoGroup) -> dict[str, Any]:
    prompts = {"prompt1": record.x1.render(), "prompt2": record.x2.render()}
    return {"id": record.id, **prompts, **record.model_dump(mode="json")}
