"""Tables: of Markdown, with or without outer pipes, and of HTML."""

from __future__ import annotations

import re
from dataclasses import dataclass

from trace_builder.checks.reading.inline import visible

_RULE_CELL = re.compile(r"\s*:?-+:?\s*")
_HTML_TABLE = re.compile(r"<table\b", re.IGNORECASE)
_HTML_ROW = re.compile(r"<tr\b", re.IGNORECASE)
_HTML_CELL = re.compile(r"<t[hd]\b[^<>]{0,200}>([^<]{0,500})", re.IGNORECASE)
_TABULAR = re.compile(r"\\begin\{(?:tabular|longtable|array|tabularx)\}")


@dataclass(frozen=True, slots=True)
class Table:
    """A table's cells as they are seen: the header, and the rows below it."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def pipe_tables(text: str) -> list[Table]:
    """The Markdown tables of ``text``: lines of cells whose second one is a rule of dashes."""
    if "|" not in text:
        return []
    found: list[Table] = []
    run: list[str] = []
    for line in [*text.split("\n"), ""]:
        if "|" in line:
            run.append(line)
            continue
        if len(run) > 1:
            found += _tables_in(run)
        run = []
    return found


def _tables_in(run: list[str]) -> list[Table]:
    for at in range(1, min(len(run), 4)):
        rule = cells(run[at])
        if rule and all(_RULE_CELL.fullmatch(cell) for cell in rule):
            return [Table(tuple(cells(run[at - 1])), tuple(tuple(cells(line)) for line in run[at + 1 :]))]
    return []


def cells(line: str) -> list[str]:
    """The cells of one line, without the marks of emphasis."""
    line = line.strip()
    line = line[1:] if line.startswith("|") else line
    line = line[:-1] if line.endswith("|") else line
    return [visible(cell).strip() for cell in line.split("|")]


def html_tables(text: str) -> list[Table]:
    """The tables of HTML and, as a header alone, of LaTeX."""
    found = [Table((), ())] if "\\begin{" in text and _TABULAR.search(text) else []
    if "<" not in text or not _HTML_TABLE.search(text):
        return found
    for piece in _HTML_TABLE.split(text)[1:]:
        rows = [tuple(cell.strip() for cell in _HTML_CELL.findall(row)) for row in _HTML_ROW.split(piece)[1:]]
        rows = [row for row in rows if row]
        found.append(Table(rows[0] if rows else (), tuple(rows[1:])))
    return found


def looks_drawn(text: str) -> bool:
    """Whether a table may be drawn in a way that is not read here: with tabs, or with lines of dashes."""
    tabbed = sum(1 for line in text.split("\n") if line.strip("\t ").count("\t"))
    return tabbed > 1 or "+--" in text or "┌" in text or "|" in text
