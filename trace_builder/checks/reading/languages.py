"""Languages, told by their letters, and where they share letters by their commonest words."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from trace_builder.checks.reading.counting import CJK, sentences
from trace_builder.checks.reading.json_text import read_json
from trace_builder.checks.reading.response_layout import Layout

#: Scripts by ranges of code points. A letter of ``Latin`` counts as part of a word, so do those of others but
#: for ideographs and kana, which are words of their own.
_SCRIPTS: dict[str, str] = {
    "han": CJK,
    "kana": "\u3041-\u3096\u30a1-\u30fa",
    "hangul": "\uac00-\ud7af\u1100-\u11ff",
    "latin": "A-Za-z\u00c0-\u024f\u1e00-\u1eff",
    "cyrillic": "\u0400-\u04ff",
    "greek": "\u0370-\u03ff\u1f00-\u1fff",
    "arabic": "\u0600-\u06ff\u0750-\u077f",
    "hebrew": "\u0590-\u05ff",
    "devanagari": "\u0900-\u097f",
    "bengali": "\u0980-\u09ff",
    "gurmukhi": "\u0a00-\u0a7f",
    "gujarati": "\u0a80-\u0aff",
    "tamil": "\u0b80-\u0bff",
    "telugu": "\u0c00-\u0c7f",
    "kannada": "\u0c80-\u0cff",
    "malayalam": "\u0d00-\u0d7f",
    "sinhala": "\u0d80-\u0dff",
    "thai": "\u0e00-\u0e7f",
}
_SINGLE = ("han", "kana", "thai")
_PATTERNS = {
    name: re.compile(f"[{ranges}]" if name in _SINGLE else f"[{ranges}][{ranges}'’\\-]*")
    for name, ranges in _SCRIPTS.items()
}

#: Languages: English name, script, names in Chinese, and the commonest words where others share the script.
_TABLE = """
Chinese | han | 中文 汉语 普通话 华语 国语 |
Japanese | kana | 日语 日文 |
Korean | hangul | 韩语 韩文 朝鲜语 |
Greek | greek | 希腊语 |
Hebrew | hebrew | 希伯来语 |
Bengali | bengali | 孟加拉语 |
Punjabi | gurmukhi | 旁遮普语 |
Gujarati | gujarati | 古吉拉特语 |
Tamil | tamil | 泰米尔语 |
Telugu | telugu | 泰卢固语 |
Kannada | kannada | 卡纳达语 |
Malayalam | malayalam | 马拉雅拉姆语 |
Sinhala | sinhala | 僧伽罗语 |
Thai | thai | 泰语 泰文 |
Russian | cyrillic | 俄语 俄文 | и в не на что с как это по но он я из для к мы был от его
Ukrainian | cyrillic | 乌克兰语 | і та не що на з як це у до для від є він вона й або які
Bulgarian | cyrillic | 保加利亚语 | и на да се за от не с това като е ще са по към който
Arabic | arabic | 阿拉伯语 阿拉伯文 | في من على أن إلى هذا هذه التي الذي عن مع كان لا ما هو هي
Persian | arabic | 波斯语 | و در به از که این را با است برای آن یک می های خود کرد
Urdu | arabic | 乌尔都语 | کے کی میں ہے اور سے کو کا ہیں نے پر یہ کہ ایک بھی
Hindi | devanagari | 印地语 | के है में की और से को का हैं यह एक पर नहीं इस कि ने
Marathi | devanagari | 马拉地语 | आहे आणि च्या मध्ये हे या ते नाही आहेत एक तर की साठी त्या होते
Nepali | devanagari | 尼泊尔语 | छ र को मा हो लाई यो छन् पनि गर्न एक ले भएको का गर्नुहोस्
English | latin | 英语 英文 | the of and to a in is that for it as with on are this be by an or was you
    from at which not have can we i they but his her he she its will your their there what if how when who
    has my our all one do so more these no about me up out here get may also
French | latin | 法语 法文 | le la les de des et est un une du que qui dans pour en au aux ce cette sur
    pas plus par avec il elle je nous vous sont se ne son sa ses mais ou tout être très
German | latin | 德语 德文 | der die das und ist nicht ein eine zu den mit von für auf im dem des sich
    auch es ich wir sie werden als an bei aus wie einen einer oder sind wird hat kann
Spanish | latin | 西班牙语 西班牙文 | el los las y es que en un una para con por del se no su al lo como
    más pero sus este esta son la de muy también sobre cuando hay fue
Italian | latin | 意大利语 | il lo gli di che è un una per non con del della sono in si le i più anche
    come alla nel ma questo da al dei delle essere
Portuguese | latin | 葡萄牙语 | o os as e que em um uma para com não do da dos das no na se por mais como
    ao mas é são sua seu ou também muito você
Dutch | latin | 荷兰语 | de het een en van is dat niet te op zijn voor met aan er ook als bij maar om ze
    wordt
Swedish | latin | 瑞典语 | och att det är en som på för inte med av den ett till har de om vi jag kan
Norwegian | latin | 挪威语 | og det er en som på for ikke med av til har de om vi jeg kan et å
Danish | latin | 丹麦语 | og det er en som på for ikke med af til har de om vi jeg kan et at
Finnish | latin | 芬兰语 | ja on ei se että oli hän joka mutta niin myös kun tai ovat olla sen kuin voi
Polish | latin | 波兰语 | i w nie na się z do to że jest jak o po ale od za przez co są dla oraz
Turkish | latin | 土耳其语 | ve bir bu için de da ile çok olarak daha ne en gibi olan var mi kadar sonra
Vietnamese | latin | 越南语 | và của là có không được cho một trong với những các để này người đã tôi bạn
    khi cũng như từ
Indonesian | latin | 印尼语 印度尼西亚语 | yang dan di untuk dengan ini itu dari pada adalah tidak dalam
    akan ke juga
Swahili | latin | 斯瓦希里语 | ya na wa kwa ni katika za la kuwa cha kama hii au yake pia lakini huu
Latin | latin | 拉丁语 | et in est non ad ut cum sed qui quae quod per ex esse aut
"""
_LANGUAGES: dict[str, tuple[str, str, str]] = {
    name.strip(): (script.strip(), zh.strip(), words)
    for name, script, zh, words in (row.split("|") for row in re.split(r"\n(?=[A-Z])", _TABLE.strip()))
}
LANGUAGES = tuple(_LANGUAGES)
_COMMON = {name: frozenset(words.split()) for name, (_, _, words) in _LANGUAGES.items() if words}
_NAMES = {
    **{name.lower(): name for name in _LANGUAGES},
    **{name: english for english, (_, names, _) in _LANGUAGES.items() for name in names.split()},
    **dict.fromkeys(
        ("mandarin", "simplified chinese", "traditional chinese", "简体中文", "繁体中文"), "Chinese"
    ),
    "farsi": "Persian",
    "panjabi": "Punjabi",
    "bangla": "Bengali",
}
_QUOTED = re.compile(r"[\"“「『《][^\"”」』》\n]{1,400}[\"”」』》]")
#: A share of the words from which a language counts as the main one, and up to which it counts as absent.
_MAIN, _ABSENT = 0.6, 0.2


def language_named(name: str) -> str | None:
    """A language by its name in English or Chinese, by the English one; None where it is not known."""
    return _NAMES.get(name.strip().lower())


def name_in_chinese(language: str) -> str:
    return _LANGUAGES[language][1].split()[0]


def names() -> tuple[str, ...]:
    """All names that are known, the longest first."""
    return tuple(sorted(_NAMES, key=len, reverse=True))


def written_in(language: str, layout: Layout) -> bool | None:
    """Whether a response is mainly in a language: what stands outside code; or what code and JSON say, where
    there is nothing else. None where it is mixed, too short to tell, or told by quotations."""
    text = layout.prose
    if not _letters(text):
        text = _said(layout)
    found = _mainly(language, text)
    if found is not None and _QUOTED.search(text):
        unquoted = _mainly(language, _QUOTED.sub(" ", text))
        return found if unquoted in (found, None) and _letters(_QUOTED.sub(" ", text)) > 3 else None
    return found


def _said(layout: Layout) -> str:
    """What a response of code says: the texts in JSON, else the code; quotation marks there quote nothing."""
    values = read_json(layout).values
    if values:
        return "\n".join(_strings(values))
    return "\n".join(fence.body for fence in layout.fences).replace('"', " ")


def _strings(values: Any) -> list[str]:
    found: list[str] = []
    todo = list(values)
    while todo:
        at = todo.pop()
        if isinstance(at, str):
            found.append(at)
        elif isinstance(at, dict):
            todo += [*at.keys(), *at.values()]
        elif isinstance(at, list):
            todo += at
    return found


def shares(text: str) -> dict[str, float]:
    """The scripts of a text as shares of its words."""
    counts = _counts(text)
    total = sum(counts.values())
    return {script: count / total for script, count in counts.items()} if total else {}


@lru_cache(maxsize=32)
def _counts(text: str) -> dict[str, int]:
    if text.isascii():
        return {"latin": sum(1 for _ in _PATTERNS["latin"].finditer(text))}
    return {
        script: count
        for script, pattern in _PATTERNS.items()
        if (count := sum(1 for _ in pattern.finditer(text)))
    }


def _letters(text: str) -> int:
    return sum(_counts(text).values())


def _mainly(language: str, text: str) -> bool | None:
    found = shares(text)
    if not found:
        return None
    script = _LANGUAGES[language][0]
    if language == "Chinese" and found.get("kana", 0) >= 0.1:
        return False
    share = found.get(script, 0) + (found.get("han", 0) if language == "Japanese" and "kana" in found else 0)
    if share < _ABSENT:
        return False
    if share < _MAIN:
        return None
    return _told_by_words(language, text)


def _told_by_words(language: str, text: str) -> bool | None:
    """Among languages of one script, by the commonest words."""
    if language not in _COMMON:
        return True
    script = _LANGUAGES[language][0]
    said = [word.lower() for word in _PATTERNS[script].findall(text)]
    hits = {
        name: sum(1 for word in said if word in common)
        for name, common in _COMMON.items()
        if _LANGUAGES[name][0] == script
    }
    best = max(hits.values())
    if best < max(1, len(said) // 25):
        return None
    if hits[language] == best:
        return True
    return (
        False
        if hits[language] * 2 < best or (best - hits[language] > 3 and best > 1.3 * hits[language])
        else None
    )


def sentence_in(language: str, layout: Layout) -> bool | None:
    """Whether a few words of a response in a row are in a language."""
    script = _LANGUAGES[language][0]
    pieces = sentences(layout.prose)
    pieces += [found[0] for found in re.finditer(r"[\"“「『(（：:][^\"”」』)）\n]{4,300}", layout.prose)]
    least = 4 if script in ("han", "thai") else 3 if script == "latin" else 2
    unsure = False
    for piece in pieces:
        counts = _counts(piece)
        if language == "Japanese":
            said = counts.get("kana", 0) >= 2
        else:
            said = counts.get(script, 0) >= least and not (language == "Chinese" and counts.get("kana"))
        if said:
            told = _told_by_words(language, piece)
            if told or (told is None and script != "latin"):
                return True
            unsure = unsure or told is None
    return None if unsure else False


def main_language(layout: Layout) -> str | None:
    """The English name of the main language; None where none can be told."""
    text = layout.prose if _letters(layout.prose) else _said(layout)
    found = shares(text)
    if not found:
        return None
    script = max(found, key=lambda name: found[name])
    script = "kana" if script == "han" and found.get("kana", 0) >= 0.1 else script
    candidates = [name for name, (its, _, _) in _LANGUAGES.items() if its == script]
    return next((name for name in candidates if _mainly(name, text)), None)
