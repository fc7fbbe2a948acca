"""structure: flat text is taken apart into description, constraints and input (paper B.2)."""

from __future__ import annotations

from typing import Any

from trace_builder.config import CallConfig, RunConfig
from trace_builder.records import Constraint, Expanded, Instruction, Rejection, Structured
from trace_builder.seeds.formats import is_placeholder
from trace_builder.stages.base import Ask
from trace_builder.stages.common.answer_schemas import Structuring
from trace_builder.taxonomy import Taxonomy
from trace_builder.text import containment, numbers, squeeze, unmarked

#: A shorter piece may well stand in another field by chance ("in English").
_REPEAT_LENGTH = 10


class Structure:
    """Asks for the three fields and checks every piece against the text it was taken from."""

    name = "structure"
    follows = "expand"
    reads = Expanded
    makes = Structured
    prompts = ("structure",)
    code = (
        __name__,
        "trace_builder.seeds.formats",
        "trace_builder.stages.common.answer_schemas",
        "trace_builder.taxonomy",
        "trace_builder.text",
    )

    def __init__(self, config: RunConfig, taxonomy: Taxonomy) -> None:
        self._config = config.structure
        self._taxonomy = taxonomy

    @property
    def calls(self) -> tuple[CallConfig, ...]:
        return (self._config.call,)

    @property
    def settings(self) -> dict[str, Any]:
        return {"overlap": self._config.overlap, "taxonomy": self._taxonomy.digest()}

    async def process(self, record: Expanded, ask: Ask) -> Structured | Rejection:
        values = {"text": record.text, "input": record.input}
        reply = (await ask("structure", values, Structuring, self._config.call)).value
        if reply.verdict == "contradictory":
            return Rejection(reason="contradictory", detail=reply.reasoning)
        if reply.verdict == "poor" or _nothing(reply.description):
            return Rejection(reason="poor_instruction", detail=reply.reasoning)
        instruction = self._instruction(reply, record)
        return self._fault(instruction, record) or Structured(
            id=record.id, lang=record.lang, source=record.source, instruction=instruction
        )

    def _instruction(self, reply: Structuring, record: Expanded) -> Instruction:
        texts = [(unmarked(c.text), c.dimension) for c in reply.constraints if not _nothing(c.text)]
        constraints = tuple(
            Constraint(id=f"c{number}", text=text, dimension=self._dimension(label))
            for number, (text, label) in enumerate(texts, start=1)
        )
        found = None if reply.input is None or _nothing(reply.input) else reply.input.strip()
        # A seed's own input is kept as it is: copying a long text through a model costs tokens and errors.
        return Instruction(
            description=(reply.description or "").strip(),
            constraints=constraints,
            input=record.input if record.input is not None else found,
        )

    def _dimension(self, label: str) -> str | None:
        dimension = self._taxonomy.find(label)
        return dimension.id if dimension else None

    def _fault(self, instruction: Instruction, record: Expanded) -> Rejection | None:
        if not instruction.constraints:
            return Rejection(reason="no_constraints", detail="nothing was extracted as a constraint")
        for constraint in instruction.constraints:
            leaked = self._taxonomy.leaked(constraint.text)
            if leaked:
                return Rejection(reason="name_leaked", detail=f"{constraint.id} holds {', '.join(leaked)}")
        return self._invented(instruction, record) or _repeated(instruction)

    def _invented(self, instruction: Instruction, record: Expanded) -> Rejection | None:
        pieces = [("description", instruction.description)]
        pieces += [(c.id, c.text) for c in instruction.constraints]
        if instruction.input is not None and record.input is None:
            pieces.append(("input", instruction.input))
        for name, piece in pieces:
            share = containment(piece, record.text)
            if share < self._config.overlap:
                detail = f"{share:.0%} of {name} stands in the expanded text: {piece[:80]}"
                return Rejection(reason="invented_text", detail=detail)
            # A changed figure hides among the rest of a long piece, and changes what is asked.
            figures = numbers(piece) - numbers(record.text)
            if figures:
                detail = f"{', '.join(sorted(figures))} in {name} does not stand in the expanded text"
                return Rejection(reason="invented_text", detail=detail)
        return None


def _nothing(text: str | None) -> bool:
    """Whether a field says nothing: null, a placeholder such as "NULL" or "无", or marks alone."""
    return text is None or is_placeholder(text) or not squeeze(text)


def _repeated(instruction: Instruction) -> Rejection | None:
    """The three fields must not repeat one another (B.2); nearer judgements are left to quality."""
    fields = {
        "the description": squeeze(instruction.description),
        "the input": squeeze(instruction.input or ""),
    }
    seen: dict[str, str] = {}
    for constraint in instruction.constraints:
        piece = squeeze(constraint.text)
        if piece in seen:
            return Rejection(reason="repeated_text", detail=f"{constraint.id} says what {seen[piece]} says")
        seen[piece] = constraint.id
        for name, text in fields.items():
            if len(piece) >= _REPEAT_LENGTH and piece in text:
                return Rejection(reason="repeated_text", detail=f"{constraint.id} stands in {name} too")
    given = fields["the input"]
    places = {"the description": fields["the description"], **{name: text for text, name in seen.items()}}
    for name, text in places.items():
        if len(given) >= _REPEAT_LENGTH and given in text:
            return Rejection(reason="repeated_text", detail=f"the input stands in {name} too")
    return None
