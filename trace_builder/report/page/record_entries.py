"""One record's way through a run, in the shape the page's browser shows it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from trace_builder.report.lines import Row
from trace_builder.report.runs import RunFolder
from trace_builder.report.stats.instructions import Example
from trace_builder.report.stats.judge_stats import attempts

#: Longer texts are cut in the page, which says so.
LONGEST = 20_000

Entry = dict[str, Any]


def journeys(run: RunFolder, wanted: set[str]) -> dict[str, Entry]:
    """The entries of some records of a run, by id."""
    entries = {str(seed["id"]): _seed_entry(seed) for seed in run.seeds(wanted)}
    for stage in run.stages:
        for outcome in run.outcomes(stage, wanted):
            _add_outcome(entries[str(outcome["id"])], stage, outcome)
        for call in run.calls(stage, entries.keys()):
            step = _step(entries[str(call["id"])], stage)
            step["calls"].append(_call(call))
    return entries


def _seed_entry(seed: Row) -> Entry:
    return {
        "id": str(seed["id"]),
        "lang": seed.get("lang") or "",
        "source": seed.get("source"),
        "title": title_of(str(seed.get("instruction") or "")),
        "dims": [],
        "seed": {"instruction": clip(seed.get("instruction")), "input": clip(seed.get("input"))},
        "steps": [],
    }


def title_of(text: str) -> str:
    """The beginning of a text as one line."""
    return " ".join(text.split())[:160]


def clip(text: Any) -> Any:
    """A text as it goes into the page; anything else as it is."""
    if isinstance(text, str) and len(text) > LONGEST:
        return f"{text[:LONGEST]}… ({len(text) - LONGEST:,} more characters)"
    return text


def _step(entry: Entry, stage: str) -> Entry:
    for step in entry["steps"]:
        if step["stage"] == stage:
            found: Entry = step
            return found
    step = {"stage": stage, "status": "pending", "reason": None, "detail": "", "calls": []}
    entry["steps"].append(step)
    return step


def _add_outcome(entry: Entry, stage: str, outcome: Row) -> None:
    step = _step(entry, stage)
    step.update(
        status=outcome["status"], reason=outcome.get("reason"), detail=clip(outcome.get("detail") or "")
    )
    record = outcome.get("record")
    if outcome["status"] == "accepted" and isinstance(record, dict):
        step["data"] = _data(stage, record)
        _add_dimensions(entry, record)
    elif tries := [_attempt(attempt) for attempt in attempts(outcome)]:
        step["data"] = {"imperfect": tries}


def _add_dimensions(entry: Entry, record: Row) -> None:
    for key in ("instruction", "x1", "x2"):
        instruction = record.get(key)
        listed = instruction.get("constraints") if isinstance(instruction, dict) else None
        for constraint in listed or ():
            label = constraint.get("dimension")
            if label and label not in entry["dims"]:
                entry["dims"].append(label)


#: What the page shows of a stage's record, beside its instruction, which is shown once.
_FIELDS: dict[str, tuple[str, ...]] = {
    "expand": ("text", "target", "offered"),
    "structure": ("instruction",),
    "quality": ("completeness", "redundancy"),
    "respond": ("response", "judgement"),
    "dpo": ("chosen", "rejected", "origin", "failed", "rejected_judgement"),
    "iopo": ("operation", "certificate", "x1", "x2", "y1", "y2", "changes", "cells", "terms"),
}


def _data(stage: str, record: Row) -> Entry:
    names = _FIELDS.get(stage) or tuple(key for key in record if key not in ("id", "lang", "source"))
    data = {name: _clipped(record.get(name)) for name in names}
    if stage == "respond":
        data["imperfect"] = [_attempt(attempt) for attempt in attempts({"record": record})]
    return data


def _clipped(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _clipped(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_clipped(item) for item in value]
    return clip(value)


def _attempt(attempt: Row) -> Entry:
    return {name: _clipped(attempt.get(name)) for name in ("response", "judgement", "fault")}


def _call(call: Row) -> Entry:
    usage = call.get("usage") or {}
    return {
        "prompt": call.get("prompt"),
        "sample": call.get("sample") or 0,
        "attempt": call.get("attempt") or 0,
        "model": call.get("model"),
        "finish": call.get("finish_reason"),
        "tokens": [usage.get("prompt"), usage.get("cached"), usage.get("completion")],
        "latency": call.get("latency"),
        "retries": call.get("retries") or 0,
        "text": clip(call.get("text") or ""),
    }


def example_entries(examples: Iterable[Example], labels: dict[str | None, str | None]) -> list[Entry]:
    """Entries for instructions of a file of records. ``labels`` gives the taxonomy's id of a label."""
    return [_example_entry(example, labels) for example in examples]


def _example_entry(example: Example, labels: dict[str | None, str | None]) -> Entry:
    constraints = [
        {"id": f"c{n}", "text": clip(text), "dimension": labels.get(label) or label}
        for n, (text, label) in enumerate(example.constraints, start=1)
    ]
    dims = dict.fromkeys(str(c["dimension"]) for c in constraints if c["dimension"])
    return {
        "id": example.id,
        "lang": example.lang,
        "source": None,
        "title": title_of(example.description),
        "dims": list(dims),
        "instruction": {
            "description": clip(example.description),
            "constraints": constraints,
            "input": clip(example.input),
        },
        "responses": [clip(text) for text in example.responses],
        "steps": [],
    }
