"""``trace-build trace``: where a record comes from: seed, stages, prompts, models, scores, calls."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from trace_builder.errors import InputError
from trace_builder.records import Outcome, Seed
from trace_builder.release.source import fingerprint_of, parse_line, read_manifest, seed_digest
from trace_builder.stages.order import AFTER

#: Fields of a record that hold a judgement, and how they are named in a lineage.
_JUDGEMENTS = {
    "judgement": "response",
    "chosen_judgement": "chosen",
    "rejected_judgement": "rejected",
}
_CELLS = {"x1y1": "(x1, y1)", "x1y2": "(x1, y2)", "x2y1": "(x2, y1)", "x2y2": "(x2, y2)"}


def find_run(folder: Path | None) -> Path:
    """The run's folder that is meant: the one given, else the current one, else the newest under outputs/.

    Raises:
        InputError: there is none.
    """
    if folder is not None:
        if (folder / "release.json").is_file() and not (folder / "run.json").is_file():
            raise InputError(f"{folder} is a release; name the run's folder that it was made from")
        return folder
    if Path("run.json").is_file():
        return Path()
    manifests = sorted(Path("outputs").glob("*/run.json"), key=lambda path: path.stat().st_mtime)
    if not manifests:
        raise InputError("no run here and none under outputs/; name its folder: trace-build trace ID DIR")
    return manifests[-1].parent


def narrate(folder: Path, id_: str, *, raw: bool = True) -> str:
    """The lineage of one record as text. The files are looked through, not loaded.

    Args:
        folder: a run's folder, finished or not.
        id_: a seed's id, or a released row's, which carries more behind a ``#``.
        raw: with the raw answers.

    Raises:
        InputError: no such run, or no such id in it.
    """
    manifest = read_manifest(folder)
    seed, digest = _seed_of(folder, manifest, id_)
    lines = [f"{id_}  in {folder} (profile {manifest.get('profile', 'unknown')})", "", "seed"]
    lines += _fields([("source", seed.source or "not stated"), ("language", seed.lang)])
    lines += _fields([("instruction", seed.instruction), ("input", seed.input)])
    for stage in AFTER:
        outcome = _outcome_of(folder, manifest, stage, seed.id, digest)
        if outcome is not None:
            lines += ["", *_stage(outcome), *_calls(folder, outcome, raw)]
    return "\n".join(lines)


def _seed_of(folder: Path, manifest: dict[str, Any], id_: str) -> tuple[Seed, str]:
    """The seed that a row's id belongs to, and its digest: the longest seed id that the row's id is, or is
    followed in by a ``#``."""
    path = folder / str(manifest.get("source", "seeds.jsonl"))
    names = [id_, *(id_[: mark.start()] for mark in re.finditer("#", id_))]
    found: dict[str, tuple[int, bytes]] = {}
    for number, line in _lines_of(path, names):
        seed = parse_line(path, number, line, Seed)
        found[seed.id] = (number, line)
    if not found:
        raise InputError(f"{folder}: no record {id_!r} in this run")
    number, line = found[max(found, key=len)]
    return parse_line(path, number, line, Seed), seed_digest(line)


def _outcome_of(folder: Path, manifest: dict[str, Any], stage: str, id_: str, digest: str) -> Outcome | None:
    """The outcome that counts, as for a release."""
    path, fingerprint = folder / "stages" / f"{stage}.jsonl", fingerprint_of(manifest, stage)
    last = None
    for number, line in _lines_of(path, [id_]):
        outcome = parse_line(path, number, line, Outcome)
        if outcome.seed == digest and fingerprint in (None, outcome.fingerprint):
            last = outcome
    return last


def _lines_of(path: Path, names: list[str]) -> Iterator[tuple[int, bytes]]:
    """The whole lines that begin with one of these ids."""
    if not path.is_file():
        return
    quoted = [json.dumps(name, ensure_ascii=False) for name in names]
    heads = tuple(f'{{"id":{gap}{name},'.encode() for name in quoted for gap in ("", " "))
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.startswith(heads) and line.endswith(b"\n"):
                yield number, line


def _stage(outcome: Outcome) -> list[str]:
    stage = outcome.stage
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
    for number, line in _lines_of(path, [id_]):
        try:
            yield json.loads(line, strict=False)
        except ValueError as exc:
            raise InputError(f"{path}:{number}: not JSON ({exc})") from None


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
