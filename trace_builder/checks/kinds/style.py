"""Kinds of the style dimensions: tone, mood, figures of speech, languages. Each says in its own words what
is looked for, so that the check is fair."""

from __future__ import annotations

import re

from trace_builder.checks.counting import LANGUAGES as KNOWN
from trace_builder.checks.counting import cjk_share, has_sentence_in
from trace_builder.checks.registry import Bound, ConstraintKind, Parameters
from trace_builder.checks.templates import TemplateKind
from trace_builder.checks.texts import has, none, some, text_bound

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


def _mainly(p: Parameters, r: str) -> bool:
    share = cjk_share(r)
    return share >= 0.5 if LANGUAGES[p["language"]] == "Chinese" else share < 0.5


def _figure(p: Parameters, r: str) -> bool:
    pattern = re.escape(p["a"]) + r"[^。！？\n]{1,40}?" + re.escape(p["b"])
    return re.search(pattern, r) is not None


KINDS: tuple[ConstraintKind, ...] = (
    TemplateKind(
        "tone_formal",
        "tone_and_style",
        *none("contractions", _CONTRACTION),
        en=('Keep a formal tone: use no contractions such as "don\'t" or "can\'t".',),
    ),
    TemplateKind(
        "tone_casual",
        "tone_and_style",
        *some("contractions", _CONTRACTION),
        en=('Keep a casual tone: use at least one contraction such as "don\'t" or "can\'t".',),
    ),
    TemplateKind(
        "tone_formal_zh",
        "tone_and_style",
        *none("particles", _PARTICLE),
        zh=("语气正式：不使用“啦”“哦”“呀”这三个语气词。",),
    ),
    TemplateKind(
        "tone_casual_zh",
        "tone_and_style",
        *some("particles", _PARTICLE),
        zh=("语气轻松：至少使用一次“啦”“哦”“呀”中的语气词。",),
    ),
    TemplateKind(
        "tone_polite",
        "tone_and_style",
        *has("word"),
        en=('Be polite: use the expression "{word}" at least once.',),
        zh=("语气礼貌：至少使用一次“{word}”。",),
    ),
    TemplateKind(
        "mood_word",
        "emotion",
        *has("word"),
        en=('Convey a sense of {mood}: use the word "{word}" at least once.',),
        zh=("传达{mood}的心情：至少使用一次“{word}”一词。",),
    ),
    TemplateKind(
        "simile",
        "linguistic_characteristics",
        *has("word"),
        en=('Use at least one comparison with "{word}".',),
    ),
    TemplateKind(
        "simile_zh",
        "linguistic_characteristics",
        _figure,
        zh=("至少写一个比喻句，句中用到“{a}……{b}”。",),
    ),
    TemplateKind(
        "questions",
        "linguistic_characteristics",
        lambda p, r: len(_QUESTION.findall(r)) >= int(p["n"]),
        en=("Put at least {n} rhetorical questions into it, each ending in a question mark.",),
        zh=("至少使用{n}个反问句，每句以问号结尾。",),
        bounded=lambda p: (Bound("questions", int(p["n"])),),
    ),
    TemplateKind(
        "no_questions",
        "linguistic_characteristics",
        *none("questions", _QUESTION),
        en=("State everything plainly: no rhetorical questions and no question marks at all.",),
        zh=("全部用陈述的方式表达，不出现反问句和问号。",),
    ),
    TemplateKind(
        "sentence_in",
        "multilingual",
        lambda p, r: has_sentence_in(LANGUAGES[p["language"]], r),
        en=("Add at least one sentence in {language}.", "At least one sentence has to be in {language}."),
        zh=("至少有一句话用{language}书写。", "文中加入一句{language}。"),
        valid=lambda p: p["language"] in LANGUAGES,
    ),
    TemplateKind(
        "answer_language",
        "multilingual",
        _mainly,
        en=("Write the main part of the answer in {language}.",),
        zh=("回答的主体部分用{language}书写。",),
        bounded=lambda p: (text_bound("language", LANGUAGES.get(p["language"], "")),),
        valid=lambda p: LANGUAGES.get(p["language"]) in ("Chinese", "English"),
        heard=(
            "<Write|Answer|Respond|Reply><| only| entirely> in {language}.",
            "The <whole|entire> <response|answer> <must|should> be in {language}.",
            "<请|必须|>用{language}<回答|作答|回复|书写|撰写>。",
            "<请|必须|>使用{language}<回答|作答|回复|书写|撰写>。",
        ),
    ),
)
