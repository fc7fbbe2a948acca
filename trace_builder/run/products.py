"""``sft.jsonl``, ``dpo.jsonl``, ``iopo.jsonl``: what was accepted, written from the stage files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from trace_builder.run.stage_run import StageRun
from trace_builder.storage.atomic import Replacement
from trace_builder.storage.layout import product_file
from trace_builder.storage.outcomes import ACCEPTED


def write_products(folder: Path, runs: tuple[StageRun, ...]) -> dict[str, int]:
    """Writes the product of each stage that has one whole, in canonical order; returns their rows."""
    written: dict[str, int] = {}
    for name in dict.fromkeys(run.stage.product.name for run in runs if run.stage.product):
        written[name] = 0
        with Replacement(product_file(folder, name)) as out:
            for row in _rows(name, runs):
                out.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
                written[name] += 1
            out.commit()
    return written


def _rows(name: str, runs: tuple[StageRun, ...]) -> Iterator[dict[str, Any]]:
    """A product's rows, those of the stages that come first first."""
    for run in runs:
        product = run.stage.product
        if product is not None and product.name == name:
            for place in run.outcomes.places(ACCEPTED):
                yield from product.rows(run.made(place))
