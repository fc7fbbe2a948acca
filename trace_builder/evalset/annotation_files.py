"""The forms annotators' answers come in: the sheet's JSON, CSV, and Label Studio's JSON export."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from trace_builder.errors import InputError
from trace_builder.evalset.annotations import KIND, AnnotationsFile, Annotator, Answer, set_digest
from trace_builder.evalset.second_check import FAULTS
from trace_builder.released_rows import EvalItem
from trace_builder.storage.jsonl import Row, first_error, read_object, read_text, rows

_YES = frozenset(("yes", "y", "1", "true", "x", "是"))
_NO = frozenset(("", "no", "n", "0", "false", "否"))
#: What an annotator fills in; a CSV row where all of them are empty was not answered.
_FILLED = (*FAULTS, "decision", "note")
CORRECTED = ("corrected_description", "corrected_constraints", "corrected_input")
#: Characters a cell of a table may have.
MAX_CELL = 1 << 22
_SHOWN = 5

#: A cell that a spreadsheet would run. Apostrophes before it count too: else one of the text's own would be
#: taken for the mark.
_FORMULA = re.compile(r"'*\s*[=+\-@＝＋－＠]|'*[\t\r\n]")


def no_formula(cell: str) -> str:
    """The cell with an apostrophe before what a spreadsheet would run as a formula."""
    return "'" + cell if _FORMULA.match(cell) else cell


def _plain(cell: str | None) -> str:
    """The cell without that mark."""
    cell = cell or ""
    return cell[1:] if cell[:1] == "'" and _FORMULA.match(cell) else cell


def read_annotators(
    paths: Sequence[Path], items: Sequence[EvalItem], adjudicated: Sequence[Path] = ()
) -> tuple[Annotator, ...]:
    """Reads any number of annotators' files (the sheet's JSON, CSV, Label Studio's export).

    Args:
        adjudicated: files that are an adjudicator's, also where they do not say so themselves.

    Raises:
        InputError: a file for another set, an unknown instruction, an unreadable answer, a correction that
            does not fit its instruction, or two files by the same annotator.
    """
    found: dict[str, Annotator] = {}
    digest, by_id = set_digest(items), {item.id: item for item in items}
    for path in (*(path for path in paths if path not in adjudicated), *adjudicated):
        for annotator in _read_file(path, digest):
            known = found.get(annotator.name)
            if known is not None:
                where = f"{known.path} and {path}" if known.path != path else f"{path}, twice,"
                raise InputError(f"{where} are both by {annotator.name!r}: one file an annotator, please")
            _check(annotator, by_id)
            found[annotator.name] = (
                replace(annotator, role="adjudicator") if path in adjudicated else annotator
            )
    return tuple(found.values())


def _check(annotator: Annotator, items: Mapping[str, EvalItem]) -> None:
    unknown = sorted(set(annotator.answers) - set(items))
    if unknown:
        names = ", ".join(unknown[:_SHOWN]) + (", ..." if len(unknown) > _SHOWN else "")
        raise InputError(f"{annotator.path}: answers for {names}, which the set does not have")
    for id_, answer in annotator.answers.items():
        where = f"{annotator.path}: {annotator.name!r} about {id_}"
        if answer.decision == "correct" and answer.correction is None:
            raise InputError(f"{where}: correct without a correction")
        if answer.correction is None:
            continue
        if answer.decision != "correct":
            raise InputError(f"{where}: a correction, but not correct")
        try:
            answer.correction.apply(items[id_].instruction)
        except ValueError as exc:
            raise InputError(f"{where}: {exc}") from None


def _read_file(path: Path, digest: str) -> Iterator[Annotator]:
    """The annotators of one file; a CSV is named after its file, the others say who answered."""
    text = read_text(path)
    if path.suffix.lower() == ".csv":
        yield _of_csv(path, text, digest)
    elif text.lstrip().startswith("["):
        yield from _of_label_studio(path, digest)
    elif text.lstrip().startswith("{") and (value := read_object(path)).get("kind") == KIND:
        yield _of_sheet(path, value, digest)
    else:
        raise InputError(f"{path}: neither the sheet's JSON, nor a CSV, nor Label Studio's JSON export")


def _check_set(where: str, given: object, digest: str) -> None:
    if given != digest:
        raise InputError(
            f"{where}: made for another set ({str(given or 'not said which')[:60]}; this one is {digest})"
        )


def _answer(where: str, value: Mapping[str, Any]) -> Answer:
    try:
        return Answer.model_validate(value)
    except ValidationError as exc:
        raise InputError(f"{where}: {first_error(exc)}") from None


def _filled(where: str, faults: Mapping[str, bool], decision: str, texts: Mapping[str, str]) -> Answer:
    """An answer whose correction stands in three texts."""
    values: dict[str, Any] = {**faults, "decision": decision, "note": texts["note"]}
    if decision == "correct":
        values["correction"] = {
            "description": texts["corrected_description"],
            "constraints": _constraint_rows(where, texts["corrected_constraints"]),
            "input": texts["corrected_input"] or None,
        }
    return _answer(where, values)


def _constraint_rows(where: str, text: str) -> list[dict[str, str]]:
    """Constraints as one JSON object a line, ``{"id": "c1", "text": "..."}``."""
    found = []
    # Not splitlines(): a constraint may hold U+2028 and its like as they are.
    for line in filter(str.strip, text.split("\n")):
        try:
            row = json.loads(line)
            found.append({"id": str(row["id"]), "text": str(row["text"])})
        except (ValueError, KeyError, TypeError, RecursionError):
            raise InputError(
                f'{where}: a constraint must be written as {{"id": "c1", "text": "..."}}'
            ) from None
    return found


def _of_sheet(path: Path, value: Row, digest: str) -> Annotator:
    _check_set(str(path), value.get("set"), digest)
    try:
        found = AnnotationsFile.model_validate(value)
    except ValidationError as exc:
        raise InputError(f"{path}: {first_error(exc)}") from None
    return Annotator(found.annotator, path, found.answers, found.role)


def _of_csv(path: Path, text: str, digest: str) -> Annotator:
    csv.field_size_limit(MAX_CELL)
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    answers: dict[str, Answer] = {}
    try:
        missing = {"id", "set", *FAULTS, "decision"}.difference(reader.fieldnames or ())
        if missing:
            raise InputError(f"{path}:1: the column {min(missing)!r} is missing")
        for row in reader:
            where = f"{path}:{reader.line_num}"
            cells = {name: _plain(row.get(name)) for name in ("id", "set", *_FILLED, *CORRECTED)}
            _check_set(where, cells["set"], digest)
            if not any(cells[name].strip() for name in _FILLED):
                continue
            if cells["id"] in answers:
                raise InputError(f"{where}: a second answer for {cells['id']!r}")
            faults = {name: _yes(where, name, cells[name]) for name in FAULTS}
            answers[cells["id"]] = _filled(where, faults, cells["decision"].strip().lower(), cells)
    except csv.Error as exc:
        raise InputError(f"{path}:{max(reader.line_num, 1)}: not CSV ({exc})") from None
    return Annotator(path.stem, path, answers)


def _yes(where: str, name: str, cell: str) -> bool:
    word = cell.strip().lower()
    if word not in _YES | _NO:
        raise InputError(f"{where}: {name} must be yes or no, not {cell[:60]!r}")
    return word in _YES


class _Value(BaseModel):
    choices: list[str] = []
    text: list[str] | str = ""


class _Result(BaseModel):
    from_name: str = ""
    value: _Value = _Value()


class _Person(BaseModel):
    id: int | None = None
    email: str = ""


class _Annotation(BaseModel):
    completed_by: _Person | int | str | None = None
    was_cancelled: bool = False
    result: list[_Result] = []

    @property
    def who(self) -> str:
        person = self.completed_by
        return str((person.email or person.id) if isinstance(person, _Person) else person)

    def answer(self, where: str) -> Answer:
        given = {result.from_name: result.value for result in self.result}
        texts = {name: given.get(name, _Value()).text for name in ("note", *CORRECTED)}
        faults = given.get("faults", _Value()).choices
        decision = given.get("decision", _Value()).choices
        return _filled(
            where,
            {name: name in faults for name in FAULTS},
            decision[0] if decision else "",
            {name: text if isinstance(text, str) else "\n".join(text) for name, text in texts.items()},
        )


class _Data(BaseModel):
    id: str
    set: str = ""


class _Task(BaseModel):
    """The fields of Label Studio's export that are read."""

    data: _Data
    annotations: list[_Annotation]


def _of_label_studio(path: Path, digest: str) -> Iterator[Annotator]:
    answers: dict[str, dict[str, Answer]] = {}
    for number, row in rows(path):
        where = f"{path}: task {number}"
        try:
            task = _Task.model_validate(row)
        except ValidationError as exc:
            raise InputError(f"{where}: not of Label Studio's JSON export ({first_error(exc)})") from None
        _check_set(where, task.data.set, digest)
        for annotation in task.annotations:
            if annotation.was_cancelled:
                continue
            mine = answers.setdefault(annotation.who, {})
            if task.data.id in mine:
                raise InputError(f"{where}: a second answer for {task.data.id!r} by {annotation.who!r}")
            mine[task.data.id] = annotation.answer(where)
    if not answers:
        raise InputError(f"{path}: no annotations in this file")
    for name, given in answers.items():
        yield Annotator(name, path, given)
