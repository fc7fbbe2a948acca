"""Judging a response constraint by constraint (paper B.5), shared by respond, dpo, iopo and evaluate."""

from __future__ import annotations

from collections import Counter
from typing import Any, Literal

from trace_builder.checks import verify
from trace_builder.config import CallConfig, JudgeConfig
from trace_builder.records import TOP_SCORE, Instruction, Judgement, Score
from trace_builder.stages.base import Ask, Unfit
from trace_builder.stages.common.answer_schemas import Verdicts
from trace_builder.stages.common.prompt_values import instruction_values

#: What is claimed of a response. Of several votes the score hardest on the claim counts: the lowest where
#: the response is said to follow its instruction, the highest where it is said to fail it.
Claim = Literal["follows", "fails"]


def judge_call(config: JudgeConfig) -> CallConfig:
    """A single vote is asked at the judge's own temperature; several need one above 0 to differ at all."""
    if config.votes == 1:
        return config.call
    return config.call.model_copy(update={"temperature": config.vote_temperature})


def judge_settings(config: JudgeConfig) -> dict[str, Any]:
    return {"votes": config.votes, "code_checks": config.code_checks}


async def judge(
    ask: Ask,
    instruction: Instruction,
    response: str,
    config: JudgeConfig,
    claim: Claim = "follows",
) -> Judgement:
    """One judgement out of up to ``config.votes`` votes.

    Voting stops as soon as the claim is refuted, since no further vote could bring it back.

    Raises:
        Unanswered: a constraint stayed unscored after all attempts.
    """
    votes: list[Judgement] = []
    for number in range(config.votes):
        votes.append(await _vote(ask, instruction, response, config, number))
        combined = _combine(votes, claim, config.votes)
        stands = combined.perfect if claim == "follows" else any(s.short for s in combined.scores)
        if not stands:
            break
    return combined


async def judge_votes(
    ask: Ask, instruction: Instruction, response: str, config: JudgeConfig
) -> tuple[Judgement, ...]:
    """All votes, each for itself, for measuring how far they agree."""
    return tuple([await _vote(ask, instruction, response, config, n) for n in range(config.votes)])


def strictest(votes: tuple[Judgement, ...]) -> Judgement:
    """The lowest score of each constraint over the votes; one unscored vote leaves it unscored."""
    return _combine(list(votes), "follows", len(votes))


async def _vote(
    ask: Ask, instruction: Instruction, response: str, config: JudgeConfig, number: int
) -> Judgement:
    def complete(reply: Verdicts) -> None:
        missing = [s.constraint for s in _scores(instruction, reply) if s.score is None]
        if missing:
            raise Unfit(f"unscored: {', '.join(missing)}")

    values = {**instruction_values(instruction), "response": response}
    answer = await ask("judge", values, Verdicts, judge_call(config), sample=number, check=complete)
    scores = _scores(instruction, answer.value)
    if config.code_checks:
        scores = tuple(_checked(score, instruction, response) for score in scores)
    return Judgement(scores=scores)


def _scores(instruction: Instruction, reply: Verdicts) -> tuple[Score, ...]:
    """The judge's verdicts by constraint; a missing or doubled one is unscored, an unknown id is ignored."""
    seen = Counter(v.id for v in reply.verdicts)
    by_id = {v.id: v for v in reply.verdicts if seen[v.id] == 1}
    return tuple(
        Score(constraint=c.id, score=v.score, reasoning=v.reasoning)
        if (v := by_id.get(c.id)) is not None
        else Score(constraint=c.id)
        for c in instruction.constraints
    )


def _checked(score: Score, instruction: Instruction, response: str) -> Score:
    """With what code finds. Neither the judge nor the code is believed against the other: where they
    disagree, the verdict is disputed."""
    text = next(c.text for c in instruction.constraints if c.id == score.constraint)
    holds = verify(text, response)
    if holds is None or score.score is None:
        return score
    disputed = holds != (score.score == TOP_SCORE)
    return score.model_copy(update={"found": "holds" if holds else "broken", "disputed": disputed})


def _combine(votes: list[Judgement], claim: Claim, asked: int) -> Judgement:
    columns = zip(*(vote.scores for vote in votes), strict=True)
    scores = tuple(_hardest(column, claim) for column in columns)
    return Judgement(scores=scores, votes=len(votes), settled=len(votes) == asked)


def _hardest(column: tuple[Score, ...], claim: Claim) -> Score:
    """One constraint's scores over the votes as one. Votes that disagree make it disputed."""
    unscored = next((score for score in column if score.score is None), None)
    if unscored is not None:
        return unscored
    pick = min if claim == "follows" else max
    hardest = pick(column, key=lambda score: score.score or 0)
    if all(score.full for score in column) or all(score.short for score in column):
        return hardest
    return hardest.model_copy(update={"disputed": True})
