"""The forms annotators' answers come in: the sheet's JSON, CSV, and Label Studio's JSON export."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from trace_builder.errors import InputError
from trace_builder.evaluate.annotations import KIND, AnnotationsFile, Annotator, Answer
from trace_builder.evaluate.checking import FAULTS
from trace_builder.evaluate.lines import read_text

_YES = frozenset(("yes", "y", "1", "true", "x", "是"))
_NO = frozenset(("", "no", "n", "0", "false", "否"))
#: What an annotator fills in; a CSV row where all of them are empty was not answered.
FILLED = (*FAULTS, "decision", "note")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
CORRECTED = ("corrected_description", "corrected_constraints", "corrected_input")


def read_file(path: Path, digest: str) -> Iterator[Annotator]:
    """The annotators of one file; a CSV is named after its file, the others say who answered.

    Raises:
        InputError: unreadable, in none of the forms, or made for a set with another digest.
    """
    text = read_text(path)
    if path.suffix.lower() == ".csv":
        yield _of_csv(path, text, digest)
        return
    try:
        value = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as exc:
        raise InputError(f"{path}:{getattr(exc, 'lineno', 1)}: not JSON, and not named .csv") from None
    if isinstance(value, dict) and value.get("kind") == KIND:
        yield _of_sheet(path, value, digest)
    elif isinstance(value, list) and all(isinstance(task, dict) and "annotations" in task for task in value):
        yield from _of_label_studio(path, value, digest)
    else:
        raise InputError(f"{path}: neither the sheet's JSON, nor a CSV, nor Label Studio's JSON export")


def _check_set(where: str, given: object, digest: str) -> None:
    if given != digest:
        raise InputError(f"{where}: made for another set ({given or 'not said which'}; this one is {digest})")


def _answer(where: str, value: dict[str, Any]) -> Answer:
    try:
        return Answer.model_validate(value)
    except ValidationError as exc:
        raise InputError(f"{where}: {_first(exc)}") from None


def _first(exc: ValidationError) -> str:
    error = exc.errors()[0]
    place = ".".join(str(part) for part in error["loc"])
    return f"{place}: {error['msg']}" if place else str(error["msg"])


def _of_sheet(path: Path, value: dict[str, Any], digest: str) -> Annotator:
    _check_set(str(path), value.get("set"), digest)
    try:
        found = AnnotationsFile.model_validate(value)
    except ValidationError as exc:
        raise InputError(f"{path}: {_first(exc)}") from None
    return Annotator(found.annotator, path, found.answers)


def _of_csv(path: Path, text: str, digest: str) -> Annotator:
    csv.field_size_limit(1 << 28)  # an input may be a whole document
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    missing = [name for name in ("id", "set", *FAULTS, "decision") if name not in (reader.fieldnames or ())]
    if missing:
        raise InputError(f"{path}:1: the column {missing[0]!r} is missing")
    answers: dict[str, Answer] = {}
    rows = iter(reader)
    while True:
        try:
            row = next(rows, None)
        except csv.Error as exc:
            raise InputError(f"{path}:{reader.line_num}: not CSV ({exc})") from None
        if row is None:
            break
        where = f"{path}:{reader.line_num}"
        cells = {
            name: value or ""
            for name, value in row.items()
            if isinstance(name, str) and not isinstance(value, list)
        }
        _check_set(where, cells["set"], digest)
        if not any(cells.get(name, "").strip() for name in FILLED):
            continue
        if cells["id"] in answers:
            raise InputError(f"{where}: a second answer for {cells['id']!r}")
        answers[cells["id"]] = _answer(where, _csv_values(where, cells))
    return Annotator(path.stem, path, answers)


def _csv_values(where: str, cells: dict[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {name: _yes(where, name, cells[name]) for name in FAULTS}
    values["decision"] = cells["decision"].strip().lower()
    values["note"] = cells.get("note", "")
    if values["decision"] == "correct":
        values["correction"] = {
            "description": _plain(cells.get("corrected_description", "")),
            "constraints": constraint_rows(where, cells.get("corrected_constraints", "")),
            "input": _plain(cells.get("corrected_input", "")) or None,
        }
    return values


def _plain(cell: str) -> str:
    """Without the mark that the export puts before what a spreadsheet would take for a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in FORMULA else cell


def _yes(where: str, name: str, cell: str) -> bool:
    word = cell.strip().lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise InputError(f"{where}: {name} must be yes or no, not {cell!r}")


def constraint_rows(where: str, text: str) -> list[dict[str, str]]:
    """Constraints as one JSON object a line, ``{"id": "c1", "text": "..."}``."""
    rows = []
    # Not splitlines(): a constraint may hold U+2028 and its like as they are.
    for line in text.split("\n"):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            rows.append({"id": str(row["id"]), "text": str(row["text"])})
        except (ValueError, KeyError, TypeError):
            raise InputError(
                f'{where}: a constraint must be written as {{"id": "c1", "text": "..."}}'
            ) from None
    return rows


def _of_label_studio(path: Path, tasks: list[dict[str, Any]], digest: str) -> Iterator[Annotator]:
    answers: dict[str, dict[str, Answer]] = {}
    for number, task in enumerate(tasks, start=1):
        data = task.get("data")
        where = f"{path}: task {number}"
        if not isinstance(data, dict) or not isinstance(data.get("id"), str):
            raise InputError(f"{where}: its data has no id")
        _check_set(where, data.get("set"), digest)
        for annotation in task["annotations"]:
            if annotation.get("was_cancelled"):
                continue
            mine = answers.setdefault(_who(annotation), {})
            if data["id"] in mine:
                raise InputError(f"{where}: a second answer for {data['id']!r} by {_who(annotation)!r}")
            mine[data["id"]] = _answer(where, _label_studio_values(where, annotation))
    if not answers:
        raise InputError(f"{path}: no annotations in this file")
    for name, given in answers.items():
        yield Annotator(name, path, given)


def _who(annotation: dict[str, Any]) -> str:
    who = annotation.get("completed_by")
    if isinstance(who, dict):
        who = who.get("email") or who.get("id")
    return str(who)


def _label_studio_values(where: str, annotation: dict[str, Any]) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for result in annotation.get("result") or ():
        value = result.get("value") or {}
        given[result.get("from_name")] = value.get("choices") or value.get("text") or []
    faults = given.get("faults") or []
    texts = {name: "\n".join(given.get(name) or ()) for name in (*CORRECTED, "note")}
    values: dict[str, Any] = {name: name in faults for name in FAULTS}
    values["decision"] = "".join((given.get("decision") or [""])[:1])
    values["note"] = texts["note"]
    if values["decision"] == "correct":
        values["correction"] = {
            "description": texts["corrected_description"],
            "constraints": constraint_rows(where, texts["corrected_constraints"]),
            "input": texts["corrected_input"] or None,
        }
    return values
