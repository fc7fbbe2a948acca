"""An instruction out of the parts that a model gave."""

from __future__ import annotations

from collections.abc import Iterable

from trace_builder.records import Instruction
from trace_builder.stages.common.constraint_checks import constraint
from trace_builder.support.bilingual import Text
from trace_builder.support.text import is_placeholder, squeeze, unmarked
from trace_builder.taxonomy import Taxonomy

LOST_TEXT: dict[str, Text] = {
    "lost_text": Text("something of the instruction stands in none of the parts", "指令中有内容没有保留下来")
}


def make_instruction(
    description: str | None,
    constraints: Iterable[tuple[str, str]],
    found: str | None,
    given: str | None,
    taxonomy: Taxonomy,
) -> Instruction:
    """The instruction, its constraints numbered c1, c2 ... in their order.

    Args:
        constraints: text and label of each; empty ones are left out.
        found: material that the model has found in the text.
        given: the seed's own input. It is kept as it is: copying a long text through a model costs tokens and
            errors.
    """
    texts = [(unmarked(text), label) for text, label in constraints if not says_nothing(text)]
    return Instruction(
        description=(description or "").strip(),
        constraints=tuple(
            constraint(f"c{number}", text, dimension_of(label, taxonomy))
            for number, (text, label) in enumerate(texts, start=1)
        ),
        input=given if given is not None else (None if says_nothing(found) else (found or "").strip()),
    )


def dimension_of(label: str, taxonomy: Taxonomy) -> str | None:
    dimension = taxonomy.find(label)
    return dimension.id if dimension else None


def says_nothing(text: str | None) -> bool:
    """Whether a field says nothing: null, a placeholder such as "NULL" or "无", or marks alone."""
    return text is None or is_placeholder(text) or not squeeze(text)
