"""Counts over text, right for English (words) and Chinese (characters). Every count is defined here, once."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any

#: Ideographs: one each is a word of Chinese text. Kana and Hangul are left to ``SCRIPTS``.
CJK = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002ebef"
_CJK_CHAR = re.compile(f"[{CJK}]")
_WORD = re.compile(rf"[{CJK}]|[^\W_{CJK}]+(?:['’\-.][^\W_{CJK}]+)*")
_WIDE_MARK = re.compile("[\u2014\u2018\u2019\u201c\u201d\u2026\u3001-\u3011\uff01-\uff0f\uff1a-\uff20]")
_BLANK = re.compile(r"\n[ \t\r]*\n\s*")
_BULLET = re.compile(r"^[ \t]*[-*•+] +\S", re.MULTILINE)
_NUMBERED = re.compile(r"^[ \t]*(\d{1,3})[.、](?!\d)[ \t]*\S", re.MULTILINE)
_HEADING = re.compile(r"^(#{1,6}) +\S", re.MULTILINE)
_FENCE = re.compile(r"```(\w*)[ \t]*\n(.*?)\n?```", re.DOTALL)


def is_cjk(text: str) -> bool:
    """Whether any ideograph stands in ``text``."""
    return _CJK_CHAR.search(text) is not None


def count_words(text: str) -> int:
    """Words of alphabetic text plus ideographs, each counted as one; punctuation counts nothing."""
    return sum(1 for _ in _WORD.finditer(text))


def count_marks(text: str) -> int:
    """Chinese punctuation, which some count among the characters (字数) of a text and some do not."""
    return sum(1 for _ in _WIDE_MARK.finditer(text))


def cjk_share(text: str) -> float:
    """Ideographs as a share of all words outside code blocks; 0 for a text without words."""
    text = _FENCE.sub("", text)
    words = count_words(text)
    return sum(1 for _ in _CJK_CHAR.finditer(text)) / words if words else 0.0


def paragraphs(text: str) -> list[str]:
    """Stretches separated by blank lines."""
    return [piece for piece in _BLANK.split(text.strip()) if piece.strip()]


def count_bullets(text: str) -> int:
    """Lines opened by ``-``, ``*``, ``+`` or a dot, and a space."""
    return sum(1 for _ in _BULLET.finditer(text))


def numbered(text: str) -> list[int]:
    """The numbers of the lines opened by ``1.`` or ``1、``, in order."""
    return [int(match.group(1)) for match in _NUMBERED.finditer(text)]


def count_headings(text: str, level: int) -> int:
    """Markdown headings of one level, outside code blocks."""
    return sum(1 for match in _HEADING.finditer(_FENCE.sub("", text)) if len(match.group(1)) == level)


@lru_cache(maxsize=4096)
def _word_pattern(word: str) -> re.Pattern[str]:
    left = "(?<![A-Za-z0-9])" if word[:1].isascii() and word[:1].isalnum() else ""
    right = "(?![A-Za-z0-9])" if word[-1:].isascii() and word[-1:].isalnum() else ""
    return re.compile(left + re.escape(word) + right, re.IGNORECASE)


def occurrences(word: str, text: str) -> int:
    """How often ``word`` stands in ``text``: whole words in any case, or substrings where it is Chinese."""
    return sum(1 for _ in _word_pattern(word).finditer(text))


def mentions(word: str, text: str) -> bool:
    return _word_pattern(word).search(text) is not None


def first_end(word: str, text: str) -> int | None:
    """The offset right after the first occurrence of ``word``, or None."""
    match = _word_pattern(word).search(text)
    return match.end() if match else None


def lines(text: str) -> list[str]:
    """The lines with something in them, stripped of surrounding white space."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def code_blocks(text: str, language: str) -> list[str]:
    """The bodies of the fenced blocks of a language."""
    return [body for tag, body in _FENCE.findall(text) if tag.lower() == language]


def json_objects(text: str) -> list[dict[str, Any]]:
    """The objects in fenced json blocks that parse."""
    found = (_parsed(body) for body in code_blocks(text, "json"))
    return [value for value in found if isinstance(value, dict)]


def holds_json(text: str) -> bool:
    """Whether ``text`` gives JSON: as a whole, in any code block, or between its outermost braces."""
    candidates = [text, *(body for _, body in _FENCE.findall(text))]
    if "{" in text:
        candidates.append(text[text.index("{") : text.rfind("}") + 1])
    return any(isinstance(_parsed(candidate, strict=False), dict | list) for candidate in candidates)


def _parsed(text: str, *, strict: bool = True) -> Any:
    """What a text says in JSON; None where it is none. Numbers are read as floats, since whole ones of very
    many digits take very long."""
    try:
        return json.loads(text, strict=strict, parse_int=float)
    except (ValueError, RecursionError):
        return None


def table_rows(text: str) -> list[list[list[str]]]:
    """The Markdown tables of ``text``: for each its rows of cells, header first, separator row left out.

    A run of ``|`` lines without a separator row as its second line is no table.
    """
    tables: list[list[list[str]]] = []
    run: list[list[str]] = []
    for line in [*text.splitlines(), ""]:
        line = line.strip()
        if len(line) > 1 and line[0] == "|" and line[-1] == "|":
            run.append([cell.strip() for cell in line[1:-1].split("|")])
            continue
        if len(run) > 1 and all(re.fullmatch(r":?-{2,}:?", cell) for cell in run[1]):
            tables.append([run[0], *run[2:]])
        run = []
    return tables


_KANA = "\u3041-\u3096\u30a1-\u30fa"
_ANY_KANA = re.compile(f"[{_KANA}]")
_STRETCH = re.compile(r"[^.!?。！？\n]+")

#: What proves a few words in a language by its letters. Every pattern is bounded, so that a text of one
#: repeated letter costs no more than any other.
_SCRIPTS: dict[str, re.Pattern[str]] = {
    "Russian": re.compile(r"(?<![\u0400-\u04ff])[\u0400-\u04ff]{2,40}(?: [\u0400-\u04ff]{1,40}){2}"),
    "Japanese": re.compile(f"[{_KANA}]{{2}}"),
    "Korean": re.compile(r"[\uac00-\ud7af] [\uac00-\ud7af]"),
    "Greek": re.compile(
        r"(?<![\u0370-\u03ff\u1f00-\u1fff])[\u0370-\u03ff\u1f00-\u1fff]{2,40}"
        r"(?: [\u0370-\u03ff\u1f00-\u1fff]{1,40}){2}"
    ),
    "English": re.compile(r"\b[A-Za-z][a-z']{0,20}(?:,? [a-z']{1,20}){3}"),
}
#: The languages that ``has_sentence_in`` tells.
LANGUAGES = ("Chinese", *_SCRIPTS)


def has_sentence_in(language: str, text: str) -> bool:
    """Whether a few words of ``text`` are in a language, told by its letters: four ideographs in a stretch
    without kana are Chinese, four lower-case Latin words in a row are English."""
    if language != "Chinese":
        return _SCRIPTS[language].search(text) is not None
    stretches = (stretch for stretch in _STRETCH.findall(text) if not _ANY_KANA.search(stretch))
    return any(len(_CJK_CHAR.findall(stretch)) >= 4 for stretch in stretches)
