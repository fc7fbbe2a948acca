"""``sft.jsonl``, ``dpo.jsonl``, ``iopo.jsonl``: what was accepted, written from the stage files."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trace_builder.run.stage_run import StageRun
from trace_builder.storage.atomic import Replacement
from trace_builder.storage.layout import product_file
from trace_builder.storage.outcomes import ACCEPTED


@dataclass
class Written:
    """Rows of a product, and how many of them have which certificate, where they have one."""

    rows: int = 0
    certificates: Counter[str] = field(default_factory=Counter)


def write_products(folder: Path, runs: tuple[StageRun, ...]) -> dict[str, Written]:
    """Writes the product of each stage that has one whole, in canonical order; returns what was written."""
    written: dict[str, Written] = {}
    for name in dict.fromkeys(run.stage.product.name for run in runs if run.stage.product):
        made = written[name] = Written()
        with Replacement(product_file(folder, name)) as out:
            for row in _rows(name, runs):
                out.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
                made.rows += 1
                if "certificate" in row:
                    made.certificates[row["certificate"]] += 1
            out.commit()
    return written


def _rows(name: str, runs: tuple[StageRun, ...]) -> Iterator[dict[str, Any]]:
    """A product's rows, those of the stages that come first first."""
    for run in runs:
        product = run.stage.product
        if product is not None and product.name == name:
            for place in run.outcomes.places(ACCEPTED):
                yield from product.rows(run.made(place))
