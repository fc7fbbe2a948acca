"""Numbers in words, as digits."""

from __future__ import annotations

import re

_ONES = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
_TENS = {
    word: 10 * value
    for value, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2
    )
}
_SMALL = "|".join([*_TENS, *sorted(_ONES, key=len, reverse=True)])
_WORDS_EN = re.compile(
    rf"\b(?:(?:a|(?P<hundreds>{_SMALL}))[ -]hundred(?:(?: and)? (?P<rest>{_SMALL})(?:[ "
    rf"-](?P<last>{_SMALL}))?)?"
    rf"|(?:a|(?P<thousands>{_SMALL}))[ -]thousand(?: (?P<more>{_SMALL})[ -]hundred)?"
    rf"|(?P<tens>{'|'.join(_TENS)})[ -](?P<ones>{_SMALL})|(?P<single>{_SMALL}))\b",
    re.IGNORECASE,
)
_NO_NUMBER = re.compile(
    r"\bone(?= of\b| another\b| by one\b|-)|(?<=\bno )one\b|(?<=\bthis )one\b|(?<=\bwhich "
    r")one\b",
    re.IGNORECASE,
)
_OTHERS_EN = (
    (re.compile(r"\bonce\b(?! (?:you|the|it|they|upon|again)\b)", re.IGNORECASE), "1 times"),
    (re.compile(r"\btwice\b", re.IGNORECASE), "2 times"),
    (re.compile(r"\bthrice\b", re.IGNORECASE), "3 times"),
    (re.compile(r"\b(?:a|one) dozen\b", re.IGNORECASE), "12"),
    (re.compile(r"\b(?:a single|a one)\b", re.IGNORECASE), "exactly 1"),
    (re.compile(r"(?<=\d)[,，](?=\d{3}(?!\d))"), ""),
)

ORDINALS = {
    word: value
    for value, word in enumerate(
        [
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
            "eleventh",
            "twelfth",
        ],
        1,
    )
}

_DIGITS_ZH = {char: value for value, char in enumerate("零一二三四五六七八九")} | {
    "两": 2,
    "〇": 0,
    "壹": 1,
    "贰": 2,
    "叁": 3,
}
_UNITS_ZH = {"十": 10, "百": 100, "千": 1000}
#: What a number in Chinese words is followed by where it counts something.
MEASURES = "个字条项段句行次点种部列级位名篇章节页遍处张词步类首组对层小大到至至或、—~-～％%"
_NUMBER_ZH = re.compile(rf"[零一二两三四五六七八九十百千万〇]+(?=[{MEASURES}]|以上|以下|以内|左右)(?!级标题)")


def english_digits(text: str) -> str:
    """``text`` with its English number words as digits: "twenty-five" is "25", "twice" is "2 times"."""
    for pattern, digits in _OTHERS_EN:
        text = pattern.sub(digits, text)
    protected = _NO_NUMBER.sub("\ue000ne", text)
    return _WORDS_EN.sub(_digits_en, protected).replace("\ue000ne", "one")


def _digits_en(found: re.Match[str]) -> str:
    def value(name: str) -> int:
        word = (found[name] or "").lower()
        return _ONES.get(word, _TENS.get(word, 0))

    if found["single"]:
        return str(value("single"))
    if found["tens"]:
        return str(value("tens") + value("ones"))
    if "thousand" in found[0].lower():
        return str((value("thousands") or 1) * 1000 + value("more") * 100)
    return str((value("hundreds") or 1) * 100 + value("rest") + value("last"))


def chinese_digits(text: str) -> str:
    """``text`` with the Chinese number words that count something as digits: "三百字" is "300字"."""
    text = re.sub(r"(?<=\d)[,，](?=\d{3}(?!\d))", "", text)
    text = re.sub(r"(?<=\d)\s*千(?=[字词个])", "000", re.sub(r"(?<=\d)\s*万(?=[字词个])", "0000", text))
    return _NUMBER_ZH.sub(lambda found: _digits_zh(found[0]) or found[0], text)


def _digits_zh(word: str) -> str | None:
    total = section = digit = 0
    for char in word:
        if char in _DIGITS_ZH:
            if digit and len(word) == 2 and not set(word) & set("十百千万"):
                return None  # "三五个": a few
            digit = _DIGITS_ZH[char]
        elif char == "万":
            total, section, digit = (total + section + digit) * 10000, 0, 0
        else:
            section += (digit or 1) * _UNITS_ZH[char]
            digit = 0
    return str(total + section + digit)
