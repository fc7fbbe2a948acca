"""Takes the structured instructions out of records and out of the rows of every file the product knows."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass
from pathlib import Path

from pydantic import AliasChoices, BaseModel, Field, ValidationError

from trace_builder.errors import InputError
from trace_builder.records import BoundCheck, Instruction
from trace_builder.released_rows import NO_INPUT, ReleasedRow
from trace_builder.stages.common.constraint_checks import read_check
from trace_builder.storage.jsonl import Row, first_error, rows
from trace_builder.support.text import detect_lang

#: The texts of a record that answer its instruction, whichever of them it has.
_RESPONSES = ("response", "chosen", "rejected")


@dataclass(frozen=True, slots=True)
class Example:
    """One instruction <description, constraints, input>, with the responses that stand beside it.

    ``constraints`` pairs each text with its label as found: a taxonomy id, a dimension's name, or None.
    ``bound`` are the checks that they are bound to, in the same order: those a record carries, else what the
    grammar reads. ``prompt`` is the whole user turn. ``checks`` says for each property the format promises
    whether this row keeps it.
    """

    id: str
    lang: str
    description: str
    constraints: tuple[tuple[str, str | None], ...]
    bound: tuple[BoundCheck | None, ...]
    input: str | None
    prompt: str
    responses: tuple[str, ...] = ()
    checks: tuple[tuple[str, bool], ...] = ()


class _OwnRow(BaseModel):
    """A row with one instruction (structured, checked, answered, a preference pair), or an IOPO group as a
    run writes it, or a release with the prompts rendered and their parts beside them."""

    id: str = ""
    lang: str = ""
    instruction: Instruction | None = None
    response: str | None = None
    chosen: str | None = None
    rejected: str | None = None
    x1: Instruction | None = Field(None, validation_alias=AliasChoices("x1_parts", "x1"))
    x2: Instruction | None = Field(None, validation_alias=AliasChoices("x2_parts", "x2"))
    y1: str | None = None
    y2: str | None = None

    def examples(self) -> Iterator[Example]:
        return record_examples(self, self.id, self.lang)


class _Released(ReleasedRow):
    """A row of the released TRACE evaluation set, and of files in its format."""

    def examples(self) -> Iterator[Example]:
        splits, labels = self.constraints_splits, self.levels2 or ()
        flat = "\n".join(splits) if self.constraints is None else self.constraints
        source = None if self.input == NO_INPUT else self.input
        expected = f"{self.description}\n{flat}\n" + (f"# Inputs:\n{source}\n" if source is not None else "")
        users = [turn.content for turn in self.messages or () if turn.role == "user"]
        prompt = users[-1] if users else expected
        aligned = len(labels) == self.constraints_num == len(splits)
        yield Example(
            id=self.id,
            lang=self.lang or detect_lang(prompt),
            description=self.description,
            constraints=tuple(zip(splits, [*labels, *[None] * len(splits)], strict=False)),
            bound=tuple(read_check(text) for text in splits),
            input=source,
            prompt=prompt,
            checks=(
                ("one label and one number for each constraint", aligned),
                ("constraints joined by newlines give the constraint text", "\n".join(splits) == flat),
                ("the user turn is description, constraints, input", prompt == expected),
            ),
        )


def record_examples(record: BaseModel, name: str, lang: str) -> Iterator[Example]:
    """Every instruction that a record of any stage holds; of a group's two each has its own response."""
    texts = {key: value for key, value in record if isinstance(value, str)}
    found = [(key, value) for key, value in record if isinstance(value, Instruction)]
    for key, instruction in found:
        own = (key.replace("x", "y"),) if key in ("x1", "x2") else _RESPONSES
        prompt = instruction.render()
        yield Example(
            id=name if len(found) == 1 else f"{name} {key}",
            lang=lang or detect_lang(prompt),
            description=instruction.description,
            constraints=tuple((c.text, c.dimension) for c in instruction.constraints),
            bound=tuple(c.check for c in instruction.constraints),
            input=instruction.input,
            prompt=prompt,
            responses=tuple(texts[key] for key in own if key in texts),
        )


def row_kind(row: Row) -> type[_OwnRow] | type[_Released] | None:
    """How rows like this one are read; None for rows that hold no structured instruction."""
    if row.keys() & {"constraints_splits", "levels2"}:
        return _Released
    parts: Set[str] = {key for key, value in row.items() if isinstance(value, dict)}
    if "instruction" in parts or {"x1", "x2"} <= parts or {"x1_parts", "x2_parts"} <= parts:
        return _OwnRow
    return None


def first_row(path: Path) -> Row | None:
    """The first row of a JSON Lines file; None where there is none. Raises InputError: it is no object."""
    return next((row for _, row in rows(path)), None)


def examples(path: Path) -> Iterator[Example]:
    """Every instruction of a JSON Lines file; none where its first row holds none.

    Raises:
        InputError: a row is not of the format, naming file, line and field.
    """
    kind = None
    for number, row in rows(path):
        kind = kind or row_kind(row)
        if kind is None:
            return
        try:
            yield from kind.model_validate(row).examples()
        except ValidationError as exc:
            raise InputError(f"{path}:{number}: {first_error(exc)}") from None
