"""Tables in Markdown, and texts that keep their meaning there, whoever wrote them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

#: What may begin markup inside a line; an underscore within a word does not.
_MARKS = re.compile(r"[\\`*\[\]<>&|~$]|(?<![^\W_])_|_(?![^\W_])")
_REFERENCES = {"<": "&lt;", ">": "&gt;", "&": "&amp;", "|": "&#124;"}


class Markup(str):
    """A text that is Markdown already."""

    __slots__ = ()


def escaped(text: str) -> Markup:
    """A text on one line that shows as it is, whatever marks it holds."""
    line = " ".join(text.split())
    return Markup(_MARKS.sub(lambda mark: _REFERENCES.get(mark[0], f"\\{mark[0]}"), line))


def code(text: str) -> Markup:
    """A name that the program knows, as code."""
    return Markup(f"`{text}`")


def table(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table; the first column to the left, the others to the right. Texts are escaped."""
    lines = [_row(heads), "|" + "|".join([":---", *["---:"] * (len(heads) - 1)]) + "|"]
    return "\n".join(lines + [_row(row) for row in rows])


def _row(cells: Sequence[Any]) -> str:
    return "| " + " | ".join(map(_cell, cells)) + " |"


def _cell(cell: Any) -> str:
    if isinstance(cell, int):
        return f"{cell:,}"
    return cell if isinstance(cell, Markup) else escaped(str(cell))
