"""``sft.jsonl``, ``dpo.jsonl`` and ``iopo.jsonl``: what was accepted, written from the stage files."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, cast

import jsonlines

from trace_builder.records import Answered, IopoGroup, Outcome, Preference
from trace_builder.run.stage_run import StageRun
from trace_builder.storage.atomic import Replacement


def _sft(outcome: Outcome) -> dict[str, Any]:
    record = Answered.model_validate(outcome.record)
    return {"id": record.id, "prompt": record.instruction.render(), **record.model_dump(mode="json")}


def _dpo(outcome: Outcome) -> dict[str, Any]:
    record = Preference.model_validate(outcome.record)
    return {"id": record.id, "prompt": record.instruction.render(), **record.model_dump(mode="json")}


def _iopo(outcome: Outcome) -> dict[str, Any]:
    record = IopoGroup.model_validate(outcome.record)
    prompts = {"prompt1": record.x1.render(), "prompt2": record.x2.render()}
    return {"id": record.id, **prompts, **record.model_dump(mode="json")}


#: Product, the stage whose accepted records it holds, and how a row is made.
PRODUCTS: dict[str, tuple[str, Callable[[Outcome], dict[str, Any]]]] = {
    "sft": ("respond", _sft),
    "dpo": ("dpo", _dpo),
    "iopo": ("iopo", _iopo),
}


def write_products(folder: Path, rooms: tuple[StageRun, ...]) -> dict[str, int]:
    """Writes each product whole, in canonical order; returns the number of rows of each."""
    by_name = {room.name: room for room in rooms}
    written = {}
    for product, (stage, row) in PRODUCTS.items():
        rows = (row(outcome) for outcome in by_name[stage].outcomes.read_accepted())
        written[product] = _write_rows(folder / f"{product}.jsonl", rows)
    return written


def _write_rows(path: Path, rows: Iterator[dict[str, Any]]) -> int:
    count = 0
    with Replacement(path) as out:
        writer = jsonlines.Writer(cast(IO[bytes], out), dumps=_encode)
        for row in rows:
            writer.write(row)
            count += 1
        out.commit()
    return count


def _encode(row: Any) -> bytes:
    return json.dumps(row, ensure_ascii=False).encode()
