"""The prompts ``bind`` and ``bind_check``: constraints bound to checks, and checks compared with them."""

from __future__ import annotations

import json
from random import Random
from typing import Literal

from trace_builder.checks import Claim, recognise
from trace_builder.rehearsal.tasks.request import Request
from trace_builder.rehearsal.writer.compose import breaking, compliant
from trace_builder.rehearsal.writer.kind_writers import Worded, known
from trace_builder.rehearsal.writer.lexicons import lexicon
from trace_builder.stages.common.binding_answers import (
    KINDS,
    Binding,
    Bindings,
    Likeness,
    Likenesses,
    Parameter,
    ProposedClaim,
)
from trace_builder.support.text import detect_lang


def bind(request: Request, rng: Random, flawed: float) -> Bindings:
    """What each constraint claims, with an example that keeps it and one that breaks it; nothing of one in
    words that the embedded model does not know. In a share of cases a check that asks for something else, or
    with its examples the wrong way round."""
    return Bindings(bindings=[_binding(name, text, rng, flawed) for name, text in request.constraints()])


def _binding(name: str, text: str, rng: Random, flawed: float) -> Binding:
    lang = detect_lang(text)
    words, found = lexicon(lang), known(text)
    if found is None or any(claim.kind not in KINDS for claim in found.check.claims):
        why = words.in_lang("Nothing in it can be measured.", "没有可以测量的内容。")
        return Binding(id=name, reasoning=why, claims=[], whole=False, keeps="", breaks="")
    keeps, breaks = compliant([found], lang, rng, None), breaking([found], lang, rng, None)
    claims = [_proposed(claim) for claim in found.check.claims]
    if rng.random() < flawed:
        if rng.random() < 0.5:
            keeps, breaks = breaks, keeps
        else:
            claims = [claim.model_copy(update={"scope": "each sentence"}) for claim in claims]
    why = words.in_lang("It can be measured as a whole.", "可以整条测量。")
    return Binding(id=name, reasoning=why, claims=claims, whole=True, keeps=keeps, breaks=breaks)


def _proposed(claim: Claim) -> ProposedClaim:
    values = (
        (name, value)
        for name, held in claim.parameters.items()
        for value in (held if isinstance(held, list) else [held])
    )
    parameters = [
        Parameter(name=name, value=str(v).lower() if isinstance(v, bool) else v) for name, v in values
    ]
    return ProposedClaim(kind=claim.kind, scope=claim.scope, parameters=parameters)


def compare(request: Request) -> Likenesses:
    """Whether each check's words ask for what the constraint asks for, read from the words alone."""
    rows = [json.loads(line) for line in request.block("pairs").splitlines()]
    return Likenesses(verdicts=[_likeness(row["id"], row["constraint"], row["check"]) for row in rows])


def _likeness(name: str, text: str, check: str) -> Likeness:
    words, wanted = lexicon(detect_lang(text)), known(text)
    verdict = _verdict(wanted, check)
    told = {
        "same": ("Both ask for the same.", "二者要求相同。"),
        "part": ("The constraint asks for more.", "约束还要求别的。"),
        "other": ("They ask for different things.", "二者要求不同。"),
    }
    return Likeness(id=name, reasoning=words.in_lang(*told[verdict]), verdict=verdict)


def _verdict(wanted: Worded | None, check: str) -> Literal["same", "part", "other"]:
    read = recognise(check)
    if wanted is None or read is None or not set(read.claims) <= set(wanted.check.claims):
        return "other"
    return "same" if len(read.claims) == len(wanted.check.claims) else "part"
