"""The evaluation format: the authors' released file as it is, and our release's, which equals it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trace_builder.errors import InputError
from trace_builder.evaluate.items import EvalItem
from trace_builder.evaluate.lines import Row, read_rows, read_text, row_id
from trace_builder.records import Constraint, Instruction, Lang
from trace_builder.seeds.formats import detect_lang
from trace_builder.taxonomy import Taxonomy

#: What stands for no input in the released file.
NO_INPUT = "NULL"

FIELDS = frozenset(
    (
        "id", "messages", "type", "description", "constraints", "input", "constraints_num",
        "constraints_splits", "levels2", "category", "lang", "source",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class EvalSet:
    """The instructions of a file, in its order, and 12 hex digits over the file."""

    path: Path
    digest: str
    items: tuple[EvalItem, ...]


def read_evalset(
    path: Path, taxonomy: Taxonomy, limit: int | None = None, system: Callable[[Lang], str] | None = None
) -> EvalSet:
    """Reads an evaluation file.

    Args:
        limit: take the first so many.
        system: the system turn that will be sent in a language; a record with another one is refused, since
            it would not be asked as the file says.

    Raises:
        InputError: with file and line: an unknown field, no constraints, fields that contradict one another,
            an id that is there twice, a system turn of its own.
    """
    items: dict[str, EvalItem] = {}
    lines: dict[str, int] = {}
    for number, row in read_rows(path):
        if limit is not None and len(items) >= limit:
            break
        item = _item(_Fields(path, number, row), taxonomy, system)
        if item.id in items:
            raise InputError(f"{path}:{number}: the id {item.id!r} is already in line {lines[item.id]}")
        items[item.id] = item
        lines[item.id] = number
    if not items:
        raise InputError(f"{path}: no instructions in this file")
    digest = hashlib.sha256(read_text(path).encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return EvalSet(path, digest, tuple(items.values()))


@dataclass(frozen=True, slots=True)
class _Fields:
    """One row, and what to say where it is wrong."""

    path: Path
    number: int
    row: Row

    def wrong(self, what: str) -> InputError:
        return InputError(f"{self.path}:{self.number}: {what}")

    def text(self, name: str) -> str:
        value = self.row.get(name)
        if not isinstance(value, str):
            raise self.wrong(f"{name!r} must be a text, not {_kind(value)}")
        return value

    def texts(self, name: str) -> list[str]:
        value = self.row.get(name)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.wrong(f"{name!r} must be a list of texts, not {_kind(value)}")
        return value


def _kind(value: object) -> str:
    return "missing" if value is None else type(value).__name__


def _item(fields: _Fields, taxonomy: Taxonomy, system: Callable[[Lang], str] | None) -> EvalItem:
    row = fields.row
    unknown = sorted(set(row) - FIELDS)
    if unknown:
        raise fields.wrong(
            f"unknown field {unknown[0]!r}; the evaluation format has {', '.join(sorted(FIELDS))}"
        )
    id_ = row_id(fields.path, fields.number, row)
    description = fields.text("description")
    texts = _constraint_texts(fields)
    labels = _labels(fields, len(texts))
    given = row.get("input")
    if given is not None and not isinstance(given, str):
        raise fields.wrong(f"'input' must be a text, not {_kind(given)}")
    instruction = Instruction(
        description=description,
        constraints=tuple(
            Constraint(id=f"c{n}", text=text, dimension=dimension.id if dimension else None)
            for n, (text, dimension) in enumerate(
                zip(texts, (taxonomy.find(label) for label in labels), strict=True), start=1
            )
        ),
        input=None if given in (None, NO_INPUT) else given,
    )
    lang = _lang(fields, description, texts)
    prompt = _user_turn(fields, system(lang) if system else None)
    return EvalItem(
        id=id_,
        lang=lang,
        source=row.get("source") if isinstance(row.get("source"), str) else None,
        instruction=instruction,
        prompt=instruction.render() if prompt is None else prompt,
        labels=tuple(labels),
        **({"category": row["category"]} if isinstance(row.get("category"), str) else {}),
    )


def _constraint_texts(fields: _Fields) -> list[str]:
    if fields.row.get("constraints_splits") is None:
        raise fields.wrong("'constraints_splits' is missing; constraints are never found by splitting lines")
    texts = fields.texts("constraints_splits")
    if not texts:
        raise fields.wrong("the instruction has no constraints, so there is nothing to judge")
    if not all(text.strip() for text in texts):
        raise fields.wrong("an empty constraint in 'constraints_splits'")
    number = fields.row.get("constraints_num", len(texts))
    if number != len(texts):
        raise fields.wrong(f"'constraints_num' is {number!r}, but 'constraints_splits' has {len(texts)}")
    joined = fields.row.get("constraints")
    if joined is not None and joined != "\n".join(texts):
        raise fields.wrong("'constraints' is not the lines of 'constraints_splits'")
    return texts


def _labels(fields: _Fields, count: int) -> list[str]:
    if fields.row.get("levels2") is None:
        return [""] * count
    labels = fields.texts("levels2")
    if len(labels) != count:
        raise fields.wrong(f"'levels2' has {len(labels)} labels for {count} constraints")
    return labels


def _lang(fields: _Fields, description: str, texts: list[str]) -> Lang:
    given = fields.row.get("lang")
    if given in ("en", "zh"):
        return given  # type: ignore[no-any-return]
    if given is not None:
        raise fields.wrong(f"'lang' must be en or zh, not {given!r}")
    return detect_lang(description) or detect_lang("\n".join(texts)) or "en"


def _user_turn(fields: _Fields, system: str | None) -> str | None:
    """The user turn of ``messages``; None without messages."""
    turns = fields.row.get("messages")
    if turns is None:
        return None
    if not isinstance(turns, list) or not all(isinstance(turn, dict) for turn in turns):
        raise fields.wrong("'messages' must be a list of objects with role and content")
    users = [turn.get("content") for turn in turns if turn.get("role") == "user"]
    if len(users) != 1 or not isinstance(users[0], str) or not users[0].strip():
        raise fields.wrong("'messages' must have exactly one user turn with a text")
    for turn in turns:
        if turn.get("role") not in ("system", "user"):
            raise fields.wrong(
                f"'messages' has a turn of role {turn.get('role')!r}; only system and user may be there"
            )
        if turn.get("role") == "system" and system is not None and turn.get("content") != system:
            raise fields.wrong(
                f"its system turn is {str(turn.get('content'))[:60]!r}, but {system[:60]!r} would be sent; "
                "remove it or edit prompts/<lang>/respond.md"
            )
    return users[0]


def released_row(item: EvalItem, names: Mapping[str, str]) -> dict[str, Any]:
    """An item as a row of the released format. ``names`` maps dimension ids to the names that ``levels2``
    takes where the item has no label of its own."""
    texts = [constraint.text for constraint in item.constraints]
    labels = item.labels or ("",) * len(texts)
    return {
        "id": item.id,
        "messages": [
            {"role": "system", "content": "You are a helpful assistant."},
            {"role": "user", "content": item.instruction.render()},
        ],
        "type": "trace",
        "description": item.instruction.description,
        "constraints": "\n".join(texts),
        "input": NO_INPUT if item.instruction.input is None else item.instruction.input,
        "constraints_num": len(texts),
        "constraints_splits": texts,
        "levels2": [
            label or names.get(constraint.dimension or "", "·")
            for label, constraint in zip(labels, item.constraints, strict=True)
        ],
        "category": item.category,
    }
