"""quality: is the instruction complete, and is it free of redundancy (paper B.3, B.4)."""

from __future__ import annotations

from typing import Any

from trace_builder.config import CallConfig, RunConfig
from trace_builder.records import Checked, Rejection, Structured
from trace_builder.stages.base import Ask
from trace_builder.stages.common.answer_schemas import Completeness, Redundancy
from trace_builder.stages.common.prompt_values import instruction_values


class Quality:
    """Two judgements, the second asked only where the first passes."""

    name = "quality"
    follows = "structure"
    reads = Structured
    makes = Checked
    prompts = ("complete", "redundant")
    code = (
        __name__,
        "trace_builder.stages.common.prompt_values",
        "trace_builder.stages.common.answer_schemas",
    )

    def __init__(self, config: RunConfig) -> None:
        self._call = config.quality.call

    @property
    def calls(self) -> tuple[CallConfig, ...]:
        return (self._call,)

    @property
    def settings(self) -> dict[str, Any]:
        return {}

    async def process(self, record: Structured, ask: Ask) -> Checked | Rejection:
        values = instruction_values(record.instruction)
        complete = (await ask("complete", values, Completeness, self._call)).value
        if complete.verdict != "complete":
            return Rejection(reason=complete.verdict, detail=complete.reasoning)
        redundant = (await ask("redundant", values, Redundancy, self._call)).value
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
