"""The task ``verdicts``: every constraint is really checked; and ``rationality`` of a group."""

from __future__ import annotations

from typing import Any
from zlib import crc32

from trace_builder.checks import Check, recognise
from trace_builder.rehearsal.reading import read_prompt
from trace_builder.rehearsal.request import Request
from trace_builder.rehearsal.topics import language


def judge(request: Request) -> dict[str, Any]:
    """One verdict for each constraint id. What the response says about itself is not read."""
    response = request.block("response")
    verdicts = []
    for name, text in request.constraints():
        reasoning, score = _verdict(text, response)
        verdicts.append({"id": name, "reasoning": reasoning, "score": score})
    return {"verdicts": verdicts}


def _verdict(text: str, response: str) -> tuple[str, int]:
    en = language(text) == "en"
    check = recognise(text)
    if check is None:
        return _impression(text, response, en)
    what = check.kind.id.replace("_", " ")
    if check.holds(response):
        return (f"Checked {what}: it is kept." if en else f"已核对（{what}）：符合。"), 10
    return (f"Checked {what}: it is not kept." if en else f"已核对（{what}）：不符合。"), failing_score(check)


def failing_score(check: Check) -> int:
    """0 to 6, always the same for a kind."""
    return crc32(check.kind.id.encode()) % 7


def _impression(text: str, response: str, en: bool) -> tuple[str, int]:
    if not response.strip():
        return ("There is no response." if en else "没有回答。"), 0
    draw = crc32(f"{text}\0{response}".encode("utf-8", "surrogatepass")) % 1000
    if draw < 50:
        return ("It is kept in part." if en else "只做到了一部分。"), 6 + draw % 4
    return ("Nothing speaks against it." if en else "没有发现不符之处。"), 10


def rationality(request: Request) -> dict[str, Any]:
    """Whether both responses keep to their own instruction and one of them fails the other's."""
    x1, x2 = read_prompt(request.block("x1"))[0].checks, read_prompt(request.block("x2"))[0].checks
    y1, y2 = request.block("y1"), request.block("y2")
    own = _all_hold(x1, y1) and _all_hold(x2, y2) and bool(y1.strip() and y2.strip())
    apart = not _all_hold(x1, y2) or not _all_hold(x2, y1)
    rational = own and apart
    why = "Each response fits its own instruction best." if rational else "The responses are not told apart."
    return {"reasoning": why, "verdict": "rational" if rational else "not_rational"}


def _all_hold(checks: tuple[Check, ...], response: str) -> bool:
    return all(check.holds(response) for check in checks)
