"""A row of the released evaluation set: the authors' file as it is, and our release's, which equals it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator

from trace_builder.errors import InputError
from trace_builder.records import Constraint, Instruction, Item, Lang, Record
from trace_builder.stages.common.constraint_checks import constraint
from trace_builder.support.text import detect_lang
from trace_builder.taxonomy import Taxonomy

SYSTEM = "You are a helpful assistant."
#: What stands for no input.
NO_INPUT = "NULL"
#: What stands for a constraint whose label lies outside the taxonomy.
NO_DIMENSION = "·"


class EvalItem(Item):
    """An instruction of an evaluation set. ``prompt`` is the user turn as the file has it, byte for byte;
    ``labels`` are the dimensions' names as the file has them, in the constraints' positions."""

    instruction: Instruction
    prompt: str
    labels: tuple[str, ...] = ()
    category: str = "trace_builder"

    @property
    def constraints(self) -> tuple[Constraint, ...]:
        return self.instruction.constraints


class Turn(Record):
    """A turn of the conversation that is asked."""

    role: Literal["system", "user"]
    content: str


class ReleasedRow(Record):
    """The columns, in the file's order. Other people's rows may leave out what can be told from the rest, and
    may name the language and the source."""

    id: str = Field(min_length=1)
    messages: list[Turn] | None = None
    type: str = "trace"
    description: str
    constraints: str | None = None
    input: str | None = None
    constraints_num: int | None = None
    constraints_splits: list[str]
    levels2: list[str] | None = None
    category: str = "trace_builder"
    lang: Lang | None = None
    source: str | None = None

    @field_validator("id", mode="before")
    @classmethod
    def _as_text(cls, value: object) -> object:
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else value

    def fault(self, system: str | None) -> str:
        """What contradicts something else in the row; empty for a good one."""
        texts = self.constraints_splits
        if not texts:
            return "the instruction has no constraints, so there is nothing to judge"
        if not all(text.strip() for text in texts):
            return "an empty constraint in 'constraints_splits'"
        if self.constraints_num not in (None, len(texts)):
            return f"'constraints_num' is {self.constraints_num}, but 'constraints_splits' has {len(texts)}"
        if self.constraints not in (None, "\n".join(texts)):
            return "'constraints' is not the lines of 'constraints_splits'"
        if self.levels2 is not None and len(self.levels2) != len(texts):
            return f"'levels2' has {len(self.levels2)} labels for {len(texts)} constraints"
        users = [turn.content.strip() for turn in self.messages or () if turn.role == "user"]
        if self.messages is not None and (len(users) != 1 or not users[0]):
            return "'messages' must have exactly one user turn with a text"
        own = next((turn.content for turn in self.messages or () if turn.role == "system"), system)
        if system is not None and own != system:
            return (
                f"its system turn is {str(own)[:60]!r}, but {system[:60]!r} would be sent; "
                "remove it or edit prompts/<lang>/respond.md"
            )
        return ""


def read_released_row(
    where: str, row: Mapping[str, Any], taxonomy: Taxonomy, system: Callable[[Lang], str] | None = None
) -> EvalItem:
    """The instruction in a row.

    Args:
        where: file and line, for the error.
        system: the system turn that will be sent in a language; a row with another one is refused, since it
            would not be asked as the file says.

    Raises:
        InputError: an unknown column, no constraints, columns that contradict one another.
    """
    try:
        found = ReleasedRow.model_validate(row)
    except ValidationError as exc:
        raise InputError(f"{where}: {_sentence(exc)}") from None
    lang = found.lang or detect_lang(found.description, "\n".join(found.constraints_splits))
    if fault := found.fault(system(lang) if system else None):
        raise InputError(f"{where}: {fault}")
    labels = tuple(found.levels2 or ("" for _ in found.constraints_splits))
    instruction = Instruction(
        description=found.description,
        constraints=tuple(
            constraint(f"c{n}", text, known.id if (known := taxonomy.find(label)) else None)
            for n, (text, label) in enumerate(zip(found.constraints_splits, labels, strict=True), start=1)
        ),
        input=None if found.input == NO_INPUT else found.input,
    )
    turns = [turn.content for turn in found.messages or () if turn.role == "user"]
    return EvalItem(
        id=found.id,
        lang=lang,
        source=found.source,
        instruction=instruction,
        prompt=turns[0] if turns else instruction.render(),
        labels=labels,
        category=found.category,
    )


def _sentence(exc: ValidationError) -> str:
    error = exc.errors()[0]
    name = ".".join(map(str, error["loc"]))
    if error["type"] == "extra_forbidden":
        return f"unknown column {name!r}; the evaluation format has {', '.join(ReleasedRow.model_fields)}"
    if error["type"] == "missing":
        return f"the column {name!r} is missing"
    return f"{name!r}: {error['msg'][0].lower()}{error['msg'][1:]}"


def released_row(item: EvalItem) -> dict[str, Any]:
    """An instruction as a row."""
    texts = [constraint.text for constraint in item.constraints]
    found = ReleasedRow(
        id=item.id,
        messages=[
            Turn(role="system", content=SYSTEM),
            Turn(role="user", content=item.instruction.render()),
        ],
        description=item.instruction.description,
        constraints="\n".join(texts),
        input=NO_INPUT if item.instruction.input is None else item.instruction.input,
        constraints_num=len(texts),
        constraints_splits=texts,
        levels2=[label or NO_DIMENSION for label in item.labels or ("" for _ in texts)],
        category=item.category,
    )
    return found.model_dump(mode="json", exclude={"lang", "source"})


def eval_item(item: Item, instruction: Instruction, taxonomy: Taxonomy) -> EvalItem:
    """A run's record as an instruction of an evaluation set, labelled with the dimensions' Chinese names."""
    names = {dimension.id: dimension.name["zh"] for dimension in taxonomy.dimensions}
    return EvalItem(
        id=item.id,
        lang=item.lang,
        source=item.source,
        instruction=instruction,
        prompt=instruction.render(),
        labels=tuple(names.get(c.dimension or "", NO_DIMENSION) for c in instruction.constraints),
    )
