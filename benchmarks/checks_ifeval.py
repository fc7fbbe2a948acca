"""IFEval's instructions, by kind, as the claims that they should be bound to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from trace_builder.checks import Claim
from trace_builder.checks.reading.languages import LANGUAGES

Arguments = dict[str, Any]
Claims = list[Claim]
_CODES = {
    "en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "pt": "Portuguese",
    "hi": "Hindi", "ar": "Arabic", "ru": "Russian", "zh": "Chinese", "ja": "Japanese", "ko": "Korean",
    "fa": "Persian", "ur": "Urdu", "bn": "Bengali", "te": "Telugu", "ta": "Tamil", "mr": "Marathi",
    "gu": "Gujarati", "kn": "Kannada", "ne": "Nepali", "pa": "Punjabi", "bg": "Bulgarian", "th": "Thai",
    "vi": "Vietnamese", "fi": "Finnish", "sw": "Swahili", "pl": "Polish", "uk": "Ukrainian",
}  # fmt: skip


def is_bound(kind: str, arguments: Arguments, claims: Iterable[Claim]) -> bool:
    """Whether ``claims`` say what an instruction asks for. "At least 300" may be said as "more than 299"."""
    return _KINDS[kind.split(":")[1]](arguments, list(claims))


def _has(claims: Claims, kind: str, **parameters: Any) -> bool:
    return any(
        claim.kind == kind
        and all(_same(claim.parameters.get(name), value) for name, value in parameters.items())
        for claim in claims
    )


def _same(one: Any, other: Any) -> bool:
    both = isinstance(one, str) and isinstance(other, str)
    return bool(_folded(one) == _folded(other)) if both else bool(one == other)


def _folded(text: str) -> str:
    return text.casefold().strip(" .!?\"'")


def _in_range(claims: Claims, kind: str, relation: str, n: int, **parameters: Any) -> bool:
    """ "Less than" leaves n out; some prompts say "at most" or "up to" where IFEval notes "less than"."""
    if relation == "at least":
        return any(_has(claims, kind, least=least, **parameters) for least in (n, n + 1))
    return any(_has(claims, kind, most=most, **parameters) for most in (n - 1, n))


def _counted(kind: str, relation: str, n: str) -> Callable[[Arguments, Claims], bool]:
    return lambda a, claims: _in_range(claims, kind, a[relation], a[n])


def _least(n: str, *kinds: str) -> Callable[[Arguments, Claims], bool]:
    return lambda a, claims: any(_has(claims, kind, least=a[n]) for kind in kinds)


def _any(*kinds: str, **parameters: Any) -> Callable[[Arguments, Claims], bool]:
    return lambda _, claims: any(_has(claims, kind, **parameters) for kind in kinds)


def _letter(a: Arguments, claims: Claims) -> bool:
    relation, n, letter = a["let_relation"], a["let_frequency"], a["letter"]
    return (
        _in_range(claims, "letter", relation, n, letter=letter)
        or _in_range(claims, "mark", relation, n, mark=letter)
        or (letter == "#" and _in_range(claims, "hashtags", relation, n))
    )


def _language(a: Arguments, claims: Claims) -> bool:
    language = _CODES[a["language"]]
    assert language in LANGUAGES
    return _has(claims, "language", language=language)


_KINDS: dict[str, Callable[[Arguments, Claims], bool]] = {
    "no_comma": _any("mark", mark=",", most=0),
    "number_highlighted_sections": _least("num_highlights", "highlights"),
    "number_words": _counted("words", "relation", "num_words"),
    "number_sentences": _counted("sentences", "relation", "num_sentences"),
    "capital_word_frequency": _counted("capital_words", "capital_relation", "capital_frequency"),
    "number_placeholders": _least("num_placeholders", "placeholders"),
    "number_bullet_lists": _least("num_bullets", "bullets"),
    "multiple_sections": _least("num_sections", "sections", "parts_of_text"),
    "number_paragraphs": _least("num_paragraphs", "paragraphs", "parts"),
    "repeat_prompt": _any("repeat"),
    "title": _any("bracketed_titles"),
    "english_lowercase": _any("lower_case"),
    "english_capital": _any("upper_case"),
    "quotation": _any("quoted"),
    "json_format": _any("json"),
    "constrained_response": _any("one_of"),
    "two_responses": _any("parts", divider="******"),
    "forbidden_words": lambda a, claims: all(
        _has(claims, "word", word=word, most=0) for word in a["forbidden_words"]
    ),
    "existence": lambda a, claims: all(_has(claims, "word", word=word) for word in a["keywords"]),
    "frequency": lambda a, claims: _in_range(
        claims, "word", a["relation"], a["frequency"], word=a["keyword"]
    ),
    "letter_frequency": _letter,
    "nth_paragraph_first_word": lambda a, claims: (
        _has(claims, "first_word", text=a["first_word"]) or _has(claims, "start", text=a["first_word"])
    ),
    "postscript": lambda a, claims: _has(claims, "postscript", marker=a["postscript_marker"]),
    "end_checker": lambda a, claims: (
        _has(claims, "end", text=a["end_phrase"]) or _has(claims, "last_line", text=a["end_phrase"])
    ),
    "response_language": _language,
}  # fmt: skip
