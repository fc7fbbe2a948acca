"""Kinds of the style dimensions: tone, mood, figures of speech, languages. Each says in its own words what
is looked for, so that the check is fair."""

from __future__ import annotations

import re

from trace_builder.checks.counting import LANGUAGES as KNOWN
from trace_builder.checks.counting import cjk_share, has_sentence_in, mentions
from trace_builder.checks.kinds_content import word_claim
from trace_builder.checks.registry import Claim, Kind, Params
from trace_builder.checks.texts import text_claim

_CONTRACTION = re.compile(
    r"\b(?:\w+n['’]t|\w+['’](?:re|ve|ll|d|m)|(?:it|that|there|here|he|she|what|who|let)['’]s)\b",
    re.IGNORECASE,
)
_PARTICLE = re.compile("[啦哦呀]")
_QUESTION = re.compile(r"[?？]")

#: Names of languages in both languages, by the English one.
LANGUAGES: dict[str, str] = {
    **{name: name for name in KNOWN},
    "中文": "Chinese",
    "俄语": "Russian",
    "日语": "Japanese",
    "韩语": "Korean",
    "希腊语": "Greek",
    "英语": "English",
    "英文": "English",
}


def _in_language(p: Params, r: str) -> bool:
    return has_sentence_in(LANGUAGES[p["language"]], r)


def _mainly(p: Params, r: str) -> bool:
    share = cjk_share(r)
    return share >= 0.5 if LANGUAGES[p["language"]] == "Chinese" else share < 0.5


def _figure(p: Params, r: str) -> bool:
    pattern = re.escape(p["a"]) + r"[^。！？\n]{1,40}?" + re.escape(p["b"])
    return re.search(pattern, r) is not None


KINDS: tuple[Kind, ...] = (
    Kind(
        "tone_formal",
        "tone_and_style",
        lambda p, r: not _CONTRACTION.search(r),
        en=('Keep a formal tone: use no contractions such as "don\'t" or "can\'t".',),
        claims=lambda p: (Claim("contractions", 0, 0),),
    ),
    Kind(
        "tone_casual",
        "tone_and_style",
        lambda p, r: _CONTRACTION.search(r) is not None,
        en=('Keep a casual tone: use at least one contraction such as "don\'t" or "can\'t".',),
        claims=lambda p: (Claim("contractions", 1),),
    ),
    Kind(
        "tone_formal_zh",
        "tone_and_style",
        lambda p, r: not _PARTICLE.search(r),
        zh=("语气正式：不使用“啦”“哦”“呀”这三个语气词。",),
        claims=lambda p: (Claim("particles", 0, 0),),
    ),
    Kind(
        "tone_casual_zh",
        "tone_and_style",
        lambda p, r: _PARTICLE.search(r) is not None,
        zh=("语气轻松：至少使用一次“啦”“哦”“呀”中的语气词。",),
        claims=lambda p: (Claim("particles", 1),),
    ),
    Kind(
        "tone_polite",
        "tone_and_style",
        lambda p, r: mentions(p["word"], r),
        en=('Be polite: use the expression "{word}" at least once.',),
        zh=("语气礼貌：至少使用一次“{word}”。",),
        claims=lambda p: (word_claim(p["word"], 1),),
    ),
    Kind(
        "mood_word",
        "emotion",
        lambda p, r: mentions(p["word"], r),
        en=('Convey a sense of {mood}: use the word "{word}" at least once.',),
        zh=("传达{mood}的心情：至少使用一次“{word}”一词。",),
        claims=lambda p: (word_claim(p["word"], 1),),
    ),
    Kind(
        "simile",
        "linguistic_characteristics",
        lambda p, r: mentions(p["word"], r),
        en=('Use at least one comparison with "{word}".',),
        claims=lambda p: (word_claim(p["word"], 1),),
    ),
    Kind(
        "simile_zh",
        "linguistic_characteristics",
        _figure,
        zh=("至少写一个比喻句，句中用到“{a}……{b}”。",),
    ),
    Kind(
        "questions",
        "linguistic_characteristics",
        lambda p, r: len(_QUESTION.findall(r)) >= int(p["n"]),
        en=("Put at least {n} rhetorical questions into it, each ending in a question mark.",),
        zh=("至少使用{n}个反问句，每句以问号结尾。",),
        claims=lambda p: (Claim("questions", int(p["n"])),),
    ),
    Kind(
        "no_questions",
        "linguistic_characteristics",
        lambda p, r: not _QUESTION.search(r),
        en=("State everything plainly: no rhetorical questions and no question marks at all.",),
        zh=("全部用陈述的方式表达，不出现反问句和问号。",),
        claims=lambda p: (Claim("questions", 0, 0),),
    ),
    Kind(
        "sentence_in",
        "multilingual",
        _in_language,
        en=("Add at least one sentence in {language}.", "At least one sentence has to be in {language}."),
        zh=("至少有一句话用{language}书写。", "文中加入一句{language}。"),
        valid=lambda p: p["language"] in LANGUAGES,
    ),
    Kind(
        "answer_language",
        "multilingual",
        _mainly,
        en=("Write the main part of the answer in {language}.",),
        zh=("回答的主体部分用{language}书写。",),
        claims=lambda p: (text_claim("language", LANGUAGES.get(p["language"], "")),),
        valid=lambda p: LANGUAGES.get(p["language"]) in ("Chinese", "English"),
        heard=(
            ("en", "<Write|Answer|Respond|Reply><| only| entirely> in {language}."),
            ("en", "The <whole|entire> <response|answer> <must|should> be in {language}."),
            ("zh", "<请|必须|>用{language}<回答|作答|回复|书写|撰写>。"),
            ("zh", "<请|必须|>使用{language}<回答|作答|回复|书写|撰写>。"),
        ),
    ),
)
