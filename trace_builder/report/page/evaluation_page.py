"""The page of one evaluation, or of several side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from trace_builder.errors import InputError
from trace_builder.report.lines import Row, read_object, rows
from trace_builder.report.page.html import number
from trace_builder.report.page.payload import pack
from trace_builder.report.page.record_entries import Entry, clip, title_of
from trace_builder.report.page.sampling import order
from trace_builder.report.page.sections.evaluation_section import (
    Model,
    by_count,
    by_dimension,
    by_language,
    headline,
    judging,
)
from trace_builder.report.page.shell import render
from trace_builder.taxonomy import Taxonomy

#: Beside results.json: a line for each instruction.
INSTRUCTIONS = "instructions.jsonl"

#: What the browser calls its filters here: the stages of a run are models.
_LABELS = {"stage": "Model", "status": "Result", "reason": "Because"}


def evaluation_page(paths: Sequence[Path], head: dict[str, Any], taxonomy: Taxonomy, most: int) -> str:
    """The page.

    Args:
        paths: the results.json of each evaluation.
        head: names for the browser; most: how many instructions are read as candidates.

    Raises:
        InputError: a file is not what an evaluation writes.
    """
    models = _models(paths)
    chosen = _chosen(paths, most)
    entries = _entries(paths, models, set(chosen))
    payload, shown = pack({**head, "labels": _LABELS}, (entries[name] for name in chosen))
    data = models[0].results["data"]
    sections = [
        ("Overview", headline(models)),
        ("Counts", by_count(models)),
        ("Dimensions", by_dimension(models, taxonomy)),
        ("Languages", by_language(models)),
        ("Judge", judging(models)),
    ]
    facts = [f"{number(data['instructions'])} instructions", f"{number(data['constraints'])} constraints"]
    facts.append(f"judged by {models[0].results['models']['judge']['name']}")
    if models[0].results["models"]["judge"].get("rehearsal"):
        facts.insert(0, "a drill with the embedded model")
    title = " and ".join(model.name for model in models) + f" on {Path(data['path']).name}"
    there = [(name, markup) for name, markup in sections if markup]
    return render(title, facts, there, payload, shown, data["instructions"])


def _models(paths: Sequence[Path]) -> list[Model]:
    models: list[Model] = []
    for place, path in enumerate(paths):
        results = read_object(path)
        try:
            name = str(results["models"]["tested"]["name"])
            taken = {model.name for model in models}
            models.append(Model(results, place, f"{name} ({path.parent.name})" if name in taken else name))
        except (KeyError, TypeError):
            raise InputError(f"{path}: not the results of an evaluation") from None
        if results.get("data", {}).get("digest") != models[0].results.get("data", {}).get("digest"):
            raise InputError(f"{path}: another data set than {paths[0]}; only one can be shown side by side")
    return models


def _lines(path: Path) -> Iterable[Row]:
    file = path.parent / INSTRUCTIONS
    for line, row in rows(file):
        if not isinstance(row.get("id"), str) or not isinstance(row.get("constraints"), list):
            raise InputError(f"{file}:{line}: not an instruction's line of an evaluation")
        yield row


def _chosen(paths: Sequence[Path], most: int) -> list[str]:
    """A sample of the instructions, by result with each model, and number of constraints."""
    kinds: dict[str, tuple[Any, ...]] = {}
    for path in paths:
        for row in _lines(path):
            kinds[row["id"]] = (*kinds.get(row["id"], (len(row["constraints"]),)), row.get("result"))
    return order(kinds)[:most]


def _entries(paths: Sequence[Path], models: Sequence[Model], wanted: set[str]) -> dict[str, Entry]:
    entries: dict[str, Entry] = {}
    for path, model in zip(paths, models, strict=True):
        for row in _lines(path):
            if row["id"] in wanted:
                entry = entries.setdefault(row["id"], _entry(row))
                entry["steps"].append(_step(row, model.name))
    return entries


def _entry(row: Row) -> Entry:
    constraints = [
        {name: clip(c.get(name)) for name in ("id", "text", "dimension")} for c in row["constraints"]
    ]
    prompt = str(row.get("prompt") or "")
    return {
        "id": row["id"],
        "lang": row.get("lang") or "",
        "source": None,
        "title": title_of(prompt.strip().split("\n")[0]),
        "dims": list(dict.fromkeys(c["dimension"] for c in constraints if c["dimension"])),
        "prompt": clip(prompt),
        "instruction": {"constraints": constraints},
        "steps": [],
    }


def _step(row: Row, model: str) -> Entry:
    scores = [
        {
            "constraint": c.get("id"),
            "score": c.get("score"),
            "reasoning": clip(c.get("reasoning") or ""),
            "by": c.get("by"),
        }
        for c in row["constraints"]
    ]
    return {
        "stage": model,
        "status": str(row.get("result")),
        "reason": row.get("fault") or row.get("why"),
        "detail": "",
        "calls": [],
        "data": {
            "kind": "answer",
            "response": clip(row.get("response")),
            "overall": row.get("overall"),
            "judgement": {"scores": scores, "votes": max(len(row.get("votes") or ()), 1)},
        },
    }
