"""The two stages of an evaluation: a model answers, the judge scores every constraint (paper 4.3)."""

from __future__ import annotations

from typing import Any

from trace_builder.config import CallConfig, JudgeConfig
from trace_builder.evaluate.items import EvalItem, Generated, Judged
from trace_builder.records import Judgement, Score
from trace_builder.stages.base import Ask
from trace_builder.stages.common.judging import (
    JUDGING_CODE,
    judge_call,
    judge_settings,
    judge_votes,
    strictest,
)
from trace_builder.stages.common.response_faults import response_fault


class Generate:
    """The model under test answers the user turn exactly as the file has it. Whatever it answers is judged:
    a cut-off or refusing answer is the model's own, and only marked."""

    name = "generate"
    follows = None
    reads = EvalItem
    makes = Generated
    prompts = ("respond",)
    code = (__name__, "trace_builder.evaluate.items", "trace_builder.stages.common.response_faults")

    def __init__(self, call: CallConfig) -> None:
        self._call = call

    @property
    def calls(self) -> tuple[CallConfig, ...]:
        return (self._call,)

    @property
    def settings(self) -> dict[str, Any]:
        return {}

    async def process(self, record: EvalItem, ask: Ask) -> Generated:
        answer = await ask("respond", {"instruction": record.prompt}, str, self._call)
        return Generated(**dict(record), response=answer.value, fault=response_fault(answer))


class Judge:
    """Every constraint is scored 0-10, in each of the votes; an empty answer follows nothing and is not asked
    about. ``after`` is None where the answers were made elsewhere."""

    name = "judge"
    reads = Generated
    makes = Judged
    prompts = ("judge",)
    code = (__name__, "trace_builder.evaluate.items", *JUDGING_CODE)

    def __init__(self, config: JudgeConfig, after: str | None = "generate") -> None:
        self._config = config
        self.follows = after

    @property
    def calls(self) -> tuple[CallConfig, ...]:
        return (judge_call(self._config),)

    @property
    def settings(self) -> dict[str, Any]:
        return judge_settings(self._config)

    async def process(self, record: Generated, ask: Ask) -> Judged:
        if record.response is None or not record.response.strip():
            votes: tuple[Judgement, ...] = (_nothing_followed(record),)
        else:
            votes = await judge_votes(ask, record.instruction, record.response, self._config)
        return Judged(**dict(record), judgement=strictest(votes), votes=votes)


def _nothing_followed(record: Generated) -> Judgement:
    """Zeros for an empty answer; unscored where there is no answer at all."""
    score = 0 if record.response is not None else None
    reasoning = "The answer is empty." if score == 0 else "There is no answer."
    return Judgement(
        scores=tuple(
            Score(constraint=c.id, score=score, reasoning=reasoning, by="code") for c in record.constraints
        )
    )
