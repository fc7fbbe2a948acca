"""Rows of the products: a record with its instructions written out as prompts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from trace_builder.records import Answered, Harvested, IopoGroup, Preference


def prompt_row(record: Answered | Preference) -> Iterator[dict[str, Any]]:
    yield {"id": record.id, "prompt": record.instruction.render(), **record.model_dump(mode="json")}


def group_row(record: IopoGroup) -> Iterator[dict[str, Any]]:
    prompts = {"prompt1": record.x1.render(), "prompt2": record.x2.render()}
    yield {"id": record.id, **prompts, **record.model_dump(mode="json")}


def harvested_rows(record: Harvested) -> Iterator[dict[str, Any]]:
    for group in record.groups:
        yield from group_row(group)
