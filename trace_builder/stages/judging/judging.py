"""Judging a response constraint by constraint (paper B.5), shared by respond, dpo, iopo and evaluate."""

from __future__ import annotations

from collections.abc import Container
from typing import Any, Literal

from trace_builder.checks import Check
from trace_builder.checks.facts import fact_lines
from trace_builder.config import CallConfig, JudgeConfig
from trace_builder.records import TOP_SCORE, Constraint, Instruction, Judgement, Score
from trace_builder.stages.base import Ask, Unfit
from trace_builder.stages.common.answer_schemas import TASK, Verdict, Verdicts, verdict_names, verdicts_of
from trace_builder.stages.common.constraint_checks import check_of
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
    """One judgement out of up to ``config.votes`` votes; of none where code alone refutes the claim.

    A response that breaks a constraint which code measures as a whole does not follow its instruction: no
    judge can make it perfect. What a claimed failure rests on, the judge has to find as well. Voting stops as
    soon as the claim is refuted, since no further vote could bring it back.

    ``only`` limits what is judged to some constraints and leaves the task out: in a mismatching cell all else
    is shared with the other instruction and can prove nothing.

    Raises:
        Unanswered: a constraint stayed unscored after all attempts.
    """
    if claim == "follows" and config.code_checks and (refuted := _refuted(instruction, response)):
        return refuted
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
        scores = tuple(_checked(s, c, response) for s, c in zip(scores, judged, strict=True))
    return Judgement(scores=scores, task=_score(TASK, getattr(reply, TASK)) if only is None else None)


def _score(name: str, verdict: Verdict) -> Score:
    return Score(constraint=name, score=verdict.score, reasoning=verdict.reasoning)


def _refuted(instruction: Instruction, response: str) -> Judgement | None:
    """The judgement of code alone: the constraints that it measures as a whole and finds broken."""
    checks = ((c, check) for c in instruction.constraints if (check := check_of(c.check)) and check.whole)
    broken = tuple(
        Score(constraint=c.id, score=0, reasoning=_told(check, response), by="code", **_found(check, False))
        for c, check in checks
        if check.holds(response) is False
    )
    return Judgement(scores=broken, votes=0, settled=False) if broken else None


def _checked(score: Score, constraint: Constraint, response: str) -> Score:
    """With what code finds. Neither the judge nor the code is believed against the other: where they
    disagree, the verdict is disputed."""
    check = check_of(constraint.check)
    holds = check.holds(response) if check else None
    if check is None or holds is None or score.score is None:
        return score
    disputed = holds != (score.score == TOP_SCORE)
    return score.model_copy(update={**_found(check, holds), "disputed": disputed})


def _found(check: Check, holds: bool) -> dict[str, Any]:
    return {"found": "holds" if holds else "broken", "kinds": check.kinds, "version": check.version}


def _told(check: Check, response: str) -> str:
    """What was counted, and what was asked for, of the claims that are broken."""
    found = zip(check.claims, check.findings(response), strict=True)
    return "; ".join(
        f"{claim.kind}: {one.counted}" + (f", wanted: {one.wanted}" if one.wanted else "")
        for claim, one in found
        if one.verdict is False
    )


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
