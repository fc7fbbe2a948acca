"""quality: is the instruction complete, and is it free of redundancy (paper B.3, B.4)."""

from __future__ import annotations

from trace_builder.config import AskingSection, CallConfig
from trace_builder.records import Checked, Rejection, Structured
from trace_builder.stages.base import Ask, Stage
from trace_builder.stages.common.answer_schemas import Completeness, Redundancy
from trace_builder.stages.common.prompt_values import instruction_values
from trace_builder.support.bilingual import Text


class QualityConfig(AskingSection):
    call: CallConfig = CallConfig(temperature=0.0, top_p=1.0, max_tokens=1024)


class Quality(Stage[Structured, Checked]):
    """Two judgements, the second asked only where the first passes."""

    name = "quality"
    label = Text("complete, not redundant", "完整且无冗余")
    follows = "structure"
    reads = Structured
    makes = Checked
    prompts = ("complete", "redundant")
    config = QualityConfig
    reasons = {
        "incomplete_description": Text("the description does not stand alone", "描述不能独立成立"),
        "missing_input": Text("an input is referred to and not there", "提到了输入，但没有给出"),
        "mismatched_input": Text("input and description do not belong together", "输入与描述不相符"),
        "redundant_constraints": Text("constraints repeat one another", "约束相互重复"),
        "redundant_description": Text("the description repeats constraints", "描述重复了约束"),
        "redundant_input": Text("the input repeats other parts", "输入重复了其他部分"),
    }
    shows = ("completeness", "redundancy")

    async def process(self, record: Structured, ask: Ask) -> Checked | Rejection:
        values, call = instruction_values(record.instruction), self.calls[0]
        complete = (await ask("complete", values, Completeness, call)).value
        if complete.verdict != "complete":
            return Rejection(reason=complete.verdict, detail=complete.reasoning)
        redundant = (await ask("redundant", values, Redundancy, call)).value
        if redundant.verdict != "none":
            return Rejection(reason=redundant.verdict, detail=redundant.reasoning)
        return Checked(
            id=record.id,
            lang=record.lang,
            source=record.source,
            instruction=record.instruction,
            completeness=complete.reasoning,
            redundancy=redundant.reasoning,
        )
