"""Counts over text, right for English and for Chinese. Every way of counting is defined here, once.

Where people count differently, a count is an ``Interval``: the fewest and the most under the usual ways.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from trace_builder.checks.reading.inline import plain, visible
from trace_builder.checks.reading.response_layout import Layout

#: Ideographs: one each is a word of Chinese text. Kana and Hangul are left to the languages.
CJK = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002ebef"
_CJK_CHAR = re.compile(f"[{CJK}]")
_WORD = re.compile(rf"[{CJK}]|[^\W_{CJK}]+(?:['’\-.‑][^\W_{CJK}]+)*")
_PIECE = re.compile(rf"[{CJK}]|[^\W{CJK}]+")
_WIDE_MARK = re.compile("[\u2014\u2018\u2019\u201c\u201d\u2026\u3001-\u3011\uff01-\uff0f\uff1a-\uff20]")
_NARROW_MARK = re.compile(r"[!-/:-@\[-`{-~]")
_SPACE = re.compile(r"\s")

_STOP = re.compile(r"[。！？!?…]+[\"'”’)）」』】*_]*|\.+[\"'”’)）」』*_]*(?=\s|$)|\.(?=[A-Z][a-z])")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\"'“‘])(?:Mr|Mrs|Ms|Dr|Prof|St|Sr|Jr|vs|etc|e\.g|i\.e|cf|Inc|Ltd|Co|Corp|No|Nos|"
    r"Fig|Vol|pp?|approx|"
    r"a\.m|p\.m|U\.S|U\.K|U\.N|Ph\.D|P\.S|P\.P\.S|P\.P|[A-Z]|\d{1,3})$"
)


class Interval(NamedTuple):
    """The fewest and the most that the usual ways of counting give."""

    low: int
    high: int


def exact(count: int) -> Interval:
    return Interval(count, count)


def is_cjk(text: str) -> bool:
    """Whether any ideograph stands in ``text``."""
    return _CJK_CHAR.search(text) is not None


def count_words(text: str) -> int:
    """Words of alphabetic text plus ideographs, each counted as one; punctuation counts nothing."""
    return sum(1 for _ in _WORD.finditer(text))


def count_han(text: str) -> int:
    """Ideographs alone."""
    return len(_CJK_CHAR.findall(text))


def words(text: str, raw: str | None = None) -> Interval:
    """Words, as people and programs count them: with hyphens and apostrophes inside or as breaks, numbers of
    list items and addresses of links in or out (``raw`` has them), and for Chinese with or without
    punctuation, which Word's 字数 has."""
    raw = text if raw is None else raw
    if is_cjk(text):
        return Interval(
            count_words(text), _pieces(raw) + len(_WIDE_MARK.findall(raw)) + len(_NARROW_MARK.findall(text))
        )
    spaced = sum(1 for token in text.split() if any(map(str.isalnum, token)))
    return Interval(min(spaced, count_words(text)), max(_pieces(raw), len(raw.split())))


def _pieces(text: str) -> int:
    return sum(1 for _ in _PIECE.finditer(text))


def characters(text: str, raw: str) -> Interval:
    """Characters: without white space and markup, up to all there are."""
    return Interval(len(_SPACE.sub("", text)), len(raw))


def sentences(text: str) -> list[str]:
    """The sentences of visible text, line by line; what no mark ends at a line's end is one as well."""
    return [sentence for line in text.split("\n") for sentence in line_sentences(line)]


def line_sentences(line: str) -> list[str]:
    found: list[str] = []
    start = 0
    for stop in _STOP.finditer(line):
        if stop[0] == "." and _ABBREVIATION.search(line[max(start, stop.start() - 12) : stop.start()]):
            continue
        found.append(line[start : stop.end()].strip())
        start = stop.end()
    found.append(line[start:].strip())
    return [sentence for sentence in found if any(map(str.isalnum, sentence))]


_ENDED = re.compile(r"[.。！？!?…][\"'”’)）」』】*_]*$")


def count_sentences(layout: Layout) -> Interval:
    """Sentences: those that a mark ends (at least one, where there is text), up to every line's."""
    all_of_them = sentences(layout.prose)
    ended = sum(1 for sentence in all_of_them if _ENDED.search(sentence))
    flowing = sum(1 for _ in sentences(re.sub(r"(?<=[^\n.。！？!?：:])\n(?=[a-z])", " ", layout.prose)))
    return Interval(min(max(ended, min(1, len(all_of_them))), flowing), len(all_of_them))


def count_paragraphs(layout: Layout, *, blank: bool = False) -> tuple[Interval, ...]:
    """Paragraphs between blank lines, with and without those that are a heading or a rule alone; where no
    line is blank, every line may be one, unless blank lines are asked for."""
    blocks = layout.blocks
    bare = sum(1 for block in blocks if any(row.kind in ("text", "item", "code") for row in block))
    readings = {len(blocks), bare}
    lines = len(layout.lines)
    if len(blocks) == 1 and lines > 1 and not blank:
        readings.add(lines)
    return tuple(exact(count) for count in sorted(readings))


def parts_between(text: str, divider: str) -> int:
    """How many parts with something in them a divider makes of a text."""
    pattern = re.escape(divider)
    if divider[0] * len(divider) == divider:
        pattern = f"(?<!{re.escape(divider[0])}){pattern}(?!{re.escape(divider[0])})"
    return sum(1 for part in re.split(pattern, text) if part.strip())


_VOWEL_END = re.compile(r"[aeiou]$")


@lru_cache(maxsize=4096)
def _forms(word: str) -> re.Pattern[str]:
    """A pattern for a word and for what it becomes in a sentence: plural, possessive, tense."""
    if not re.fullmatch(r"[a-z]{3,}", word):
        return _bounded(re.escape(word))
    stem = re.escape(word)
    forms = [f"{stem}(?:s|es|ed|d|ing|ings)?(?:'s?)?"]
    if word[-1] == "y" and not _VOWEL_END.search(word[:-1]):
        forms.append(f"{word[:-1]}(?:ies|ied)")
    if word[-1] == "e":
        forms.append(f"{word[:-1]}ing")
    if re.search(r"[^aeiou][aeiou][bdgklmnprt]$", word):
        forms.append(f"{stem}{word[-1]}(?:ed|ing|er)")
    return _bounded(f"(?:{'|'.join(forms)})")


def _bounded(pattern: str, word: str | None = None) -> re.Pattern[str]:
    first, last = (word[0], word[-1]) if word else ("a", "a")
    left = r"(?<![A-Za-z0-9_\u00c0-\u024f])" if _is_letter(first) else ""
    right = r"(?![A-Za-z0-9_\u00c0-\u024f])" if _is_letter(last) else ""
    return re.compile(left + pattern + right)


def _is_letter(char: str) -> bool:
    return char < "\u0250" and char.isalnum()


@lru_cache(maxsize=4096)
def _word_pattern(word: str) -> re.Pattern[str]:
    return _bounded(re.escape(word), word)


def folded(text: str) -> str:
    """``text`` for comparing words: in one case, with straight quotation marks."""
    return plain(text).casefold()


class Occurrences(NamedTuple):
    """How often a word stands in a text: by itself, in any of its forms, and inside other words."""

    alone: int
    forms: int
    inside: int


def occurrences(word: str, text: str) -> Occurrences:
    """How often ``word`` stands in a ``text`` that is ``folded``; Chinese has no forms and no word bounds."""
    word = folded(word)
    inside = text.count(word) if word else 0
    if not inside and not word[:-1].isalpha():
        return Occurrences(0, 0, 0)
    alone = sum(1 for _ in _word_pattern(word).finditer(text)) if inside else 0
    if " " in word or word.isdecimal():
        return Occurrences(alone, alone, alone)
    if not word.isascii() or not word.isalpha():
        return Occurrences(alone, alone, inside)
    forms = max(alone, sum(1 for _ in _forms(word).finditer(text)))
    return Occurrences(alone, forms, max(inside, forms))


def mentions(word: str, text: str) -> bool:
    """Whether ``word`` stands in ``text`` as a whole word, in any case."""
    return _word_pattern(folded(word)).search(folded(text)) is not None


def keyword_text(layout: Layout, word: str) -> str:
    """Where a word is looked for: what is seen, code and all; with markup where the word has some itself."""
    return _folded(layout, any(char in word for char in "*_`#[]<>|~"))


def _folded(layout: Layout, marked: bool) -> str:
    kept: dict[bool, str] = layout.__dict__.setdefault("_folded", {})
    if marked not in kept:
        kept[marked] = folded(layout.raw if marked else layout.seen)
    return kept[marked]


def first_mention(word: str, text: str) -> int | None:
    """The offset right after the first occurrence of ``word`` in ``text``, or None."""
    found = _word_pattern(folded(word)).search(folded(text))
    return found.end() if found else None


def visible_words(text: str) -> list[str]:
    """The words of visible text, ideographs one by one."""
    return _WORD.findall(visible(text))
