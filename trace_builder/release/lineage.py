"""Where a record comes from: seed, stages, prompts, models, judge scores and calls."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from trace_builder.errors import InputError
from trace_builder.records import Outcome
from trace_builder.release.source import AFTER, Run, open_run

#: Fields of a record that hold a judgement, and how they are named in a lineage.
_JUDGEMENTS = {
    "judgement": "response",
    "chosen_judgement": "chosen",
    "rejected_judgement": "rejected",
}
_CELLS = {"x1y1": "(x1, y1)", "x1y2": "(x1, y2)", "x2y1": "(x2, y1)", "x2y2": "(x2, y2)"}


def lineage_row(run: Run, id_: str, split: str) -> dict[str, Any]:
    """One line of lineage.jsonl: the stages a released seed went through, and the keys of the calls behind
    each outcome, which are those of the run's ``calls/``."""
    seed = run.seeds[id_]
    stages: dict[str, Any] = {}
    for stage in AFTER:
        if id_ not in run.stages[stage].places:
            continue
        outcome = run.stages[stage].outcome(id_)
        stages[stage] = {
            "status": outcome.status,
            "reason": outcome.reason,
            "fingerprint": outcome.fingerprint,
            "calls": list(outcome.calls),
        }
    return {"id": id_, "split": split, "lang": seed.lang, "source": seed.source, "stages": stages}


def find_run(folder: Path | None) -> Path:
    """The run's folder that is meant: the one given, else the current one, else the newest under outputs/.

    Raises:
        InputError: there is none.
    """
    if folder is not None:
        return folder
    if Path("run.json").is_file():
        return Path()
    manifests = sorted(Path("outputs").glob("*/run.json"), key=lambda path: path.stat().st_mtime)
    if not manifests:
        raise InputError("no run here and none under outputs/; name its folder: trace-build trace ID DIR")
    return manifests[-1].parent


def narrate(folder: Path, id_: str, *, raw: bool = True) -> str:
    """The lineage of one record as text.

    Args:
        folder: a run's folder, finished or not.
        id_: a seed's id, or a released row's, which carries more behind a ``#``.
        raw: with the raw answers.

    Raises:
        InputError: no such run, or no such id in it.
    """
    run = open_run(folder, partial=True)
    seed_id = _seed_of(run, id_)
    seed = run.seeds[seed_id]
    lines = [f"{id_}  in {folder} (profile {run.profile})", "", "seed"]
    lines += _fields([("source", seed.source or "not stated"), ("language", seed.lang)])
    lines += _fields([("instruction", seed.instruction), ("input", seed.input)])
    for stage in AFTER:
        if seed_id in run.stages[stage].places:
            outcome = run.stages[stage].outcome(seed_id)
            lines += ["", *_stage(run, stage, outcome), *_calls(folder, outcome, raw)]
    return "\n".join(lines)


def _seed_of(run: Run, id_: str) -> str:
    found = id_
    while found not in run.seeds:
        found, mark, _ = found.rpartition("#")
        if not mark:
            raise InputError(f"{run.folder}: no record {id_!r} in this run")
    return found


def _stage(run: Run, stage: str, outcome: Outcome) -> list[str]:
    verdict = outcome.status + (f": {outcome.reason}" if outcome.reason else "")
    lines = [f"{stage}  {verdict}  (fingerprint {outcome.fingerprint})"]
    if outcome.detail:
        lines += _fields([("detail", outcome.detail)])
    record = outcome.record or {}
    if outcome.status != "accepted":
        return lines
    shown = ("text", "completeness", "redundancy", "response", "rejected", "origin", "failed", "operation")
    lines += _fields([(name, record[name]) for name in shown if name in record])
    for name in ("instruction", "x1", "x2"):
        if isinstance(record.get(name), dict) and stage in ("structure", "iopo"):
            lines += _instruction(name, record[name])
    lines += _fields([(name, record[name]) for name in ("y1", "y2", "certificate") if name in record])
    if "terms" in record:
        proven = [name for name, holds in record["terms"].items() if holds]
        lines += _fields([("proven", ", ".join(proven) or "nothing")])
    for name, what in _JUDGEMENTS.items():
        lines += _judgement(f"judge, {what}", record.get(name))
    for name, what in _CELLS.items():
        lines += _judgement(f"judge, {what}", (record.get("cells") or {}).get(name))
    return lines


def _instruction(name: str, parts: dict[str, Any]) -> list[str]:
    lines = _fields([(name, parts["description"])])
    for constraint in parts["constraints"]:
        lines += _fields(
            [(f"  {constraint['id']} [{constraint['dimension'] or 'unscored'}]", constraint["text"])]
        )
    return lines + _fields([("  input", parts.get("input"))])


def _judgement(name: str, judgement: dict[str, Any] | None) -> list[str]:
    if not judgement:
        return []
    votes = judgement.get("votes", 1)
    lines = [f"  {name}" + (f" ({votes} votes)" if votes != 1 else "")]
    for score in judgement["scores"]:
        value = "unscored" if score["score"] is None else f"{score['score']}/10"
        lines.append(f"    {score['constraint']}: {value} by {score['by']}  {_one_line(score['reasoning'])}")
    return lines


def _calls(folder: Path, outcome: Outcome, raw: bool) -> list[str]:
    found = {
        row.get("key"): row for row in _call_rows(folder / "calls" / f"{outcome.stage}.jsonl", outcome.id)
    }
    lines = []
    for key in outcome.calls:
        row = found.get(key)
        if row is None:
            lines.append(f"  call {key}: not in calls/{outcome.stage}.jsonl")
            continue
        used = row.get("usage") or {}
        lines.append(
            f"  call {key}: prompt {row.get('prompt')}, model {row.get('model')}, "
            f"sample {row.get('sample')}, attempt {row.get('attempt')}, "
            f"{row.get('finish_reason')}, {used.get('prompt', 0)} prompt "
            f"({used.get('cached', 0)} cached) and {used.get('completion', 0)} completion tokens, "
            f"{row.get('latency', 0):.2f} s, {row.get('retries', 0)} retries"
        )
        if raw:
            lines += [f"    | {line}" for line in str(row.get("text", "")).splitlines()]
    return lines


def _call_rows(path: Path, id_: str) -> Iterator[dict[str, Any]]:
    """The calls of one record; lines of others are told by their head and not parsed."""
    if not path.is_file():
        return
    quoted = json.dumps(id_, ensure_ascii=False)
    heads = (f'{{"id":{quoted},'.encode(), f'{{"id": {quoted},'.encode())
    with path.open("rb") as file:
        for line in file:
            if line.startswith(heads):
                try:
                    row = json.loads(line, strict=False)
                except ValueError:
                    continue  # a torn last line
                yield row


def _fields(fields: list[tuple[str, Any]]) -> list[str]:
    lines = []
    for name, value in fields:
        if value is None:
            continue
        text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
        first, *rest = text.splitlines() or [""]
        lines += [f"  {name}: {first}", *(f"  {' ' * len(name)}  {line}" for line in rest)]
    return lines


def _one_line(text: str) -> str:
    return " ".join(text.split())
