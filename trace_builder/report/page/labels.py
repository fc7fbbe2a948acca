"""What the page alone says in words; stages, reasons and products carry labels of their own."""

from __future__ import annotations

CELLS: dict[str, str] = {
    "x1y1": "the response under its own instruction",
    "x1y2": "the second response under the first instruction",
    "x2y1": "the first response under the second instruction",
    "x2y2": "the second response under its own instruction",
}

TERMS: dict[str, str] = {
    "y1_over_y2_at_x1": "at x1, y1 beats y2",
    "y2_over_y1_at_x2": "at x2, y2 beats y1",
    "x1_over_x2_for_y1": "for y1, x1 fits better than x2",
    "x2_over_x1_for_y2": "for y2, x2 fits better than x1",
}

LANGUAGES: dict[str, str] = {"en": "English", "zh": "Chinese"}


def spaced(code: str) -> str:
    """A code as words: ``not_followed`` is "not followed"."""
    return code.replace("_", " ")
