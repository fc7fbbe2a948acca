"""Languages, letter case, and manners of speaking that code can tell: contractions and particles."""

from __future__ import annotations

import re

from trace_builder.checks.claims import Bound, Finding, Parameters
from trace_builder.checks.kind import RANGE, Find, Form, Kind, count_kind, places_of, range_bound, within
from trace_builder.checks.reading import languages
from trace_builder.checks.reading.counting import Interval, exact
from trace_builder.checks.reading.inline import plain
from trace_builder.checks.reading.response_layout import Layout

_CONTRACTION = re.compile(
    r"\b(?:\w+n't|\w+'(?:re|ve|ll|d|m)|(?:it|that|there|here|he|she|what|who|let)'s)\b", re.IGNORECASE
)
_ADDRESS = re.compile(r"https?://\S{1,500}|www\.\S{1,300}|\S{1,64}@\S{1,200}")
_LATIN_WORD = re.compile(r"[A-Za-z\u00c0-\u024f]+(?:['’][A-Za-z]+)*")
_LOWER = re.compile(r"[a-z\u00df-\u00f6\u00f8-\u00ff]")
_UPPER = re.compile(r"[A-Z\u00c0-\u00d6\u00d8-\u00de]")
_CLAUSE_END = r"(?=\s*[，。！？!?,.~～…；;\"”』」）)]|\s*$)"
#: Words that titles leave in lower case.
_SMALL = frozenset(
    [
        "a",
        "an",
        "and",
        "as",
        "at",
        "but",
        "by",
        "de",
        "del",
        "en",
        "for",
        "from",
        "if",
        "in",
        "into",
        "la",
        "le",
        "nor",
        "of",
        "off",
        "on",
        "onto",
        "or",
        "over",
        "per",
        "so",
        "the",
        "to",
        "up",
        "upon",
        "via",
        "vs",
        "with",
        "yet",
        "out",
        "than",
        "that",
        "when",
        "about",
        "after",
        "before",
        "between",
        "under",
        "through",
        "within",
        "without",
        "versus",
        "amid",
        "etc",
        "is",
        "are",
        "be",
        "was",
        "were",
    ]
)
_TRADITIONAL = frozenset(
    "個們這國說時對發學會來為與後過開無長東車書風飛馬電關門間問聽觀點話認識讓還進選錢體點麼嗎"
)
_SIMPLIFIED = frozenset(
    "个们这国说时对发学会来为与后过开无长东车书风飞马电关门间问听观点话认识让还进选钱体点么吗"
)
_ONLY_TRADITIONAL, _ONLY_SIMPLIFIED = _TRADITIONAL - _SIMPLIFIED, _SIMPLIFIED - _TRADITIONAL


def _language(parameters: Parameters, layout: Layout) -> Finding:
    told = languages.written_in(parameters["language"], layout)
    return Finding(told, f"mainly {languages.main_language(layout) or 'unclear'}", parameters["language"])


def _sentence(parameters: Parameters, layout: Layout) -> Finding:
    told = languages.sentence_in(parameters["language"], layout)
    return Finding(told, "a few words in a row" if told else "none in a row", parameters["language"])


def _script(parameters: Parameters, layout: Layout) -> Finding:
    """Simplified or traditional characters, by those that differ."""
    traditional = sum(1 for char in layout.seen if char in _ONLY_TRADITIONAL)
    simplified = sum(1 for char in layout.seen if char in _ONLY_SIMPLIFIED)
    wanted, other = (
        (traditional, simplified) if parameters["script"] == "traditional" else (simplified, traditional)
    )
    verdict = (
        None if wanted + other < 3 else True if wanted > 9 * other else False if other > wanted else None
    )
    return Finding(verdict, f"{simplified} simplified, {traditional} traditional", parameters["script"])


def _cased(wrong: re.Pattern[str], right: re.Pattern[str]) -> Find:
    """A whole text in one case: letters of the other break it, but not in code, addresses, placeholders."""

    def find(_: Parameters, layout: Layout) -> Finding:
        text = layout.prose or layout.seen
        bare = (
            re.sub(r"\[[^\[\]\n]{1,60}\]", "", _ADDRESS.sub("", text)) if "[" in text or "." in text else text
        )
        if not wrong.search(text):
            return Finding(True if right.search(text) else None, "no letter of the other case", "one case")
        broken = wrong.search(bare) is not None
        return Finding(
            False if broken else None, "letters of the other case", "one case", places_of(wrong, bare)
        )

    return find


def _title_case(_: Parameters, layout: Layout) -> Finding:
    said = _LATIN_WORD.findall(layout.prose)
    wrong = [word for word in said if word[0].islower() and word.lower() not in _SMALL]
    verdict = not wrong if said else None
    return Finding(
        verdict,
        f"{len(wrong)} of {len(said)} words in lower case",
        "title case",
        tuple(wrong[:5]),
    )


def _capital_words(layout: Layout) -> Interval:
    """Words all in capitals, with and without those of one letter, and with parts joined by hyphens."""
    words = re.findall(r"[^\W_]+(?:[-'’][^\W_]+)*", layout.seen)
    longer = sum(1 for word in words if word.isupper() and len(word) > 1 and any(map(str.isalpha, word)))
    every = sum(1 for word in re.findall(r"\w+", layout.body) if word.isupper())
    return Interval(min(longer, every), max(longer, every))


def _contractions(layout: Layout) -> Interval:
    return exact(sum(1 for _ in _CONTRACTION.finditer(plain(layout.prose))))


def _particles(parameters: Parameters, layout: Layout) -> Finding:
    """Particles where they end a clause; inside words they are none, or nobody can tell."""
    letters = "".join(re.escape(text) for text in parameters["texts"])
    sure = sum(1 for _ in re.finditer(f"[{letters}]+{_CLAUSE_END}", layout.prose))
    perhaps = sum(1 for _ in re.finditer(f"[{letters}]", layout.prose))
    named = sum(1 for _ in re.finditer(r"(?:叫|名为|名叫)\w{0,4}[" + letters + "]", layout.prose))
    readings = {exact(max(0, sure - named)), exact(perhaps)}
    return within(parameters, *sorted(readings), unit="particles")


KINDS: tuple[Kind, ...] = (
    Kind(
        "language",
        _language,
        {"language": "language"},
        (Form("{scope} must be in {language}.", "{scope}必须使用{language}。"),),
        lambda p: (Bound("language", value=p["language"]),),
    ),
    Kind(
        "sentence_in",
        _sentence,
        {"language": "language"},
        (
            Form(
                "{scope} must have at least one sentence in {language}.",
                "{scope}至少有一句话使用{language}。",
            ),
        ),
    ),
    Kind(
        "script",
        _script,
        {"script": "text"},
        (
            Form(
                "{scope} must be in simplified characters.",
                "{scope}必须使用简体字。",
                {"script": "simplified"},
            ),
            Form(
                "{scope} must be in traditional characters.",
                "{scope}必须使用繁体字。",
                {"script": "traditional"},
            ),
        ),
        lambda p: (Bound("script", value=p["script"]),),
    ),
    Kind(
        "upper_case",
        _cased(_LOWER, _UPPER),
        {},
        (Form("{scope} must be in capital letters only.", "{scope}的字母必须全部大写。"),),
        lambda _: (Bound("case", value="upper"),),
    ),
    Kind(
        "lower_case",
        _cased(_UPPER, _LOWER),
        {},
        (Form("{scope} must be in lower-case letters only.", "{scope}的字母必须全部小写。"),),
        lambda _: (Bound("case", value="lower"),),
    ),
    Kind(
        "title_case",
        _title_case,
        {},
        (Form("{scope} must be in title case.", "{scope}的单词必须首字母大写。"),),
        lambda _: (Bound("case", value="title"),),
    ),
    count_kind("capital_words", _capital_words, "words in all capital letters", "个全大写的单词"),
    count_kind(
        "contractions", _contractions, "contractions", "处缩写形式", none=("contractions", "缩写形式")
    ),
    Kind(
        "particles",
        _particles,
        {**RANGE, "texts": "texts"},
        (
            Form("{scope} must not have the particles {texts}.", "{scope}不得有语气词{texts}。", {"most": 0}),
            Form("{scope} must have {range} of the particles {texts}.", "{scope}{range}个语气词{texts}。"),
        ),
        lambda p: range_bound("particles")(p),
    ),
)
