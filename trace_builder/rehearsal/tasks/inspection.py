"""The prompt ``evalset_check``: three faults of an instruction, and how it reads without them."""

from __future__ import annotations

from typing import Any

from trace_builder.rehearsal.tasks.quality_questions import completeness, redundancy, repeats
from trace_builder.rehearsal.tasks.request import Request
from trace_builder.rehearsal.writer.lexicons import lexicon
from trace_builder.support.text import detect_lang


def inspect_instruction(request: Request) -> dict[str, Any]:
    """What the two quality questions find, with the smallest correction that mends it."""
    whole, twice = completeness(request), redundancy(request)
    description, held = request.block("description"), request.blocks.get("input")
    constraints = request.constraints()
    faults = {
        "empty_description": whole.verdict == "incomplete_description",
        "redundancy": twice.verdict != "none",
        "input_mismatch": whole.verdict == "missing_input",
    }
    reply = {"reasoning": f"{whole.reasoning} {twice.reasoning}", **faults}
    if not any(faults.values()):
        return {**reply, "description": None, "constraints": [], "input": None}
    words = lexicon(detect_lang(description, *(text for _, text in constraints)))
    if faults["empty_description"]:
        description = words.in_lang("Write a text that meets the constraints.", "写一段满足以下约束的文字。")
    elif faults["input_mismatch"]:
        description = description.rstrip() + words.in_lang(" Choose the material yourself.", "材料请自拟。")
    if twice.verdict == "redundant_input":
        held = None
    elif faults["redundancy"]:
        constraints = _without_repeats(description, constraints)
    rows = [{"id": id_, "text": text} for id_, text in constraints]
    return {**reply, "description": description, "constraints": rows, "input": held}


def _without_repeats(description: str, constraints: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The constraints without those that repeat an earlier one or the description; the last one stays where
    nothing else would."""
    found = repeats(description, [text for _, text in constraints])
    kept = [row for row, (_, twin, said) in zip(constraints, found, strict=True) if not (twin or said)]
    return kept or constraints[-1:]
