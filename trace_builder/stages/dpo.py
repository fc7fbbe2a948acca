"""dpo: a worse response to the same instruction, and proof that it is worse (paper C)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from trace_builder.config import AskingSection, CallConfig, RunConfig
from trace_builder.records import Answered, Judgement, Preference, Rejection
from trace_builder.stages.base import Ask, Product, Stage
from trace_builder.stages.common.product_rows import prompt_row
from trace_builder.stages.common.prompt_values import instruction_values
from trace_builder.stages.common.response_faults import response_fault
from trace_builder.stages.judging.judging import judge, judge_call, judge_settings
from trace_builder.support.bilingual import Text

if TYPE_CHECKING:
    from trace_builder.taxonomy import Taxonomy


class DpoConfig(AskingSection):
    call: CallConfig = CallConfig(temperature=0.9, max_tokens=4096)
    sampled: bool = Field(default=True, description="Prefer an imperfect response that respond has judged.")
    samples: int = Field(default=2, ge=1, description="Worse responses asked for before giving up.")


class Dpo(Stage[Answered, Preference]):
    """Takes the worst of respond's judged, imperfect responses (``sampled``: paid for, and on-policy); where
    there is none, asks for a worse one (``prompted``) and has it judged."""

    name = "dpo"
    label = Text("a worse answer, proven", "更差的回答，经证实")
    follows = "respond"
    reads = Answered
    makes = Preference
    prompts = ("worse", "judge")
    config = DpoConfig
    reasons = {
        "no_worse_response": Text(
            "no constraint was found failed in the worse response", "较差的回答没有被判违反任何约束"
        ),
        "same_response": Text("no usable response other than the chosen one", "除选中的回答外没有可用的回答"),
    }
    shows = ("chosen", "rejected", "origin", "failed", "rejected_judgement")
    product = Product(
        "dpo", "DPO", Text("pairs of a better and a worse response", "一优一劣两个回答"), prompt_row
    )

    def __init__(self, config: RunConfig, taxonomy: Taxonomy) -> None:
        super().__init__(config, taxonomy)
        self._config = config.section(DpoConfig)
        self._judge = config.judge

    @property
    def calls(self) -> tuple[CallConfig, ...]:
        return (self._config.call, judge_call(self._judge))

    @property
    def settings(self) -> dict[str, Any]:
        return {**super().settings, "judge": judge_settings(self._judge)}

    async def process(self, record: Answered, ask: Ask) -> Preference | Rejection:
        if self._config.sampled:
            for response, judgement in self._sampled(record):
                if not judgement.settled:
                    # The vote that stopped respond is no proof yet.
                    judgement = await judge(ask, record.instruction, response, self._judge, claim="fails")
                if judgement.failed:
                    return _preference(record, response, judgement, origin="sampled")
        return await self._prompted(record, ask)

    def _sampled(self, record: Answered) -> list[tuple[str, Judgement]]:
        """The imperfect responses in which a constraint was found short, the lowest overall score first, the
        earlier one of equals."""
        judged = [
            (attempt.response, attempt.judgement)
            for attempt in record.imperfect
            if attempt.judgement is not None
            and any(score.short for score in attempt.judgement.scores)
            and not attempt.judgement.unscored
            and attempt.response.strip() != record.response.strip()
        ]
        return sorted(judged, key=lambda pair: pair[1].overall or 0)

    async def _prompted(self, record: Answered, ask: Ask) -> Preference | Rejection:
        values = {**instruction_values(record.instruction), "response": record.response}
        values["instruction"] = values.pop("description")
        differs = False
        for sample in range(self._config.samples):
            answer = await ask("worse", values, str, self._config.call, sample=sample)
            if response_fault(answer) is not None or answer.value.strip() == record.response.strip():
                continue
            differs = True
            judgement = await judge(ask, record.instruction, answer.value, self._judge, claim="fails")
            if judgement.failed:
                return _preference(record, answer.value, judgement, origin="prompted")
        if differs:
            return Rejection(reason="no_worse_response", detail="no constraint was found failed in it")
        return Rejection(reason="same_response", detail="no usable response other than the chosen one")


def _preference(
    record: Answered, rejected: str, judgement: Judgement, origin: Literal["sampled", "prompted"]
) -> Preference:
    return Preference(
        id=record.id,
        lang=record.lang,
        source=record.source,
        instruction=record.instruction,
        chosen=record.response,
        rejected=rejected,
        origin=origin,
        failed=judgement.failed,
        chosen_judgement=record.judgement,
        rejected_judgement=judgement,
    )
