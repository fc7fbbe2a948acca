"""Responses that keep a set of constraints, or break one of them."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from trace_builder.checks import Check
from trace_builder.checks.kinds_style import LANGUAGES
from trace_builder.records import Lang
from trace_builder.rehearsal.draft import Draft
from trace_builder.rehearsal.fulfil import fulfil
from trace_builder.rehearsal.spoil import spoil

_TRIES = 4


def build(checks: Sequence[Check], lang: Lang, rng: Random, topic: str | None, broken: int = -1) -> str:
    """One draft made to keep all of ``checks`` but the one at ``broken``."""
    draft = Draft(_main_language(checks, lang, broken), rng, topic)
    for check in checks:
        if check.kind.id in _FIRST:
            fulfil_or_spoil(draft, check, checks, broken)
    for check in checks:
        if check.kind.id not in _FIRST:
            fulfil_or_spoil(draft, check, checks, broken)
    return draft.finish()


def _main_language(checks: Sequence[Check], lang: Lang, broken: int) -> Lang:
    """The language the answer is written in; the other one where that constraint is to be broken."""
    for at, check in enumerate(checks):
        if check.kind.id == "answer_language":
            asked: Lang = "zh" if LANGUAGES[check.params["language"]] == "Chinese" else "en"
            return asked if at != broken else ("en" if asked == "zh" else "zh")
    return lang


#: What is forbidden has to be known before anything is worded.
_FIRST = frozenset({"exclude_word", "exclude_for", "unlike_word", "value_avoid"})


def fulfil_or_spoil(draft: Draft, check: Check, checks: Sequence[Check], broken: int) -> None:
    if 0 <= broken < len(checks) and checks[broken] is check:
        spoil(draft, check)
    else:
        fulfil(draft, check)


def compliant(checks: Sequence[Check], lang: Lang, rng: Random, topic: str | None) -> tuple[str, bool]:
    """A response to ``checks``, and whether it keeps them all; the last one tried where none does."""
    text = ""
    for _ in range(_TRIES):
        text = build(checks, lang, rng, topic)
        if all(check.holds(text) for check in checks):
            return text, True
    return text, False


def breaking(checks: Sequence[Check], lang: Lang, rng: Random, topic: str | None) -> str:
    """A response that keeps all of ``checks`` but one, where that can be done; else one that breaks some."""
    order = list(range(len(checks)))
    rng.shuffle(order)
    fallback = ""
    for broken in order[:_TRIES]:
        text = build(checks, lang, rng, topic, broken)
        failed = [n for n, check in enumerate(checks) if not check.holds(text)]
        if failed == [broken]:
            return text
        fallback = text if failed else fallback
    return fallback or build(checks, lang, rng, topic)
