"""``sft.jsonl``, ``dpo.jsonl``, ``iopo.jsonl``: what was accepted, written from the stage files."""

from __future__ import annotations

import json
from pathlib import Path

from trace_builder.run.stage_run import StageRun
from trace_builder.storage.atomic import Replacement
from trace_builder.storage.layout import product_file
from trace_builder.storage.outcomes import ACCEPTED


def write_products(folder: Path, runs: tuple[StageRun, ...]) -> dict[str, int]:
    """Writes the product of each stage that has one whole, in canonical order; returns their rows."""
    written = {}
    for run in runs:
        product = run.stage.product
        if product is None:
            continue
        written[product.name] = 0
        with Replacement(product_file(folder, product.name)) as out:
            for place in run.outcomes.places(ACCEPTED):
                row = product.row(run.made(place))
                out.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
                written[product.name] += 1
            out.commit()
    return written
