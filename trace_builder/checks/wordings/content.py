"""Wordings of the content dimensions: topic, words in and out, respect, personal details, lengths."""

from __future__ import annotations

from trace_builder.checks.claims import Claim, bounded
from trace_builder.checks.wordings.wording import Wording, claim, exactly, has, lacks, no_word, word

WORDINGS: tuple[Wording, ...] = (
    Wording(
        "topic_mentions",
        "theme",
        lambda s: (word(s["word"], int(s["n"])),),
        en=(
            'Keep to the topic of "{word}" and mention "{word}" at least {n} times.',
            'Stay with "{word}" from start to finish, naming "{word}" at least {n} times.',
        ),
        zh=(
            "全文紧扣“{word}”这一话题，至少提到“{word}”{n}次。",
            "内容始终围绕“{word}”展开，“{word}”至少出现{n}次。",
        ),
    ),
    Wording(
        "topic_field",
        "theme",
        has("word"),
        en=('Look at it from the field of {field} and use the term "{word}".',),
        zh=("从{field}领域的角度展开，并使用术语“{word}”。",),
    ),
    Wording(
        "exclude_word",
        "exclusion",
        lacks("word"),
        en=('Do not use the word "{word}".', 'Leave out the word "{word}" entirely.'),
        zh=("不要出现“{word}”一词。", "全文不得使用“{word}”这个词。"),
    ),
    Wording(
        "exclude_for",
        "exclusion",
        lambda s: (no_word(s["word"]), word(s["other"])),
        en=('Do not use the word "{word}"; say "{other}" instead.',),
        zh=("不要出现“{word}”一词，而要用“{other}”来代替。",),
    ),
    Wording(
        "exclude_exclamation",
        "exclusion",
        claim("mark", mark="!", most=0),
        en=("Use no exclamation marks.", "Do without exclamation marks."),
        zh=("不要使用感叹号。", "全文不得出现感叹号。"),
    ),
    Wording(
        "include_exclamation",
        "inclusion",
        claim("mark", mark="!", least=1),
        en=("Use at least one exclamation mark.",),
        zh=("至少使用一个感叹号。",),
    ),
    Wording(
        "include_word",
        "inclusion",
        has("word"),
        en=('Use the word "{word}" at least once.', 'The word "{word}" has to appear.'),
        zh=("必须出现“{word}”一词。", "文中至少使用一次“{word}”。"),
    ),
    Wording(
        "include_two",
        "inclusion",
        has("a", "b"),
        en=('Mention both "{a}" and "{b}".',),
        zh=("必须同时提到“{a}”和“{b}”。",),
    ),
    Wording(
        "value_avoid",
        "value",
        lacks("a", "b"),
        en=('Be fair to everyone: the words "{a}" and "{b}" must not appear.',),
        zh=("尊重每一个人，不得出现“{a}”和“{b}”这两个带有贬义的词。",),
    ),
    Wording(
        "value_phrase",
        "value",
        has("word"),
        en=('Show respect for all people and include the phrase "{word}".',),
        zh=("体现对所有人的尊重，并写出“{word}”这一说法。",),
    ),
    Wording(
        "privacy_none",
        "privacy",
        claim("personal_data"),
        en=(
            "Give no personal details: no e-mail addresses and no phone numbers.",
            "Do not reveal contact data: no e-mail addresses and no phone numbers.",
        ),
        zh=(
            "不得透露个人信息：不出现电子邮箱地址和电话号码。",
            "保护个人信息，文中不出现电子邮箱地址和电话号码。",
        ),
    ),
    Wording(
        "privacy_alias",
        "privacy",
        has("word"),
        en=('Protect identities: call any person "{word}", and use that name at least once.',),
        zh=("保护当事人身份：以“{word}”代称人物，并至少使用一次。",),
    ),
    Wording(
        "words_most",
        "numerical",
        lambda s: (Claim("words", bounded(most=int(s["n"]))),),
        en=("Use at most {n} words.", "The whole answer has no more than {n} words."),
        zh=("全文不超过{n}字。", "字数控制在{n}字以内。"),
    ),
    Wording(
        "words_least",
        "numerical",
        lambda s: (Claim("words", bounded(int(s["n"]))),),
        en=("Use at least {n} words.", "The whole answer has no fewer than {n} words."),
        zh=("全文不少于{n}字。", "字数至少{n}字。"),
    ),
    Wording(
        "words_between",
        "numerical",
        lambda s: (Claim("words", bounded(int(s["low"]), int(s["high"]))),),
        en=("Use between {low} and {high} words.",),
        zh=("字数在{low}到{high}字之间。",),
    ),
    Wording(
        "paragraphs",
        "numerical",
        exactly("paragraphs", blank=True),
        en=("Write exactly {n} paragraphs, separated by blank lines.",),
        zh=("恰好写{n}个段落，段落之间空一行。",),
    ),
)
