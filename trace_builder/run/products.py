"""``sft.jsonl``, ``dpo.jsonl`` and ``iopo.jsonl``: what was accepted, written from the stage files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from trace_builder.records import Answered, IopoGroup, Outcome, Preference
from trace_builder.run.stage_run import StageRun
from trace_builder.storage.atomic import Replacement
from trace_builder.storage.layout import product_file
from trace_builder.storage.outcomes import ACCEPTED


def _sft(outcome: Outcome) -> dict[str, Any]:
    record = outcome.made(Answered)
    return {"id": record.id, "prompt": record.instruction.render(), **record.model_dump(mode="json")}


def _dpo(outcome: Outcome) -> dict[str, Any]:
    record = outcome.made(Preference)
    return {"id": record.id, "prompt": record.instruction.render(), **record.model_dump(mode="json")}


def _iopo(outcome: Outcome) -> dict[str, Any]:
    record = outcome.made(IopoGroup)
    prompts = {"prompt1": record.x1.render(), "prompt2": record.x2.render()}
    return {"id": record.id, **prompts, **record.model_dump(mode="json")}


#: Product, the stage whose accepted records it holds, and how a row is made.
PRODUCTS: dict[str, tuple[str, Callable[[Outcome], dict[str, Any]]]] = {
    "sft": ("respond", _sft),
    "dpo": ("dpo", _dpo),
    "iopo": ("iopo", _iopo),
}


def write_products(folder: Path, runs: tuple[StageRun, ...]) -> dict[str, int]:
    """Writes each product whole, in canonical order; returns the number of rows of each."""
    by_name = {run.name: run.outcomes for run in runs}
    written = {}
    for product, (stage, row) in PRODUCTS.items():
        log, count = by_name[stage], 0
        with Replacement(product_file(folder, product)) as out:
            for count, place in enumerate(log.places(ACCEPTED), start=1):  # noqa: B007 - counts
                out.write(json.dumps(row(log.read(place)), ensure_ascii=False).encode() + b"\n")
            out.commit()
        written[product] = count
    return written
