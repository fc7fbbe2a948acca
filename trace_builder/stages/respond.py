"""respond: y is generated and every constraint judged; kept when every one has a 10 (paper B.5)."""

from __future__ import annotations

from typing import Any

from trace_builder.config import CallConfig, RunConfig
from trace_builder.records import Answered, Checked, FailedResponse, Rejection
from trace_builder.stages.base import Ask
from trace_builder.stages.common.judging import JUDGING_CODE, judge, judge_call, judge_settings
from trace_builder.stages.common.response_faults import response_fault


class Respond:
    """Tries up to ``respond.samples`` responses until one is perfect, and keeps the imperfect ones with their
    judgements: they are natural, on-policy rejected responses."""

    name = "respond"
    follows = "quality"
    reads = Checked
    makes = Answered
    prompts = ("respond", "judge")
    code = (__name__, "trace_builder.stages.common.response_faults", *JUDGING_CODE)

    def __init__(self, config: RunConfig) -> None:
        self._config = config.respond
        self._judge = config.judge

    @property
    def calls(self) -> tuple[CallConfig, ...]:
        return (self._config.call, judge_call(self._judge))

    @property
    def settings(self) -> dict[str, Any]:
        return {"samples": self._config.samples, "judge": judge_settings(self._judge)}

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
        return _rejection(imperfect)


def _rejection(imperfect: list[FailedResponse]) -> Rejection:
    """Judged and imperfect if any response was worth judging; else what was wrong with the last one."""
    kept = {"imperfect": [attempt.model_dump(mode="json") for attempt in imperfect]}
    judged = [a.judgement for a in imperfect if a.judgement is not None]
    if judged:
        best = max(judged, key=lambda j: j.overall or 0)
        detail = f"{len(judged)} judged, the best fails {', '.join(best.failed)}"
        return Rejection(reason="imperfect_response", detail=detail, kept=kept)
    fault = imperfect[-1].fault
    assert fault is not None
    return Rejection(reason=fault, detail=f"{len(imperfect)} tried", kept=kept)
