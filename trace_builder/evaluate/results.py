"""``results.json`` and ``instructions.jsonl``: what an evaluation found (schema: docs/evaluation.md)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trace_builder import __version__
from trace_builder.config import CallConfig, RunConfig
from trace_builder.errors import InputError
from trace_builder.evaluate.items import EvalItem
from trace_builder.evaluate.lines import read_rows, read_text, write_json, write_jsonl
from trace_builder.evaluate.metrics import figures
from trace_builder.evaluate.reading import EvalSet
from trace_builder.evaluate.resample import Sampling
from trace_builder.evaluate.scored import RESULTS, Scored, instruction_row
from trace_builder.taxonomy import Taxonomy

KIND = "trace_builder.evaluation"
VERSION = 1
RESULTS_FILE = "results.json"
INSTRUCTIONS_FILE = "instructions.jsonl"


def describe_data(data: EvalSet) -> dict[str, Any]:
    """What was evaluated on."""
    return {
        "path": str(data.path),
        "digest": data.digest,
        "instructions": len(data.items),
        "constraints": sum(len(item.constraints) for item in data.items),
        "languages": dict(Counter(item.lang for item in data.items)),
    }


def describe_models(config: RunConfig, responses: Path | None) -> dict[str, Any]:
    """Who answered and who judged. ``rehearsal`` says that it was the embedded model: a drill."""
    rehearsal = config.rehearsal is not None
    tested: dict[str, Any] = {"name": responses.stem, "responses": str(responses)} if responses else {}
    return {
        "tested": tested or {**_sampled(config, config.respond.call), "rehearsal": rehearsal},
        "judge": {
            **_sampled(config, config.judge.call),
            "rehearsal": rehearsal,
            "votes": config.judge.votes,
            "code_checks": config.judge.code_checks,
        },
    }


def _sampled(config: RunConfig, call: CallConfig) -> dict[str, Any]:
    return {
        "name": config.models[call.model].name,
        "temperature": call.temperature,
        "top_p": call.top_p,
        "max_tokens": call.max_tokens,
    }


def write_results(
    folder: Path,
    data: EvalSet,
    models: dict[str, Any],
    found: Sequence[tuple[EvalItem, Scored]],
    taxonomy: Taxonomy,
    sampling: Sampling,
) -> dict[str, Any]:
    """Scores what was found and writes both files, each whole. Returns what ``results.json`` says."""
    results = {
        "kind": KIND,
        "version": VERSION,
        "trace_builder": __version__,
        "data": describe_data(data),
        "models": models,
        **figures([item for _, item in found], taxonomy, sampling),
    }
    write_jsonl(folder / INSTRUCTIONS_FILE, (instruction_row(*pair) for pair in found))
    write_json(folder / RESULTS_FILE, results)
    return results


@dataclass(frozen=True)
class Read:
    """An evaluation's folder as read: ``results`` and, by id, what came of each instruction."""

    folder: Path
    results: dict[str, Any]
    outcomes: dict[str, str]
    counts: dict[str, int]

    @property
    def name(self) -> str:
        return str(self.results["models"]["tested"]["name"])


def read_evaluation(folder: Path) -> Read:
    """Reads back what ``write_results`` wrote.

    Raises:
        InputError: no evaluation lives there, or a file of it is damaged.
    """
    path = folder / RESULTS_FILE
    if not path.is_file():
        raise InputError(f"{folder}: no evaluation here ({RESULTS_FILE} is missing)")
    try:
        results = json.loads(read_text(path))
    except json.JSONDecodeError as exc:
        raise InputError(f"{path}:{exc.lineno}: not JSON ({exc.msg})") from None
    if not isinstance(results, dict) or results.get("kind") != KIND:
        raise InputError(f"{path}: not the results of an evaluation")
    outcomes: dict[str, str] = {}
    counts: dict[str, int] = {}
    lines = folder / INSTRUCTIONS_FILE
    for number, row in read_rows(lines):
        id_, result, constraints = row.get("id"), row.get("result"), row.get("constraints")
        if not isinstance(id_, str) or result not in RESULTS or not isinstance(constraints, list):
            raise InputError(f"{lines}:{number}: not an instruction's line of an evaluation")
        outcomes[id_] = result
        counts[id_] = len(constraints)
    expected = results.get("data", {}).get("instructions")
    if len(outcomes) != expected:
        raise InputError(f"{lines}: {len(outcomes)} instructions, but {path.name} speaks of {expected}")
    return Read(folder, results, outcomes, counts)
