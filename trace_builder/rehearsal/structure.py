"""The task ``structuring``: a flat text taken apart into description, constraints and input."""

from __future__ import annotations

import re
from random import Random
from typing import Any

from trace_builder.checks import Check, contradict
from trace_builder.checks.counting import count_words
from trace_builder.records import Lang
from trace_builder.rehearsal.reading import read_text
from trace_builder.rehearsal.request import Request
from trace_builder.rehearsal.topics import language

_LEAD_IN = re.compile(
    r"^(?:Please keep to these points|Requirements|While doing so, observe the following|"
    r"请遵守以下几点|要求|同时注意)[:：]$"
)
_INPUT = re.compile(r"^(?:Input|输入)[:：][ \t]*(.*)$")

#: A few dimensions by their names, as a model may put them in place of the ids.
LOCAL_NAMES: dict[str, tuple[str, str]] = {
    "theme": ("Theme", "主题约束"),
    "inclusion": ("Inclusion", "包含约束"),
    "exclusion": ("Exclusion", "排除约束"),
    "numerical": ("Numerical", "数值约束"),
    "privacy": ("Privacy", "隐私约束"),
    "role_playing": ("Role-Playing", "角色扮演约束"),
    "tone_and_style": ("Tone and Style", "语气风格约束"),
    "output_format": ("Output Format", "输出格式约束"),
    "template": ("Template", "模版约束"),
    "citation": ("Citation", "引用和参考约束"),
}


def structure(request: Request, rng: Random, blemish: float) -> dict[str, Any]:
    """Description, constraints verbatim and labelled, and the input that the text itself holds."""
    text = request.block("text")
    lang = language(text)
    reading = read_text(text)
    description, held = _split_input([line for line in reading.rest if not _LEAD_IN.match(line.strip())])
    rows = [{"text": f.text, "dimension": label(f.check, lang, rng)} for f in reading.constraints]
    verdict, why = _verdict(description, list(reading.checks), lang)
    if rows and rng.random() < blemish:
        description = _spoil(description, rows, lang, rng)
    return {
        "reasoning": why,
        "verdict": verdict,
        "description": description or None,
        "constraints": rows if verdict == "ok" else [],
        "input": held,
    }


def label(check: Check, lang: Lang, rng: Random) -> str:
    """A dimension's id, now and then its name."""
    names = LOCAL_NAMES.get(check.dimension)
    if names is None or rng.random() < 0.85:
        return check.dimension
    return names[0] if lang == "en" else names[1]


def _split_input(lines: list[str]) -> tuple[str, str | None]:
    for at, line in enumerate(lines):
        match = _INPUT.match(line)
        if match and at > 0:
            held = "\n".join([match.group(1), *lines[at + 1 :]]).strip()
            return "\n".join(lines[:at]).strip(), held or None
    return "\n".join(lines).strip(), None


def _verdict(description: str, checks: list[Check], lang: Lang) -> tuple[str, str]:
    en = lang == "en"
    for at, first in enumerate(checks):
        for second in checks[at + 1 :]:
            if contradict(first, second):
                return (
                    "contradictory",
                    "Two constraints exclude each other." if en else "有两条约束互相矛盾。",
                )
    if count_words(description) < 2:
        return "poor", "No task can be made out." if en else "看不出任务是什么。"
    return "ok", "Task and constraints can be told apart." if en else "任务与约束可以分清。"


def _spoil(description: str, rows: list[dict[str, str]], lang: Lang, rng: Random) -> str:
    """One fault: a description cut short, a label that is not of the taxonomy, or an invented constraint."""
    fault = rng.randrange(3)
    if fault == 0:
        return description[:2] if lang == "zh" else description.split()[0]
    if fault == 1:
        rows[0]["dimension"] = "Input Format" if lang == "en" else "输入格式约束"
    else:
        text = (
            "Mention a purple elephant in the third line." if lang == "en" else "第三行要提到一头紫色的大象。"
        )
        rows.append({"text": text, "dimension": "inclusion"})
    return description
