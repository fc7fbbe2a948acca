"""English rules for the layout: signs for headings and bullets, sources, titled sections, openings."""

from __future__ import annotations

import re
from collections.abc import Iterable

from trace_builder.checks.claims import Claim
from trace_builder.checks.grammar.english.english_sentences import Sentence
from trace_builder.checks.grammar.rules import Rule, rule

#: What turns round or narrows what stands around it.
_NOT_SO = re.compile(
    r"\b(?:not|\w+n't|never|avoid\w*|without|no|instead of|rather than|except|if|unless|optionally|or)\b",
    re.IGNORECASE,
)


def _asks(kind: str, **parameters: object):  # type: ignore[no-untyped-def]
    def build(sentence: Sentence, found: re.Match[str]) -> Iterable[Claim] | None:
        return None if _NOT_SO.search(sentence.text[: found.end()]) else [Claim(kind, parameters)]

    return build


def _decimals(sentence: Sentence, found: re.Match[str]) -> Iterable[Claim] | None:
    asked = sentence.range(found["a"])
    if _NOT_SO.search(sentence.text[: found.end()]) or asked.get("least") != asked.get("most"):
        return None
    return [Claim("decimals", {"n": asked["least"]})]


def _emoji_in(sentence: Sentence, found: re.Match[str]) -> Iterable[Claim] | None:
    if _NOT_SO.search(sentence.text[: found.end()]):
        return None
    return [Claim("emoji", {"least": 1}, sentence.scopes[int(found["s"])])]


def _pattern(sentence: Sentence, found: re.Match[str]) -> Iterable[Claim] | None:
    """A sentence of the form "Not only ..., but also ..."."""
    parts = [part.strip(" ,.") for part in re.split(r"…+|\.{3,}", sentence.said(found["q"])[0])]
    parts = [part for part in parts if part]
    if len(parts) < 2 or any(re.search(r"[\[\]<>{}]", part) for part in parts):
        return None
    return None if _NOT_SO.search(sentence.text[: found.start()]) else [Claim("pattern", {"texts": parts})]


def _hashes(sentence: Sentence, found: re.Match[str]) -> Iterable[Claim] | None:
    said = sentence.said(found["q"])[0].strip()
    if not re.fullmatch("#{1,6}", said) or _NOT_SO.search(sentence.text):
        return None
    return [Claim("headings", {"level": len(said), "least": 1})]


def _unlike_opening(sentence: Sentence, found: re.Match[str]) -> Iterable[Claim] | None:
    said = re.sub(r"[ ,.…]+$", "", sentence.said(found["q"])[0])
    return [Claim("not_start", {"text": said})] if said else None


def _named_so(sentence: Sentence, found: re.Match[str]) -> Iterable[Claim] | None:
    if _NOT_SO.search(sentence.text[: found.end()]):
        return None
    return [Claim("word", {"word": sentence.said(found["q"])[0], "least": 1})]


LAYOUT_RULES: tuple[Rule[Sentence], ...] = (
    rule(
        r"\b(?:round|give|state|report|show|keep|express|present|use|with|quote|calculate|accurate|precise)\w*\b"
        r"[^.;‹]{0,40}?\b(?:to|with|at)?(?: exactly)? ?‹a(?P<a>\d+)› decimals?(?: places?| points?| "
        r"digits?)?",
        _decimals,
        part=True,
    ),
    rule(
        r"(?:start|begin|open|end|finish|close) ‹s(?P<s>\d+)› with (?:an?|one|‹a\d+›) (?:[\w-]+ "
        r"){0,2}emojis?",
        _emoji_in,
        part=True,
    ),
    rule(
        r"\b(?:as|pattern|structure|form|construction|formula|sentence)(?: of)?:? ?‹(?P<q>q\d+)›",
        _pattern,
        part=True,
    ),
    rule(
        r"\b(?:name|cite|give|add|put|mark|include|use|provide|sources?|references?|citations?|footnotes?)\b"
        r"[^.;‹]{0,70}?\[(?:1|‹a\d+›)\]",
        _asks("citations", style="number", least=1),
        part=True,
    ),
    rule(
        r"\b(?:use|with|add|put) (?:an? |the )?(?:bullets?|bullet points?)(?: ‹q\d+›)? (?:for|before|in "
        r"front of|to "
        r"mark|at the start of) (?:each|every|the|all|‹s\d+›)",
        _asks("list", style="bullet"),
        part=True,
    ),
    rule(r"‹(?P<q>q\d+)› (?:for|as|to mark|to indicate)\b[^.;‹]{0,60}", _hashes, part=True),
    rule(
        r"\b(?:divide|split|organi[sz]e|structure|break|arrange|group)\w*\b(?:[^.;‹]|‹[dp]›){0,40}?"
        r"(?:(?:titled|headed) (?:sections|parts)|(?:sections|parts) with (?:headings|titles))",
        _asks("headings", least=2),
        part=True,
    ),
    rule(
        r"\b(?:avoid|never use|do not use|don't use|skip) (?:[\w-]+ ){0,2}(?:openings?|beginnings?|opening "
        r"(?:lines?|phrases?|sentences?))\b[^.;‹]{0,30}‹(?P<q>q\d+)›",
        _unlike_opening,
        part=True,
    ),
    rule(r"\brefer to [^.;‹]{1,40}? (?:only |always )?as ‹(?P<q>q\d+)›", _named_so, part=True),
)
