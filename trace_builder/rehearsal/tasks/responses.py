"""The prompts ``respond`` and ``worse``: answers to instructions, and answers that are worse on purpose."""

from __future__ import annotations

from random import Random

from trace_builder.rehearsal.tasks.instruction_reader import Reading, read_prompt
from trace_builder.rehearsal.tasks.request import Request
from trace_builder.rehearsal.writer.compose import breaking, build, compliant
from trace_builder.rehearsal.writer.keywords import keywords
from trace_builder.rehearsal.writer.lexicons import lexicon
from trace_builder.support.text import detect_lang

#: Shares of the misses that are no answer at all or leave the task (each up to the next), and of the worse
#: answers that are the good one over again or not worse.
_EMPTY, _REFUSED, _OFF_TASK = 0.06, 0.12, 0.16
_COPIED, _NOT_WORSE = 0.05, 0.1
#: What an answer that leaves the task opens with.
OFF_TASK = ("Before that, a few words about my holidays instead.", "在此之前，先聊聊我的假期。")


def respond(request: Request, rng: Random, miss: float) -> str:
    """An answer that keeps every known constraint of the instruction, or misses one in a share of cases."""
    reading = read_prompt(request.message)
    if rng.random() >= miss:
        return _written(reading, rng, keep=True)
    draw = rng.random()
    if draw < _EMPTY:
        return ""
    if draw < _REFUSED:
        return rng.choice(lexicon(detect_lang(reading.subject)).refusals)
    if draw < _OFF_TASK:
        words = lexicon(detect_lang(reading.subject))
        return words.in_lang(*OFF_TASK) + words.joiner + _written(reading, rng, keep=True)
    return _written(reading, rng, keep=False)


def respond_worse(request: Request, rng: Random) -> str:
    """A worse answer to the ``instruction`` block; now and then it is none."""
    reading = read_prompt(request.block("instruction"))
    if not reading.constraints:
        texts = (text for _, text in request.constraints())
        reading = read_prompt("\n".join([request.block("instruction"), *texts]))
    draw = rng.random()
    if draw < _COPIED:
        return request.block("response")
    return _written(reading, rng, keep=draw < _NOT_WORSE)


def _written(reading: Reading, rng: Random, *, keep: bool) -> str:
    lang = detect_lang(reading.subject)
    topic = max(keywords("\n".join(reading.rest), lang), key=len, default=None)
    if keep:
        return compliant(reading.checks, lang, rng, topic)
    return breaking(reading.checks, lang, rng, topic) if reading.checks else build((), lang, rng, None)
