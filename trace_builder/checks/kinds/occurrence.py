"""Words and letters: in, out, how often, in which forms, one of several, and patterns of a sentence."""

from __future__ import annotations

import re

from trace_builder.checks.claims import INFINITY, Bound, Finding, Parameters, ends_of
from trace_builder.checks.kind import RANGE, Form, Kind, place, places_of, range_bound, range_words, within
from trace_builder.checks.reading.counting import exact, first_mention, folded, keyword_text, occurrences
from trace_builder.checks.reading.response_layout import Layout

_GLOSS = re.compile(r"[\"”」』*]*\s*[(（][^()（）]+[)）]")


def _word(parameters: Parameters, layout: Layout) -> Finding:
    """A word with its forms. What asks for it holds with any form, what forbids it is broken by the word
    itself; forms, and the word inside others, leave it open."""
    word = parameters["word"]
    text = keyword_text(layout, word)
    found = occurrences(word, text)
    forms = found.alone if parameters.get("exact") else found.forms
    low, high = ends_of(parameters)
    kept = forms >= low and forms <= high
    broken = found.inside < low or found.alone > high
    if found.alone == forms == 0 and low == 0:
        kept = True
    said = str(found.alone) if found.alone == forms else f"{found.alone} (with other forms {forms})"
    places = _places(word, text) if found.alone > high else ()
    verdict = True if kept else False if broken else None
    return Finding(verdict, f"{said} times “{word}”", range_words(parameters, "en"), places)


def _places(word: str, text: str) -> tuple[str, ...]:
    return places_of(re.compile(re.escape(folded(word))), text)


def _any_word(parameters: Parameters, layout: Layout) -> Finding:
    """How many of several words occur at all."""
    texts = [(word, occurrences(word, keyword_text(layout, word))) for word in parameters["texts"]]
    sure = sum(1 for _, found in texts if found.forms)
    perhaps = sum(1 for _, found in texts if found.inside)
    there = ", ".join(word for word, found in texts if found.forms) or "none of them"
    readings = (exact(sure),) if sure == perhaps else (exact(sure), exact(perhaps))
    return within(parameters, *readings, unit=f"of them: {there}")


def _letter(parameters: Parameters, layout: Layout) -> Finding:
    letter = folded(parameters["letter"])
    return within(parameters, exact(folded(layout.seen).count(letter)), unit=f"times the letter “{letter}”")


def _pattern(parameters: Parameters, layout: Layout) -> Finding:
    """A sentence of the pattern "A ... B ..."."""
    first, *rest = (re.escape(folded(text)) for text in parameters["texts"])
    gap = r"[^.。！？!?\n]{1,300}?"
    found = re.search(gap.join([first, *rest]), folded(layout.seen))
    wanted = " ... ".join(parameters["texts"])
    return Finding(found is not None, found[0] if found else "no such sentence", wanted)


def _gloss(parameters: Parameters, layout: Layout) -> Finding:
    end = first_mention(parameters["word"], layout.raw)
    if end is None:
        return Finding(False, "the word does not occur", "an explanation in parentheses after it")
    explained = _GLOSS.match(layout.raw, end) is not None
    return Finding(explained, place(layout.raw, end), "an explanation in parentheses after it")


def _word_bound(parameters: Parameters) -> tuple[Bound, ...]:
    return (Bound(f"word:{folded(parameters['word'])}", *ends_of(parameters)),)


def _once(parameters: Parameters) -> tuple[Bound, ...]:
    return (Bound(f"word:{folded(parameters['word'])}", 1, INFINITY),)


def _form(en: str, zh: str, **fixed: int | bool) -> Form:
    return Form(en, zh, fixed)


KINDS: tuple[Kind, ...] = (
    Kind(
        "word",
        _word,
        {**RANGE, "word": "text", "exact": "flag?"},
        (
            _form('{scope} must not have the word "{word}".', "{scope}不得出现“{word}”一词。", most=0),
            _form(
                '{scope} must have the word "{word}" {range} times.', "{scope}必须{range}次出现“{word}”一词。"
            ),
            _form(
                '{scope} must have the exact phrase "{word}" {range} times.',
                "{scope}必须{range}次原样出现“{word}”。",
                exact=True,
            ),
        ),
        _word_bound,
    ),
    Kind(
        "any_word",
        _any_word,
        {**RANGE, "texts": "texts"},
        (_form("{scope} must have {range} of the phrases {texts}.", "{scope}必须有{texts}中的{range}个。"),),
        lambda p: range_bound(f"any_word:{'|'.join(map(folded, p['texts']))}")(p),
    ),
    Kind(
        "letter",
        _letter,
        {**RANGE, "letter": "text"},
        (
            _form('{scope} must not have the letter "{letter}".', "{scope}不得出现字母“{letter}”。", most=0),
            _form(
                '{scope} must have the letter "{letter}" {range} times.',
                "{scope}必须{range}次出现字母“{letter}”。",
            ),
        ),
        lambda p: range_bound(f"letter:{folded(p['letter'])}")(p),
    ),
    Kind(
        "pattern",
        _pattern,
        {"texts": "texts"},
        (
            Form(
                "{scope} must have a sentence with {texts} in this order.",
                "{scope}必须有一句依次用到{texts}。",
            ),
        ),
    ),
    Kind(
        "gloss",
        _gloss,
        {"word": "text"},
        (
            Form(
                '{scope} must explain "{word}" in parentheses where it first appears.',
                "{scope}必须在“{word}”首次出现时用括号解释其含义。",
            ),
        ),
        _once,
    ),
)
