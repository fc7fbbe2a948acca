"""The task ``inspection``: three faults of an instruction, and how it reads without them."""

from __future__ import annotations

from typing import Any

from trace_builder.checks import recognise
from trace_builder.checks.registry import canonical
from trace_builder.rehearsal.quality import completeness, redundancy
from trace_builder.rehearsal.request import Request
from trace_builder.rehearsal.topics import language

_TASK = {"en": "Write a text that meets the constraints.", "zh": "写一段满足以下约束的文字。"}
_OWN = {"en": " Choose the material yourself.", "zh": "材料请自拟。"}


def check_instruction(request: Request) -> dict[str, Any]:
    """What the two quality questions find, with the smallest correction that mends it."""
    whole, twice = completeness(request), redundancy(request)
    description, held = request.block("description"), request.blocks.get("input")
    constraints = request.constraints()
    empty = whole["verdict"] == "incomplete_description"
    mismatch = whole["verdict"] in ("missing_input", "mismatched_input")
    redundant = twice["verdict"] != "none"
    reply: dict[str, Any] = {
        "reasoning": f"{whole['reasoning']} {twice['reasoning']}",
        "empty_description": empty,
        "redundancy": redundant,
        "input_mismatch": mismatch,
    }
    if not (empty or mismatch or redundant):
        return {**reply, "description": None, "constraints": [], "input": None}
    lang = language(description or " ".join(text for _, text in constraints))
    if empty:
        description = _TASK[lang]
    elif mismatch:
        description = description.rstrip() + _OWN[lang]
    if twice["verdict"] == "redundant_input":
        held = None
    elif redundant:
        constraints = _without_repeats(description, constraints)
    rows = [{"id": id_, "text": text} for id_, text in constraints]
    return {**reply, "description": description, "constraints": rows, "input": held}


def _without_repeats(description: str, constraints: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The constraints without those that repeat an earlier one or the description; the last one stays."""
    kept: list[tuple[str, str]] = []
    seen: set[object] = set()
    for number, (id_, text) in enumerate(constraints, start=1):
        check = recognise(text)
        key: object = canonical(text).lower() if check is None else check.key
        repeats = key in seen or (len(text) > 5 and canonical(text) in description)
        if not repeats or (number == len(constraints) and not kept):
            kept.append((id_, text))
        seen.add(key)
    return kept
