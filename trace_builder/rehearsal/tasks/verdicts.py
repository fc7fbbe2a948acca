"""The prompts ``judge``, where every constraint is really checked, and ``rational`` for a group."""

from __future__ import annotations

from typing import Any
from zlib import crc32

from trace_builder.checks import recognise
from trace_builder.records import TOP_SCORE
from trace_builder.rehearsal.tasks.instruction_reader import read_prompt
from trace_builder.rehearsal.tasks.request import Request
from trace_builder.rehearsal.tasks.responses import OFF_TASK
from trace_builder.rehearsal.writer.compose import all_hold
from trace_builder.rehearsal.writer.kind_writers import known
from trace_builder.rehearsal.writer.lexicons import lexicon
from trace_builder.stages.common.answer_schemas import TASK, Rationality, Verdict
from trace_builder.support.text import detect_lang


def judge(request: Request) -> dict[str, Any]:
    """A verdict under every name that is asked for. What the response says about itself is not read, nor what
    was measured of it: code measures here."""
    response, texts = request.block("response"), dict(request.constraints())
    names = [name.strip() for name in request.block("wanted").split(",") if name.strip()]
    judged = {name: _verdict(texts.get(name, ""), response) for name in names or texts if name != TASK}
    task = {TASK: _on_task(request.block("description"), response)} if TASK in names else {}
    return {name: verdict.model_dump() for name, verdict in {**task, **judged}.items()}


def _on_task(description: str, response: str) -> Verdict:
    words = lexicon(detect_lang(description))
    if not response.strip() or response.strip() in words.refusals:
        return Verdict(reasoning=words.in_lang("There is no answer.", "没有作答。"), score=0)
    if any(text in response for text in OFF_TASK):
        return Verdict(reasoning=words.in_lang("It speaks of something else.", "答非所问。"), score=0)
    return Verdict(reasoning=words.in_lang("It does the task.", "完成了任务。"), score=TOP_SCORE)


def _verdict(text: str, response: str) -> Verdict:
    words = lexicon(detect_lang(text))
    kind, kept = _checked(text, response)
    if kind is None:
        told, score = _impression(text, response)
        return Verdict(reasoning=words.in_lang(*told), score=score)
    what = kind.replace("_", " ")
    en, zh = ("kept", "符合") if kept else ("not kept", "不符合")
    why = words.in_lang(f"Checked {what}: it is {en}.", f"已核对（{what}）：{zh}。")
    return Verdict(reasoning=why, score=TOP_SCORE if kept else failing_score(kind))


def _checked(text: str, response: str) -> tuple[str | None, bool]:
    """The kind of a constraint, and whether a response keeps to it; (None, True) where nothing is found by
    code: in other words than the embedded model's own, what is not broken is judged by impression."""
    found = known(text)
    if found is not None:
        return found.wording.name, found.holds(response) is not False
    check = recognise(text)
    return (check.kinds[0], False) if check and check.holds(response) is False else (None, True)


def failing_score(kind: str) -> int:
    """Below full marks, always the same for a kind."""
    return crc32(kind.encode()) % (TOP_SCORE * 2 // 3 + 1)


def _impression(text: str, response: str) -> tuple[tuple[str, str], int]:
    """What is said, in English and Chinese, and scored where nothing can be checked."""
    if not response.strip():
        return ("There is no response.", "没有回答。"), 0
    draw = crc32(f"{text}\0{response}".encode("utf-8", "surrogatepass")) % 1000
    if draw < 50:
        return ("It is kept in part.", "只做到了一部分。"), TOP_SCORE - 4 + draw % 4
    return ("Nothing speaks against it.", "没有发现不符之处。"), TOP_SCORE


def rationality(request: Request) -> Rationality:
    """Whether both responses keep to their own instruction and one of them fails the other's."""
    x1, x2 = (read_prompt(request.block(name)).checks for name in ("x1", "x2"))
    y1, y2 = request.block("y1"), request.block("y2")
    own = all_hold(x1, y1) and all_hold(x2, y2) and bool(y1.strip() and y2.strip())
    if own and not (all_hold(x1, y2) and all_hold(x2, y1)):
        return Rationality(reasoning="Each response fits its own instruction best.", verdict="rational")
    return Rationality(reasoning="The responses are not told apart.", verdict="not_rational")
