"""The labelled pairs behind the thresholds: (a benchmark's text, a record's text, whether they are the same).

Made from ``data/bases.jsonl``: sixty instructions of our own in two languages, each with a second task whose
sentence is built alike. Everything drawn is drawn from a fixed seed.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

BASES = Path(__file__).parent / "data" / "bases.jsonl"

_MORE = {
    "en": ["Answer in British English.", "Quote one proverb.", "Leave a blank line after each paragraph."],
    "zh": ["使用简体中文作答。", "引用一句谚语。", "每段之后空一行。"],
}
_WORDS = {
    "en": ["garden", "silver", "Tuesday", "quickly", "bottle", "northern", "listen", "almost", "gentle"],
    "zh": ["花园", "银色", "周二", "很快", "瓶子", "北方", "倾听", "十七", "窗帘", "几乎", "温和", "收成"],
}
_PUNCTUATION = {
    "en": {".": " !", ",": " -", '"': "'", "-": " "},
    "zh": {"。": "！", "，": "、", "“": "「", "”": "」"},
}


@dataclass(frozen=True)
class Pair:
    """``kind`` says how the record's text was made from the target's."""

    lang: str
    kind: str
    same: bool
    target: str
    record: str


def pairs() -> Iterator[Pair]:
    """Every base gives seven pairs that are the same and five that are not."""
    bases = [json.loads(line) for line in BASES.read_text(encoding="utf-8").splitlines()]
    for number, base in enumerate(bases):
        lang, rng = base["lang"], random.Random(number)
        peers = [other for other in bases if other["lang"] == lang and other is not base]
        target = "\n".join([base["task"], *base["constraints"]])
        following = peers[number % len(peers)]
        for kind, same, record in (
            ("exact", True, target),
            ("punctuation", True, punctuated(target, lang)),
            ("words", True, reworded(target, lang, 0.1, rng)),
            ("extended", True, "\n".join([target, *_MORE[lang][:2]])),
            ("reworded, extended", True, "\n".join([reworded(target, lang, 0.1, rng), _MORE[lang][2]])),
            ("unrelated", False, "\n".join([following["task"], *following["constraints"]])),
            ("same constraints", False, "\n".join([following["task"], *base["constraints"]])),
            ("sentence built alike", False, "\n".join([base["other"], *following["constraints"]])),
            (
                "alike, one constraint",
                False,
                "\n".join([base["other"], base["constraints"][0], *_MORE[lang][:2]]),
            ),
        ):
            yield Pair(lang, kind, same, target, record)
        task = base["task"]
        yield Pair(lang, "short, words", True, task, reworded(task, lang, 0.1, rng))
        yield Pair(lang, "short, extended", True, task, "\n".join([task, base["constraints"][0]]))
        yield Pair(lang, "short, built alike", False, task, base["other"])


def punctuated(text: str, lang: str) -> str:
    """Other marks and other spacing; no letter changes."""
    for old, new in _PUNCTUATION[lang].items():
        text = text.replace(old, new)
    return text.replace("\n", " \n  ").upper() if lang == "en" else text.replace("\n", " ")


def reworded(text: str, lang: str, share: float, rng: random.Random) -> str:
    """A share of the words replaced by others; in Chinese a word is taken to have two characters."""
    pattern = r"[A-Za-z]+" if lang == "en" else r"[\u4e00-\u9fff]{2}"
    found = list(re.finditer(pattern, text))
    for match in sorted(rng.sample(found, max(1, round(share * len(found)))), key=lambda m: -m.start()):
        text = text[: match.start()] + rng.choice(_WORDS[lang]) + text[match.end() :]
    return text
