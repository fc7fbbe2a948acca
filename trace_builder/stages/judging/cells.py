"""Judging the mismatching cells of a group, and what all four prove."""

from __future__ import annotations

from typing import Literal

from trace_builder.config import JudgeConfig
from trace_builder.records import Cells, Instruction, Judgement, Terms
from trace_builder.stages.base import Ask
from trace_builder.stages.judging.certificate import certificate, mismatch_fails, proven_terms, unshared
from trace_builder.stages.judging.judging import judge

Pair = tuple[Instruction, str, Judgement]


async def judge_mismatch(
    ask: Ask, judged: Instruction, response: str, other: Instruction, config: JudgeConfig
) -> Judgement | None:
    """The cell of an instruction and the other one's response, over the constraints that only this one has;
    None where it has none: such a cell can prove nothing, and is not paid for."""
    own = unshared(judged, other)
    return await judge(ask, judged, response, config, "fails", own) if own else None


async def judge_group(
    ask: Ask, first: Pair, second: Pair, config: JudgeConfig, x2y1: Judgement | None = None
) -> tuple[Cells, Terms, Literal["full", "one_sided"] | None]:
    """The cells of two instructions with their perfect responses, what they prove, and the certificate; None
    where they prove nothing. ``x2y1`` is given where it has been judged already."""
    (x1, y1, x1y1), (x2, y2, x2y2) = first, second
    x1y2 = await judge_mismatch(ask, x1, y2, x2, config)
    if x2y1 is None:
        x2y1 = await judge_mismatch(ask, x2, y1, x1, config)
    cells = Cells(x1y1=x1y1, x1y2=x1y2, x2y1=x2y1, x2y2=x2y2)
    terms = proven_terms(cells, x1, x2)
    return cells, terms, certificate(terms)


def fails(cell: Judgement | None, judged: Instruction, other: Instruction) -> bool:
    """Whether a mismatching cell proves its mismatch."""
    return bool(mismatch_fails(cell, judged, other))
