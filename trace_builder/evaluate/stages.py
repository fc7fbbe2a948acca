"""The two stages of an evaluation: a model answers, the judge scores task and constraints (paper 4.3)."""

from __future__ import annotations

from typing import Any, Literal

from trace_builder.config import CallConfig, RunConfig
from trace_builder.records import Judgement, ResponseFault, Score
from trace_builder.released_rows import EvalItem
from trace_builder.stages.base import Ask, Stage
from trace_builder.stages.common.answer_schemas import TASK
from trace_builder.stages.common.response_faults import response_fault
from trace_builder.stages.judging.judging import (
    judge_call,
    judge_settings,
    judge_votes,
    strictest,
)
from trace_builder.stages.respond import RespondConfig
from trace_builder.support.bilingual import Text
from trace_builder.taxonomy import Taxonomy


class Generated(EvalItem):
    """With the answer of the model under test; None where there is none, and ``fault`` says what is odd."""

    response: str | None
    fault: ResponseFault | Literal["no_response"] | None = None

    @property
    def answered(self) -> bool:
        return self.response is not None


class Judged(Generated):
    """With the judgement that counts (the strictest score of each constraint over the votes), each vote
    for itself, and the judge's own overall score where its format has one (the authors' does)."""

    judgement: Judgement
    votes: tuple[Judgement, ...] = ()
    overall: int | None = None

    @property
    def answered(self) -> bool:
        return self.fault != "no_response"


class Generate(Stage[EvalItem, Generated]):
    """The model under test answers the user turn exactly as the file has it. Whatever it answers is judged:
    a cut-off or refusing answer is the model's own, and only marked."""

    name = "generate"
    label = Text("answered by the model under test", "由被测模型回答")
    reads = EvalItem
    makes = Generated
    prompts = ("respond",)

    def __init__(self, config: RunConfig, taxonomy: Taxonomy) -> None:
        super().__init__(config, taxonomy)
        self._call = config.section(RespondConfig).call

    @property
    def calls(self) -> tuple[CallConfig, ...]:
        return (self._call,)

    async def process(self, record: EvalItem, ask: Ask) -> Generated:
        answer = await ask("respond", {"instruction": record.prompt}, str, self._call)
        return Generated(**dict(record), response=answer.value, fault=response_fault(answer))


class Judge(Stage[Generated, Judged]):
    """Every constraint is scored 0-10, in each of the votes; an empty answer follows nothing and is not asked
    about. ``follows`` is None where the answers were made elsewhere."""

    name = "judge"
    label = Text("every constraint judged", "逐条判定约束")
    reads = Generated
    makes = Judged
    prompts = ("judge",)

    def __init__(self, config: RunConfig, taxonomy: Taxonomy, follows: str | None = "generate") -> None:
        super().__init__(config, taxonomy)
        self._config = config.judge
        self.follows = follows

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
    score = 0 if record.answered else None
    reasoning = "The answer is empty." if record.answered else "There is no answer."
    return Judgement(
        scores=tuple(
            Score(constraint=c.id, score=score, reasoning=reasoning, by="code") for c in record.constraints
        ),
        task=Score(constraint=TASK, score=score, reasoning=reasoning, by="code"),
    )
