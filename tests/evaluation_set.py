"""A small evaluation set in the released format, made by the tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_TASKS = {
    "en": ("Describe a morning at the harbour", "Explain how bread rises", "Write a note to a new neighbour"),
    "zh": ("介绍一次周末登山", "说明如何给植物浇水", "写一段欢迎新同学的话"),
}
_CONSTRAINTS = {
    "en": (
        ("Use at most 120 words.", "数值约束"),
        ('Use the word "lantern" at least once.', "包含约束"),
        ('Do not use the word "very".', "排除约束"),
        ("Write in a calm tone.", "语气风格约束"),
    ),
    "zh": (
        ("全文不超过200字。", "数值约束"),
        ("必须出现“灯笼”一词。", "包含约束"),
        ("不要出现“非常”一词。", "排除约束"),
        ("语气平和。", "语气风格约束"),
    ),
}


def row(number: int) -> dict[str, Any]:
    """The instruction of this number: languages, counts and inputs take turns."""
    lang = "en" if number % 2 else "zh"
    description = f"{_TASKS[lang][number % 3]} ({number})"
    chosen = _CONSTRAINTS[lang][: 1 + number % 4]
    texts = [text for text, _ in chosen]
    constraints = "\n".join(texts)
    given = f"Notes:\n- item {number}" if number % 3 == 0 else "NULL"
    user = f"{description}\n{constraints}\n" + (f"# Inputs:\n{given}\n" if given != "NULL" else "")
    return {
        "id": str(number),
        "messages": [
            {"role": "system", "content": "You are a helpful assistant."},
            {"role": "user", "content": user},
        ],
        "type": "trace",
        "description": description,
        "constraints": constraints,
        "input": given,
        "constraints_num": len(texts),
        "constraints_splits": texts,
        "levels2": [label for _, label in chosen],
        "category": "trace1.0",
    }


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), encoding="utf-8")
    return path


def evaluation_file(folder: Path, count: int = 24) -> Path:
    return write(folder / "set.jsonl", [row(number) for number in range(count)])


def rows_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
