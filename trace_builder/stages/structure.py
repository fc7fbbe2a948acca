"""structure: flat text is taken apart into description, constraints and input (paper B.2)."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from trace_builder.config import AskingSection, CallConfig, RunConfig
from trace_builder.records import Constraint, Expanded, Instruction, Rejection, Structured
from trace_builder.stages.base import Ask, Stage
from trace_builder.stages.common.answer_schemas import Structuring
from trace_builder.stages.common.leaked_names import NAME_LEAKED, leaked_name
from trace_builder.support.bilingual import Text
from trace_builder.support.text import containment, is_placeholder, numbers, squeeze, unmarked
from trace_builder.taxonomy import Taxonomy

#: A shorter piece may well stand in another field by chance ("in English").
_REPEAT_LENGTH = 10


class StructureConfig(AskingSection):
    call: CallConfig = CallConfig(temperature=0.0, top_p=1.0)
    overlap: float = Field(
        default=0.8, ge=0, le=1, description="Share of a piece that has to be found in the expanded text."
    )


class Structure(Stage[Expanded, Structured]):
    """Asks for the three fields and checks every piece against the text it was taken from."""

    name = "structure"
    label = Text("taken apart into its fields", "拆分为各字段")
    follows = "expand"
    reads = Expanded
    makes = Structured
    prompts = ("structure",)
    config = StructureConfig
    reasons = {
        "contradictory": Text("the instruction contradicts itself", "指令自相矛盾"),
        "poor_instruction": Text("too poor to take apart", "指令质量过低，无法拆分"),
        "no_constraints": Text("nothing could be extracted as a constraint", "没有可提取的约束"),
        **NAME_LEAKED,
        "invented_text": Text(
            "a piece that the expanded instruction does not contain", "包含扩展指令中没有的内容"
        ),
        "repeated_text": Text(
            "description, constraints and input repeat one another", "描述、约束与输入相互重复"
        ),
    }
    shows = ("instruction",)

    def __init__(self, config: RunConfig, taxonomy: Taxonomy) -> None:
        super().__init__(config, taxonomy)
        self._config = config.section(StructureConfig)

    @property
    def settings(self) -> dict[str, Any]:
        return {**super().settings, "taxonomy": self.taxonomy.digest()}

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
        dimension = self.taxonomy.find(label)
        return dimension.id if dimension else None

    def _fault(self, instruction: Instruction, record: Expanded) -> Rejection | None:
        if not instruction.constraints:
            return Rejection(reason="no_constraints", detail="nothing was extracted as a constraint")
        return (
            leaked_name(instruction.constraints, self.taxonomy)
            or self._invented(instruction, record)
            or _repeated(instruction)
        )

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
