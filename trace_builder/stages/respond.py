"""respond: y is generated and every constraint judged; kept when every one has full marks (paper B.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from trace_builder.config import AskingSection, CallConfig, RunConfig
from trace_builder.records import Answered, Attempted, Checked, FailedResponse, Rejection
from trace_builder.stages.base import Ask, Product, Stage
from trace_builder.stages.common.product_rows import prompt_row
from trace_builder.stages.common.response_faults import FAULTS, response_fault
from trace_builder.stages.judging.judging import judge, judge_call, judge_settings
from trace_builder.support.bilingual import Text

if TYPE_CHECKING:
    from trace_builder.taxonomy import Taxonomy


class RespondConfig(AskingSection):
    call: CallConfig = CallConfig(temperature=0.7, max_tokens=4096)
    samples: int = Field(default=1, ge=1, description="Responses tried until one is perfect.")


class Respond(Stage[Checked, Answered]):
    """Tries up to ``respond.samples`` responses until one is perfect, and keeps the imperfect ones with their
    judgements: they are natural, on-policy rejected responses."""

    name = "respond"
    label = Text("answered; all must have full marks", "生成回答，各项须得满分")
    follows = "bind"
    reads = Checked
    makes = Answered
    prompts = ("respond", "judge")
    config = RespondConfig
    reasons = {
        "imperfect_response": Text(
            "no response with full marks for every constraint", "没有各项约束均得满分的回答"
        ),
        **FAULTS,
    }
    shows = ("response", "judgement", "imperfect")
    product = Product(
        "sft", "SFT", Text("instructions with a response of full marks", "指令及其满分回答"), prompt_row
    )

    def __init__(self, config: RunConfig, taxonomy: Taxonomy) -> None:
        super().__init__(config, taxonomy)
        self._config = config.section(RespondConfig)
        self._judge = config.judge

    @property
    def calls(self) -> tuple[CallConfig, ...]:
        return (self._config.call, judge_call(self._judge))

    @property
    def settings(self) -> dict[str, Any]:
        return {**super().settings, "judge": judge_settings(self._judge)}

    async def process(self, record: Checked, ask: Ask) -> Answered | Rejection:
        imperfect: list[FailedResponse] = []
        values = {"instruction": record.instruction.render()}
        for sample in range(self._config.samples):
            answer = await ask("respond", values, str, self._config.call, sample=sample)
            fault = response_fault(answer)
            if fault is not None:
                imperfect.append(FailedResponse(response=answer.value, fault=fault))
                continue
            judgement = await judge(ask, record.instruction, answer.value, self._judge)
            if judgement.perfect:
                return Answered(
                    id=record.id,
                    lang=record.lang,
                    source=record.source,
                    instruction=record.instruction,
                    response=answer.value,
                    judgement=judgement,
                    imperfect=tuple(imperfect),
                )
            imperfect.append(FailedResponse(response=answer.value, judgement=judgement))
        return _rejection(record, imperfect)


def _rejection(record: Checked, imperfect: list[FailedResponse]) -> Rejection:
    """Judged and imperfect if any response was worth judging; else what was wrong with the last one."""
    kept = Attempted(
        id=record.id,
        lang=record.lang,
        source=record.source,
        instruction=record.instruction,
        imperfect=tuple(imperfect),
    )
    judged = [a.judgement for a in imperfect if a.judgement is not None]
    if judged:
        best = max(judged, key=lambda j: j.overall or 0)
        detail = f"{len(judged)} judged, the best is short of full marks in {', '.join(best.imperfect)}"
        return Rejection(reason="imperfect_response", detail=detail, kept=kept)
    fault = imperfect[-1].fault
    assert fault is not None
    return Rejection(reason=fault, detail=f"{len(imperfect)} tried")
