"""Texts by what they say rather than by spacing, width or punctuation: likeness, language, placeholders."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trace_builder.records import Lang

#: From this share of Chinese characters among its letters on, a text counts as Chinese. It is low because one
#: Chinese character says as much as several Latin letters.
CHINESE_SHARE = 0.2

_GRAM = 4
#: A hyphen, star or plus is a mark only before white space: "-5 °C", "**bold**" and "+1" open with content.
_BULLET = re.compile(r"(?:([-*+])(?=\s)|([•·]))\s*")
_NUMBER_MARK = re.compile(r"(?:[（(]?(\d{1,2})[)）]|(\d{1,2})[.、．](?!\d))\s*")
_LAYOUT = re.compile(r"[\W_]+")
_DIGITS = re.compile(r"\d+")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_LETTER = re.compile(r"[^\W\d_]")
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|`[^`]*`|「[^」]*」|《[^》]*》")
#: The clause that asks: Chinese up to a colon, a line's or a sentence's end; in other letters at least two
#: words up to a colon or a line's end, since a full stop may end the material just as well.
_CLAUSE = re.compile(
    r"\s*(?=[^:：\n。！？]*[\u4e00-\u9fff][^:：\n。！？]*[\u4e00-\u9fff])[^:：\n。！？]+(?=[:：\n。！？])"
    r"|\s*[^\W\d_]+[ ,][^:：\n]*[^\W\d_](?=[^:：\n]?[:：\n])"
)
#: Characters of a text that its language is read from.
_SAMPLE = 2000
_PLACEHOLDERS = frozenset(
    (
        "", "无", "無", "无输入", "無輸入", "没有输入", "无内容",
        "noinput", "no input", "no_input", "no-input", "n/a", "null", "none", "nan",
    )
)  # fmt: skip
_EDGES = " \t\r\n\"'`“”‘’「」.。<>()（）[]【】"


def detect_lang(*texts: str | None) -> Lang:
    """The language in which the first text that has letters asks for something; en where none has any. Its
    own clause decides, not the material that it works on: what stands in quotes, behind a colon or on further
    lines counts only where there is nothing else."""
    return next(filter(None, (_lang(text) for text in texts if text)), "en")


def written_in(text: str) -> Lang:
    """The language that a text is written in, taken as a whole: zh from a share of Chinese characters among
    its letters on, else en."""
    return _share_lang(text[:_SAMPLE]) or "en"


def _lang(text: str) -> Lang | None:
    sample = text[:_SAMPLE]
    if sample.isascii():
        return "en" if _LETTER.search(sample) else None
    unquoted = _QUOTED.sub("", sample)
    sample = unquoted if _LETTER.search(unquoted) else sample
    clause = _CLAUSE.match(sample)
    return _share_lang(clause.group() if clause else sample)


def _share_lang(sample: str) -> Lang | None:
    letters = len(_LETTER.findall(sample))
    if not letters:
        return None
    return "zh" if len(_HAN.findall(sample)) >= CHINESE_SHARE * letters else "en"


def is_placeholder(text: str) -> bool:
    """Whether a text only says that there is none, such as "无输入", "<noinput>", "N/A" or "NULL"."""
    if len(text) > 40 and text.strip():
        return False
    plain = text.strip().casefold()
    return plain in _PLACEHOLDERS or (plain.strip(_EDGES) or "-") in _PLACEHOLDERS


def squeeze(text: str) -> str:
    """Letters and digits alone, in one width and case: what is left when layout is taken away."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return _LAYOUT.sub("", folded)


def unmarked(text: str) -> str:
    """``text`` without outer white space and without a list mark ("- ", "1. ", "（2）") in front.

    A text that goes on as the same list ("- a\\n- b", "1. a\\n2. b") is a list itself and keeps its marks.
    """
    stripped = text.strip()
    bullet, number = _BULLET.match(stripped), _NUMBER_MARK.match(stripped)
    mark = bullet or number
    if mark is None or not stripped[mark.end() :]:
        return stripped
    rest = stripped[mark.end() :]
    following = [
        m for line in rest.splitlines()[1:] if (m := (_BULLET if bullet else _NUMBER_MARK).match(line))
    ]
    if bullet:
        goes_on = any(m.group().strip() == bullet.group().strip() for m in following)
    else:
        value = int(mark.group(1) or mark.group(2)) + 1
        goes_on = any(int(m.group(1) or m.group(2)) == value for m in following)
    return stripped if goes_on else rest


def numbers(text: str) -> set[str]:
    """The whole numbers that stand in ``text``, as digits in one width."""
    return set(_DIGITS.findall(unicodedata.normalize("NFKC", text)))


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
