"""Answers to instructions, and answers that are worse on purpose."""

from __future__ import annotations

from random import Random

from trace_builder.records import Lang
from trace_builder.rehearsal.compose import breaking, build, compliant
from trace_builder.rehearsal.lexicon import lexicon
from trace_builder.rehearsal.reading import Reading, read_prompt
from trace_builder.rehearsal.request import Request
from trace_builder.rehearsal.topics import keywords, language

#: Shares of the misses that are no answer at all, and of the worse answers that are not worse.
_EMPTY, _REFUSED, _NOT_WORSE = 0.06, 0.12, 0.1


def respond(request: Request, rng: Random, miss: float) -> str:
    """An answer that keeps every known constraint of the instruction, or misses one in a share of cases."""
    reading, _ = read_prompt(request.message)
    if rng.random() >= miss:
        return _kept(reading, rng)
    draw = rng.random()
    if draw < _EMPTY:
        return ""
    if draw < _REFUSED:
        return rng.choice(lexicon(_language(reading)).refusals)
    return _broken(reading, rng)


def respond_worse(request: Request, rng: Random) -> str:
    """A worse answer to the ``instruction`` block; now and then it is none."""
    reading, _ = read_prompt(request.block("instruction"))
    if not reading.constraints:
        reading, _ = read_prompt(_listed(request))
    return _kept(reading, rng) if rng.random() < _NOT_WORSE else _broken(reading, rng)


def _listed(request: Request) -> str:
    return "\n".join([request.block("instruction"), *(text for _, text in request.constraints())])


def _language(reading: Reading) -> Lang:
    return language("\n".join(reading.rest) or "\n".join(f.text for f in reading.constraints))


def _kept(reading: Reading, rng: Random) -> str:
    lang, topic = _about(reading)
    return compliant(reading.checks, lang, rng, topic)[0]


def _broken(reading: Reading, rng: Random) -> str:
    lang, topic = _about(reading)
    if not reading.checks:
        return build((), lang, rng, None)
    return breaking(reading.checks, lang, rng, topic)


def _about(reading: Reading) -> tuple[Lang, str | None]:
    lang = _language(reading)
    known = keywords("\n".join(reading.rest), lang)
    return lang, (max(known, key=len) if known else None)
