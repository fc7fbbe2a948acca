"""Texts as sets of shingles: runs of characters for Chinese, runs of words for English, both where mixed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

#: Tokens in a shingle that starts with a character of Chinese, Japanese or Korean, and with any other word.
CHARACTERS = 3
WORDS = 2

_IDEOGRAPHS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_TOKEN = re.compile(rf"[{_IDEOGRAPHS}]|[^\W_{_IDEOGRAPHS}]+")
_IDEOGRAPH = re.compile(rf"[{_IDEOGRAPHS}]")


def tokens(text: str) -> list[str]:
    """Words, and single ideographs, in one width and case; punctuation and spacing are gone."""
    return _TOKEN.findall(unicodedata.normalize("NFKC", text).casefold())


@dataclass(frozen=True, slots=True)
class Shingled:
    """A text taken apart once: its tokens, its shingles, and the whole as one piece."""

    tokens: list[str]
    pieces: frozenset[str]
    whole: str


def shingled(text: str) -> Shingled:
    """Takes a text apart.

    A text shorter than a shingle is one piece of its own, so that two short texts count as equal only when
    they are; a text without any letter or digit stands for itself. No whole equals a shingle.
    """
    found = tokens(text)
    all_of_it = whole(text, found)
    pieces = {
        " ".join(found[start : start + length])
        for start, length in enumerate(map(_length, found))
        if start + length <= len(found)
    }
    return Shingled(found, frozenset(pieces or (all_of_it,)), all_of_it)


def whole(text: str, found: Sequence[str] | None = None) -> str:
    """A text as one piece; ``found`` are its tokens, where they are known already."""
    words = tokens(text) if found is None else found
    return "=" + (" ".join(words) if words else "".join(text.split()))


def shingles(text: str) -> frozenset[str]:
    """The shingles of a text; see ``shingled``."""
    return shingled(text).pieces


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """Shared shingles over all shingles, 0 to 1."""
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared)


def same_order(one: Sequence[str], other: Sequence[str]) -> float:
    """Tokens the two texts share in the same order, twice over all tokens, 0 to 1."""
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Shared shingles over those of the smaller text, 0 to 1: 1 where one text lies whole in the other."""
    return len(one & other) / min(len(one), len(other))


def chinese(text: str) -> bool:
    """Whether at least a third of the text's tokens are ideographs."""
    found = tokens(text)
    return 3 * sum(bool(_IDEOGRAPH.match(token)) for token in found) >= max(1, len(found))


def _length(token: str) -> int:
    return CHARACTERS if _IDEOGRAPH.match(token) else WORDS
