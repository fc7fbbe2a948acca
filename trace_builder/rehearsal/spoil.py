"""How each kind of constraint is broken in a draft. Leaving out what it asks for is the default."""

from __future__ import annotations

from trace_builder.checks import Check
from trace_builder.checks.registry import Params, make_check
from trace_builder.rehearsal.draft import Draft
from trace_builder.rehearsal.fulfil import Builder, fulfil

#: Kinds of an exact count: broken by one more or one less.
_COUNTS = frozenset(
    {"paragraphs", "emoji_count", "bullets", "numbered_points", "headings", "heading_tree", "cite_numbers"}
)


def spoil(draft: Draft, check: Check) -> None:
    """Put into ``draft`` what breaks ``check``, or keep out what it needs."""
    kind = check.kind.id
    if kind in _COUNTS:
        shift = draft.rng.choice((-1, 1))
        count = max(1, int(check.params["n"]) + shift)
        count = count if count != int(check.params["n"]) else count + 1
        fulfil(draft, make_check(check.kind, {**check.params, "n": str(count)}, check.lang))
    elif kind in SPOILERS:
        SPOILERS[kind](draft, check.params)
    elif "word" in check.params:
        draft.avoided.append(check.params["word"])


def _say(slot: str) -> Builder:
    return lambda d, p: d.sentences.append(d.carry(p[slot]))


def _sentence(en: str, zh: str) -> Builder:
    return lambda d, p: d.sentences.append(en if d.words.lang == "en" else zh)


def _most(d: Draft, p: Params) -> None:
    d.low = max(d.low, int(p["n"]) + 1)


def _short_of(number: str) -> int:
    """Clearly below a number, also where punctuation counts among the characters."""
    return int(number) * 3 // 4 - 1


def _least(d: Draft, p: Params) -> None:
    d.high = min(d.high, _short_of(p["n"]))


def _between(d: Draft, p: Params) -> None:
    if d.rng.random() < 0.5:
        d.low = max(d.low, int(p["high"]) + 1)
    else:
        d.high = min(d.high, _short_of(p["low"]))


def _open(d: Draft, p: Params) -> None:
    if d.opening is None:
        d.opening = p["text"] + d.words.stop


def _wrong_ending(d: Draft, _: Params) -> None:
    """Nothing: a text that ends without the line breaks it by itself."""


SPOILERS: dict[str, Builder] = {
    "exclude_word": _say("word"),
    "exclude_for": _say("word"),
    "unlike_word": _say("word"),
    "value_avoid": _say("a"),
    "exclude_exclamation": _sentence("What a day that was!", "多么美好的一天！"),
    "privacy_none": _sentence("Write to lena@example.org for more.", "详情请写信至lena@example.org。"),
    "tone_formal": _sentence("It isn't hard once you know how.", "其实不难。"),
    "tone_formal_zh": _sentence("It is so.", "其实一点也不难啦。"),
    "no_questions": _sentence("Who would not want that?", "谁不愿意这样呢？"),
    "words_most": _most,
    "words_least": _least,
    "words_between": _between,
    "unlike_opening": _open,
    "condition_ending": _wrong_ending,
}
