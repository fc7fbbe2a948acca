"""Judging a response constraint by constraint (paper B.5), shared by respond, dpo, iopo and evaluate."""

from __future__ import annotations

from collections.abc import Container
from typing import Any, Literal

from trace_builder.checks import verify
from trace_builder.checks.facts import fact_lines
from trace_builder.config import CallConfig, JudgeConfig
from trace_builder.records import TOP_SCORE, Instruction, Judgement, Score
from trace_builder.stages.base import Ask, Unfit
from trace_builder.stages.common.answer_schemas import TASK, Verdict, Verdicts, verdict_names, verdicts_of
from trace_builder.stages.common.prompt_values import constraint_lines
from trace_builder.support.text import detect_lang

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
    only: Container[str] | None = None,
) -> Judgement:
    """One judgement out of up to ``config.votes`` votes.

    Voting stops as soon as the claim is refuted, since no further vote could bring it back. ``only`` limits
    what is judged to some constraints and leaves the task out: in a mismatching cell all else is shared with
    the other instruction and can prove nothing.

    Raises:
        Unanswered: a constraint stayed unscored after all attempts.
    """
    votes: list[Judgement] = []
    for number in range(config.votes):
        votes.append(await _vote(ask, instruction, response, config, number, only))
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
    ask: Ask,
    instruction: Instruction,
    response: str,
    config: JudgeConfig,
    number: int,
    only: Container[str] | None = None,
) -> Judgement:
    judged = tuple(c for c in instruction.constraints if only is None or c.id in only)
    names = verdict_names(len(judged), task=only is None)

    def complete(reply: Verdicts) -> None:
        missing = [name for name in names if getattr(reply, name).score is None]
        if missing:
            raise Unfit(f"unscored: {', '.join(missing)}")

    values: dict[str, str | None] = {
        "description": instruction.description,
        "constraints": constraint_lines(
            tuple(
                c.model_copy(update={"id": name})
                for c, name in zip(judged, names[-len(judged) :], strict=True)
            )
        ),
        "input": instruction.input,
        "response": response,
        "facts": "\n".join(fact_lines(response, detect_lang(instruction.description))),
        "wanted": ", ".join(names),
    }
    want = verdicts_of(len(judged), task=only is None)
    call = judge_call(config)
    reply = (await ask("judge", values, want, call, sample=number, check=complete)).value
    scores = tuple(
        _score(c.id, getattr(reply, name)) for c, name in zip(judged, names[-len(judged) :], strict=True)
    )
    if config.code_checks:
        scores = tuple(_checked(score, instruction, response) for score in scores)
    return Judgement(scores=scores, task=_score(TASK, getattr(reply, TASK)) if only is None else None)


def _score(name: str, verdict: Verdict) -> Score:
    return Score(constraint=name, score=verdict.score, reasoning=verdict.reasoning)


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
    tasks = tuple(vote.task for vote in votes if vote.task is not None)
    return Judgement(
        scores=tuple(_hardest(column, claim) for column in columns),
        # Of the task only the match is ever claimed.
        task=_hardest(tasks, "follows") if tasks else None,
        votes=len(votes),
        settled=len(votes) == asked,
    )


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
