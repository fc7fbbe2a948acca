"""Wordings of the style dimensions: tone, mood, figures of speech, languages."""

from __future__ import annotations

from collections.abc import Callable

from trace_builder.checks.claims import Claim
from trace_builder.checks.reading.languages import language_named
from trace_builder.checks.wordings.wording import Slots, Wording, claim, has


def _named(kind: str) -> Callable[[Slots], tuple[Claim, ...]]:
    return lambda s: (Claim(kind, {"language": language_named(s["language"])}),)


WORDINGS: tuple[Wording, ...] = (
    Wording(
        "tone_formal",
        "tone_and_style",
        claim("contractions", most=0),
        en=('Keep a formal tone: use no contractions such as "don\'t" or "can\'t".',),
    ),
    Wording(
        "tone_casual",
        "tone_and_style",
        claim("contractions", least=1),
        en=('Keep a casual tone: use at least one contraction such as "don\'t" or "can\'t".',),
    ),
    Wording(
        "tone_formal_zh",
        "tone_and_style",
        claim("particles", texts=["啦", "哦", "呀"], most=0),
        zh=("语气正式：不使用“啦”“哦”“呀”这三个语气词。",),
    ),
    Wording(
        "tone_casual_zh",
        "tone_and_style",
        claim("particles", texts=["啦", "哦", "呀"], least=1),
        zh=("语气轻松：至少使用一次“啦”“哦”“呀”中的语气词。",),
    ),
    Wording(
        "tone_polite",
        "tone_and_style",
        has("word"),
        en=('Be polite: use the expression "{word}" at least once.',),
        zh=("语气礼貌：至少使用一次“{word}”。",),
    ),
    Wording(
        "mood_word",
        "emotion",
        has("word"),
        en=('Convey a sense of {mood}: use the word "{word}" at least once.',),
        zh=("传达{mood}的心情：至少使用一次“{word}”一词。",),
    ),
    Wording(
        "simile",
        "linguistic_characteristics",
        has("word"),
        en=('Use at least one comparison with "{word}".',),
    ),
    Wording(
        "simile_zh",
        "linguistic_characteristics",
        lambda s: (Claim("pattern", {"texts": [s["a"], s["b"]]}),),
        zh=("至少写一个比喻句，句中用到“{a}……{b}”。",),
    ),
    Wording(
        "questions",
        "linguistic_characteristics",
        lambda s: (Claim("mark", {"mark": "?", "least": int(s["n"])}),),
        en=("Put at least {n} rhetorical questions into it, each ending in a question mark.",),
        zh=("至少使用{n}个反问句，每句以问号结尾。",),
    ),
    Wording(
        "no_questions",
        "linguistic_characteristics",
        claim("mark", mark="?", most=0),
        en=("State everything plainly: no rhetorical questions and no question marks at all.",),
        zh=("全部用陈述的方式表达，不出现反问句和问号。",),
    ),
    Wording(
        "sentence_in",
        "multilingual",
        _named("sentence_in"),
        en=("Add at least one sentence in {language}.", "At least one sentence has to be in {language}."),
        zh=("至少有一句话用{language}书写。", "文中加入一句{language}。"),
        valid=lambda s: language_named(s["language"]) is not None,
    ),
    Wording(
        "answer_language",
        "multilingual",
        _named("language"),
        en=("Write the main part of the answer in {language}.",),
        zh=("回答的主体部分用{language}书写。",),
        valid=lambda s: language_named(s["language"]) in ("Chinese", "English"),
    ),
)
