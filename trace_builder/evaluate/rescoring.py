"""Scores existing texts of the authors' judge again by Eq. 3, with their own reading beside it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from trace_builder.evaluate.answers import read_judge_texts
from trace_builder.evaluate.reading import read_evalset
from trace_builder.evaluate.resample import Sampling
from trace_builder.evaluate.results import write_results
from trace_builder.evaluate.scored import scored
from trace_builder.storage.lock import folder_lock
from trace_builder.taxonomy import Taxonomy


def rescore(
    data: Path,
    texts: Path,
    folder: Path,
    taxonomy: Taxonomy,
    sampling: Sampling,
    *,
    limit: int | None = None,
    allow_missing: bool = False,
    say: Callable[[str], None] = lambda line: None,
) -> dict[str, Any]:
    """Reads judge texts and writes results.json and instructions.jsonl; no model is asked.

    Raises:
        InputError: the files do not fit one another, with file and line.
    """
    items = read_evalset(data, taxonomy, limit)
    known = {i.id for i in (items if limit is None else read_evalset(data, taxonomy)).items}
    judged = read_judge_texts(texts, items.items, known, allow_missing, say)
    models = {
        "tested": {"name": texts.stem},
        "judge": {"name": "judge texts", "texts": str(texts), "votes": 1, "rehearsal": False},
    }
    with folder_lock(folder):
        return write_results(folder, items, models, [(j, scored(j)) for j in judged], taxonomy, sampling)
