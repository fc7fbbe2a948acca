"""structure: the instruction in its parts, verified against what they were made from (paper B.2)."""

from __future__ import annotations

from typing import Any

from trace_builder.config import AskingSection, CallConfig, RunConfig
from trace_builder.records import Expanded, Instruction, Rejection, Structured
from trace_builder.stages.base import Ask, Stage
from trace_builder.stages.common.answer_schemas import Structuring
from trace_builder.stages.common.constraint_checks import contradiction
from trace_builder.stages.common.instruction_text import fragment, lost_sentence, repetition, snapped
from trace_builder.stages.common.leaked_names import NAME_LEAKED, leaked_name
from trace_builder.stages.common.parts import LOST_TEXT, make_instruction, says_nothing
from trace_builder.support.bilingual import Text
from trace_builder.support.text import numbers
from trace_builder.taxonomy import Taxonomy

#: Least temperature of the second question about a text: at 0 it would be answered like the first.
_WARMER = 0.3


class StructureConfig(AskingSection):
    call: CallConfig = CallConfig(temperature=0.0, top_p=1.0)


class Structure(Stage[Expanded, Structured]):
    """Verifies parts by code, without asking. Running text is taken apart by the model: every piece has to be
    a passage of the text, and every sentence of the text has to be found again in a piece."""

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
        **LOST_TEXT,
        "invented_text": Text(
            "a piece that the expanded instruction does not contain", "包含扩展指令中没有的内容"
        ),
        "repeated_text": Text(
            "description, constraints and input repeat one another", "描述、约束与输入相互重复"
        ),
        "fragment": Text("a constraint that cannot stand alone", "有约束不能独立成句"),
    }
    shows = ("instruction",)

    def __init__(self, config: RunConfig, taxonomy: Taxonomy) -> None:
        super().__init__(config, taxonomy)
        self._call = config.section(StructureConfig).call
        self._code_checks = config.judge.code_checks

    @property
    def settings(self) -> dict[str, Any]:
        shaping = {"taxonomy": self.taxonomy.digest(), "code_checks": self._code_checks}
        return {**super().settings, **shaping}

    async def process(self, record: Expanded, ask: Ask) -> Structured | Rejection:
        made = record.parts or await self._taken_apart(record, ask)
        if isinstance(made, Rejection):
            return made
        return self._fault(made) or Structured(
            id=record.id, lang=record.lang, source=record.source, instruction=made
        )

    async def _taken_apart(self, record: Expanded, ask: Ask) -> Instruction | Rejection:
        """The parts of a running text. A sentence that got lost is asked for once more."""
        text = record.text or ""
        values = {"text": text, "input": record.input}
        made: Instruction | Rejection
        for sample in range(2):
            warmer = max(self._call.temperature, _WARMER) if sample else self._call.temperature
            call = self._call.model_copy(update={"temperature": warmer})
            reply = (await ask("structure", values, Structuring, call, sample=sample)).value
            made = self._verified(reply, record, text)
            if isinstance(made, Rejection):
                return made
            lost = lost_sentence(text, made)
            if lost is None:
                return made
        return Rejection(reason="lost_text", detail=f"no part has: {lost}")

    def _verified(self, reply: Structuring, record: Expanded, text: str) -> Instruction | Rejection:
        if reply.verdict == "contradictory":
            return Rejection(reason="contradictory", detail=reply.reasoning)
        if reply.verdict == "poor" or says_nothing(reply.description):
            return Rejection(reason="poor_instruction", detail=reply.reasoning)
        pieces = [c.text for c in reply.constraints if not says_nothing(c.text)]
        whole = [
            ("description", reply.description or ""),
            *((f"c{n}", p) for n, p in enumerate(pieces, start=1)),
        ]
        if record.input is None and not says_nothing(reply.input):
            whole.append(("input", reply.input or ""))
        kept: dict[str, str] = {}
        for name, piece in whole:
            passage = snapped(piece, text)
            # A changed figure hides among the rest of a long piece, and changes what is asked.
            if passage is None or numbers(passage) - numbers(text):
                return Rejection(reason="invented_text", detail=f"{name} is not in the text: {piece[:80]}")
            kept[name] = passage
        labels = [c.dimension for c in reply.constraints if not says_nothing(c.text)]
        texts = [kept[f"c{n}"] for n in range(1, len(pieces) + 1)]
        return make_instruction(
            kept["description"],
            zip(texts, labels, strict=True),
            kept.get("input"),
            record.input,
            self.taxonomy,
        )

    def _fault(self, instruction: Instruction) -> Rejection | None:
        if not instruction.constraints:
            return Rejection(reason="no_constraints", detail="nothing was extracted as a constraint")
        if leaked := leaked_name(instruction.constraints, self.taxonomy):
            return leaked
        if broken := fragment(instruction.constraints):
            return Rejection(reason="fragment", detail=broken)
        if self._code_checks and (told := contradiction(instruction.constraints)):
            return Rejection(reason="contradictory", detail=told)
        repeated = repetition(instruction)
        return Rejection(reason="repeated_text", detail=repeated) if repeated else None
