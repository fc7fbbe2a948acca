"""quality: is the instruction complete, free of redundancy, and can it be followed (paper B.3, B.4)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from trace_builder.config import AskingSection, CallConfig, RunConfig
from trace_builder.records import Checked, Rejection, Structured
from trace_builder.stages.base import Ask, Stage
from trace_builder.stages.common.answer_schemas import Completeness, QualityVerdicts, Redundancy
from trace_builder.stages.common.prompt_values import instruction_values
from trace_builder.support.bilingual import Text
from trace_builder.taxonomy import Taxonomy


class QualityConfig(AskingSection):
    call: CallConfig = CallConfig(temperature=0.0, top_p=1.0, max_tokens=1024)
    questions: Literal["one", "two"] = Field(
        default="one", description="one: three verdicts in one answer; two: the paper's, completeness first."
    )


class Quality(Stage[Structured, Checked]):
    """One question with a verdict each on completeness, redundancy and feasibility; or the paper's two, the
    second asked only where the first passes."""

    name = "quality"
    label = Text("complete, not redundant", "完整且无冗余")
    follows = "structure"
    reads = Structured
    makes = Checked
    prompts = ("quality", "complete", "redundant")
    config = QualityConfig
    reasons = {
        "incomplete_description": Text("the description does not stand alone", "描述不能独立成立"),
        "missing_input": Text("an input is referred to and not there", "提到了输入，但没有给出"),
        "mismatched_input": Text("input and description do not belong together", "输入与描述不相符"),
        "redundant_constraints": Text("constraints repeat one another", "约束相互重复"),
        "redundant_description": Text("the description repeats constraints", "描述重复了约束"),
        "redundant_input": Text("the input repeats other parts", "输入重复了其他部分"),
        "contradictory": Text("the instruction contradicts itself", "指令自相矛盾"),
        "infeasible": Text("a demand that nobody can meet", "有无法做到的要求"),
    }
    shows = ("completeness", "redundancy", "feasibility")

    def __init__(self, config: RunConfig, taxonomy: Taxonomy) -> None:
        super().__init__(config, taxonomy)
        self._config = config.section(QualityConfig)

    async def process(self, record: Structured, ask: Ask) -> Checked | Rejection:
        values, call = instruction_values(record.instruction), self._config.call
        if self._config.questions == "one":
            reply = (await ask("quality", values, QualityVerdicts, call)).value
            if reply.complete.verdict != "complete":
                return Rejection(reason=reply.complete.verdict, detail=reply.complete.reasoning)
            if reply.redundant.verdict != "none":
                return Rejection(reason=reply.redundant.verdict, detail=reply.redundant.reasoning)
            if reply.feasible.verdict != "feasible":
                return Rejection(reason=reply.feasible.verdict, detail=reply.feasible.reasoning)
            reasons = (reply.complete.reasoning, reply.redundant.reasoning, reply.feasible.reasoning)
            return _checked(record, *reasons)
        complete = (await ask("complete", values, Completeness, call)).value
        if complete.verdict != "complete":
            return Rejection(reason=complete.verdict, detail=complete.reasoning)
        redundant = (await ask("redundant", values, Redundancy, call)).value
        if redundant.verdict != "none":
            return Rejection(reason=redundant.verdict, detail=redundant.reasoning)
        return _checked(record, complete.reasoning, redundant.reasoning, "")


def _checked(record: Structured, completeness: str, redundancy: str, feasibility: str) -> Checked:
    return Checked(
        id=record.id,
        lang=record.lang,
        source=record.source,
        instruction=record.instruction,
        completeness=completeness,
        redundancy=redundancy,
        feasibility=feasibility,
    )
