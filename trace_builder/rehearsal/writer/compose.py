"""Responses that keep a set of constraints, or break one of them."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from trace_builder.checks.reading.languages import language_named
from trace_builder.records import Lang
from trace_builder.rehearsal.writer.draft import Draft
from trace_builder.rehearsal.writer.kind_writers import WRITERS, Worded

_TRIES = 4
#: What is forbidden has to be known before anything is worded.
_FIRST = frozenset({"exclude_word", "exclude_for", "unlike_word", "value_avoid"})


def build(checks: Sequence[Worded], lang: Lang, rng: Random, topic: str | None, broken: int = -1) -> str:
    """One draft made to keep all of ``checks`` but the one at ``broken``."""
    draft = Draft(_main_language(checks, lang, broken), rng, topic)
    for at, check in sorted(enumerate(checks), key=lambda pair: pair[1].wording.name not in _FIRST):
        writer = WRITERS[check.wording.name]
        (writer.violate if at == broken else writer.keep)(draft, check.slots)
    return draft.finish()


def _main_language(checks: Sequence[Worded], lang: Lang, broken: int) -> Lang:
    """The language the answer is written in; the other one where that constraint is to be broken."""
    for at, check in enumerate(checks):
        if check.wording.name == "answer_language":
            chinese = language_named(check.slots["language"]) == "Chinese"
            return "zh" if chinese != (at == broken) else "en"
    return lang


def all_hold(checks: Sequence[Worded], response: str) -> bool:
    """Whether a response keeps all of ``checks``, as far as code can tell."""
    return all(check.holds(response) is not False for check in checks)


def compliant(checks: Sequence[Worded], lang: Lang, rng: Random, topic: str | None) -> str:
    """A response that keeps all of ``checks``; the last one tried where none does."""
    text = ""
    for _ in range(_TRIES):
        text = build(checks, lang, rng, topic)
        if all_hold(checks, text):
            break
    return text


def breaking(checks: Sequence[Worded], lang: Lang, rng: Random, topic: str | None) -> str:
    """A response that keeps all of ``checks`` but one, where that can be done; else one that breaks some."""
    order = list(range(len(checks)))
    rng.shuffle(order)
    fallback = ""
    for broken in order[:_TRIES]:
        text = build(checks, lang, rng, topic, broken)
        failed = [n for n, check in enumerate(checks) if check.holds(text) is False]
        if failed == [broken]:
            return text
        fallback = text if failed else fallback
    return fallback or build(checks, lang, rng, topic)
