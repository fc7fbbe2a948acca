"""Compares pieces of text by what they say rather than by spacing, width or punctuation."""

from __future__ import annotations

import re
import unicodedata

_GRAM = 4
_MARK = re.compile(r"\s*(?:[-*+•·]|\(?\d{1,2}[.)、．](?!\d)|[（(]\d{1,2}[)）])\s*")


def squeeze(text: str) -> str:
    """Letters and digits alone, in one width and case: what is left when layout is taken away."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(ch for ch in folded if ch.isalnum())


def unmarked(text: str) -> str:
    """``text`` without outer white space and without a list mark ("- ", "1. ", "（2）") in front."""
    stripped = text.strip()
    match = _MARK.match(stripped)
    rest = stripped[match.end() :] if match else stripped
    return rest if rest else stripped


def containment(piece: str, source: str) -> float:
    """Share of ``piece`` that is found in ``source``, 0 to 1, by character 4-grams of the squeezed texts.

    A piece shorter than a gram is in or it is not; an empty one counts as found.
    """
    needle, hay = squeeze(piece), squeeze(source)
    if not needle or needle in hay:
        return 1.0
    if len(needle) < _GRAM:
        return 0.0
    have = {hay[i : i + _GRAM] for i in range(len(hay) - _GRAM + 1)}
    grams = [needle[i : i + _GRAM] for i in range(len(needle) - _GRAM + 1)]
    return sum(gram in have for gram in grams) / len(grams)
