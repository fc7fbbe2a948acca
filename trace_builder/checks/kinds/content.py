"""Kinds of the content dimensions: topic, words in and out, respect, personal details, lengths."""

from __future__ import annotations

import re

from trace_builder.checks.counting import count_marks, count_words, is_cjk, mentions, occurrences, paragraphs
from trace_builder.checks.registry import Bound, ConstraintKind, Parameters
from trace_builder.checks.templates import TemplateKind
from trace_builder.checks.texts import exactly, has, lacks, none, some, word_bound

_EXCLAMATION = re.compile("[!！]")
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]@[A-Za-z0-9-]{1,63}\.[A-Za-z]")
_DIGITS = re.compile(r"(?<![\d.,])\+?\d(?:[ \-]?\d){6,18}(?![\d,])")
#: Runs of digits that are no phone numbers: years, dates, grouped thousands, plain large numbers.
_NO_PHONE = re.compile(r"\d{4}[ \-]\d{4}|\d{4}-\d{1,2}-\d{1,2}|[1-9]\d{0,2}(?: \d{3})+|(?!1\d{10}$)[1-9]\d+")


def _size(r: str) -> tuple[int, int]:
    """Words, and words with Chinese punctuation: a length holds when it holds under either usual reading."""
    words = count_words(r)
    return words, words + count_marks(r) if is_cjk(r) else words


def _within(p: Parameters, r: str) -> bool:
    fewest, most = _size(r)
    return most >= int(p["low"]) and fewest <= int(p["high"])


def _no_details(_: Parameters, r: str) -> bool:
    return not _EMAIL.search(r) and all(_NO_PHONE.fullmatch(m.group()) for m in _DIGITS.finditer(r))


#: What real models call the whole of an answer, never a part of it.
_WHOLE = "<The|Your> <response|answer|whole answer|entire response|full response>"
_WHOLE_ZH = (
    "<|全文|文章|回答|回复|全文字数|文章字数|回答字数|回复字数|总字数|字数|文章长度|回答长度|全文长度>"
)

KINDS: tuple[ConstraintKind, ...] = (
    TemplateKind(
        "topic_mentions",
        "theme",
        lambda p, r: occurrences(p["word"], r) >= int(p["n"]),
        en=(
            'Keep to the topic of "{word}" and mention "{word}" at least {n} times.',
            'Stay with "{word}" from start to finish, naming "{word}" at least {n} times.',
        ),
        zh=(
            "全文紧扣“{word}”这一话题，至少提到“{word}”{n}次。",
            "内容始终围绕“{word}”展开，“{word}”至少出现{n}次。",
        ),
        bounded=lambda p: (word_bound(p["word"], int(p["n"])),),
    ),
    TemplateKind(
        "topic_field",
        "theme",
        *has("word"),
        en=('Look at it from the field of {field} and use the term "{word}".',),
        zh=("从{field}领域的角度展开，并使用术语“{word}”。",),
    ),
    TemplateKind(
        "exclude_word",
        "exclusion",
        *lacks("word"),
        en=('Do not use the word "{word}".', 'Leave out the word "{word}" entirely.'),
        zh=("不要出现“{word}”一词。", "全文不得使用“{word}”这个词。"),
        heard=(
            'Avoid the word "{word}".',
            'Avoid using the word "{word}".',
            'Do not include the word "{word}".',
            'The word "{word}" must not appear.',
            "不得出现“{word}”一词。",
            "不能使用“{word}”一词。",
            "不要使用“{word}”这个词。",
            "避免使用“{word}”一词。",
        ),
    ),
    TemplateKind(
        "exclude_for",
        "exclusion",
        lambda p, r: not mentions(p["word"], r) and mentions(p["other"], r),
        en=('Do not use the word "{word}"; say "{other}" instead.',),
        zh=("不要出现“{word}”一词，而要用“{other}”来代替。",),
        bounded=lambda p: (word_bound(p["word"], 0, 0), word_bound(p["other"], 1)),
    ),
    TemplateKind(
        "exclude_exclamation",
        "exclusion",
        *none("exclamations", _EXCLAMATION),
        en=("Use no exclamation marks.", "Do without exclamation marks."),
        zh=("不要使用感叹号。", "全文不得出现感叹号。"),
        heard=("Do not use exclamation marks.", "Do not use any exclamation marks."),
    ),
    TemplateKind(
        "include_exclamation",
        "inclusion",
        *some("exclamations", _EXCLAMATION),
        en=("Use at least one exclamation mark.",),
        zh=("至少使用一个感叹号。",),
    ),
    TemplateKind(
        "include_word",
        "inclusion",
        *has("word"),
        en=('Use the word "{word}" at least once.', 'The word "{word}" has to appear.'),
        zh=("必须出现“{word}”一词。", "文中至少使用一次“{word}”。"),
        heard=(
            'Include the word "{word}".',
            'The word "{word}" must appear.',
            'Include the word "{word}" at least once.',
            "必须包含“{word}”一词。",
            "必须包含“{word}”。",
            "必须提到“{word}”。",
            "需要包含“{word}”一词。",
        ),
    ),
    TemplateKind(
        "include_two",
        "inclusion",
        *has("a", "b"),
        en=('Mention both "{a}" and "{b}".',),
        zh=("必须同时提到“{a}”和“{b}”。",),
    ),
    TemplateKind(
        "value_avoid",
        "value",
        *lacks("a", "b"),
        en=('Be fair to everyone: the words "{a}" and "{b}" must not appear.',),
        zh=("尊重每一个人，不得出现“{a}”和“{b}”这两个带有贬义的词。",),
    ),
    TemplateKind(
        "value_phrase",
        "value",
        *has("word"),
        en=('Show respect for all people and include the phrase "{word}".',),
        zh=("体现对所有人的尊重，并写出“{word}”这一说法。",),
    ),
    TemplateKind(
        "privacy_none",
        "privacy",
        _no_details,
        en=(
            "Give no personal details: no e-mail addresses and no phone numbers.",
            "Do not reveal contact data: no e-mail addresses and no phone numbers.",
        ),
        zh=(
            "不得透露个人信息：不出现电子邮箱地址和电话号码。",
            "保护个人信息，文中不出现电子邮箱地址和电话号码。",
        ),
    ),
    TemplateKind(
        "privacy_alias",
        "privacy",
        *has("word"),
        en=('Protect identities: call any person "{word}", and use that name at least once.',),
        zh=("保护当事人身份：以“{word}”代称人物，并至少使用一次。",),
    ),
    TemplateKind(
        "words_most",
        "numerical",
        lambda p, r: _size(r)[0] <= int(p["n"]),
        en=("Use at most {n} words.", "The whole answer has no more than {n} words."),
        zh=("全文不超过{n}字。", "字数控制在{n}字以内。"),
        bounded=lambda p: (Bound("words", 0, int(p["n"])),),
        heard=(
            f"{_WHOLE} <should|must> <not exceed|not be longer than|be at most> {{n}} words<| long>.",
            "<Keep|Limit> <the|your> <response|answer> <to|within|under|below> {n} words<| or less>.",
            "<Use|Answer in|Write> <no more than|a maximum of|at most> {n} words.",
            f"{_WHOLE_ZH}<不|不得|不应|不能|不要|不可>超过{{n}}<字|个字>。",
            f"{_WHOLE_ZH}<|应|需|须|要><控制|限制|保持>在{{n}}<字|个字><以内|之内|内>。",
        ),
    ),
    TemplateKind(
        "words_least",
        "numerical",
        lambda p, r: _size(r)[1] >= int(p["n"]),
        en=("Use at least {n} words.", "The whole answer has no fewer than {n} words."),
        zh=("全文不少于{n}字。", "字数至少{n}字。"),
        bounded=lambda p: (Bound("words", int(p["n"])),),
        heard=(
            f"{_WHOLE} <should|must> <be|have|contain> at least {{n}} words<| long>.",
            "<Use|Write|Answer in> <at least|no fewer than|a minimum of> {n} words.",
            f"{_WHOLE_ZH}<不|不得|不应|不能>少于{{n}}<字|个字>。",
            f"{_WHOLE_ZH}<|应|需|须>至少<|为|达到>{{n}}<字|个字>。",
        ),
    ),
    TemplateKind(
        "words_between",
        "numerical",
        _within,
        en=("Use between {low} and {high} words.",),
        zh=("字数在{low}到{high}字之间。",),
        bounded=lambda p: (Bound("words", int(p["low"]), int(p["high"])),),
        heard=(
            f"{_WHOLE} <should|must> be <between|from> {{low}} <and|to> {{high}} words<| long>.",
            f"{_WHOLE_ZH}<|应|需|须|要><|控制|保持><在|为>{{low}}<到|至|-|~|～>{{high}}<字|个字><|之间|以内>。",
        ),
    ),
    TemplateKind(
        "paragraphs",
        "numerical",
        *exactly("paragraphs", lambda r: len(paragraphs(r))),
        en=("Write exactly {n} paragraphs, separated by blank lines.",),
        zh=("恰好写{n}个段落，段落之间空一行。",),
    ),
)
