"""Kinds of constraints that code can verify: how they are worded, and what it takes to hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from trace_builder.records import Lang

Params = Mapping[str, str]

_MARK = re.compile(r"\A(?:[-*•]\s+|[(（]?\d{1,2}[.、)）]\s*)")
_SLOT = re.compile(r"\{([a-z]+)\}")
_QUOTES = re.compile('["“”]')
_CHOICE = re.compile(r"<([^<>]*\|[^<>]*)>")
_SLOT_PATTERNS = {
    "n": r"\d{1,4}",
    "low": r"\d{1,4}",
    "high": r"\d{1,4}",
    "year": r"\d{4}",
    "table": r"\|.*\|(?:\n\|.*\|)+",
    "steps": r"\* .+(?:\n\* .+)*",
    "text": r"[^\n]+?",
    "emoji": r"[^\w\s\x00-\x7f\u3000-\u303f\uff00-\uffef]{1,6}",
}
_DEFAULT_PATTERN = r'[^"“”\n]{1,80}?'


@dataclass(frozen=True, slots=True)
class Claim:
    """What a constraint says about one measure of the response: that it lies within [low, high]. Two claims
    on one measure with nothing in common contradict each other."""

    measure: str
    low: float
    high: float = float("inf")


def strip_mark(text: str) -> str:
    """``text`` without a leading bullet or number."""
    return _MARK.sub("", text.strip(), count=1)


def canonical(text: str) -> str:
    """``text`` without mark and ending punctuation, the form in which constraints are compared."""
    return strip_mark(text).rstrip(" .。;；\n")


def _literal(text: str) -> str:
    pieces = _CHOICE.split(text)
    for at in range(0, len(pieces), 2):
        pieces[at] = re.escape(pieces[at])
    for at in range(1, len(pieces), 2):
        pieces[at] = f"(?:{'|'.join(re.escape(choice) for choice in pieces[at].split('|'))})"
    return _QUOTES.sub('["“”]', "".join(pieces))


def _openings(template: str) -> set[str]:
    """What a template's text can open with: two characters, or the one before an early slot."""
    found = _CHOICE.search(template[:80])
    if found is None or (found.start() > 1 and "{" not in template[:2]):
        return {_SLOT.split(template)[0][:2].lower()}
    head, rest = template[: found.start()], template[found.end() :]
    return {key for choice in found.group(1).split("|") for key in _openings(head + choice + rest)}


def _pattern(template: str) -> re.Pattern[str]:
    seen: set[str] = set()
    pieces: list[str] = []
    for index, piece in enumerate(_SLOT.split(canonical(template))):
        if index % 2 == 0:
            pieces.append(_literal(piece))
        elif piece in seen:
            pieces.append(f"(?P={piece})")
        else:
            seen.add(piece)
            pieces.append(f"(?P<{piece}>{_SLOT_PATTERNS.get(piece, _DEFAULT_PATTERN)})")
    return re.compile("".join(pieces))


def _no_claims(_: Params) -> tuple[Claim, ...]:
    return ()


def _always(_: Params) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of constraint: the templates it is worded by in each language, with ``{slots}``, and its test.

    A template both writes and recognises, so what is written is always recognised. ``valid`` refuses
    parameters under which the constraint would mean nothing (a table without the named row).
    """

    id: str
    dimension: str
    holds: Callable[[Params, str], bool]
    en: tuple[str, ...] = ()
    zh: tuple[str, ...] = ()
    claims: Callable[[Params], tuple[Claim, ...]] = _no_claims
    valid: Callable[[Params], bool] = _always
    #: Wordings that are recognised but never written: how real models put it. ``<a|b>`` is a or b.
    heard: tuple[tuple[Lang, str], ...] = ()

    def forms(self, lang: Lang) -> tuple[str, ...]:
        return self.en if lang == "en" else self.zh

    def write(self, params: Params, lang: Lang, variant: int = 0) -> str:
        """The constraint's text in ``lang``."""
        forms = self.forms(lang)
        return _SLOT.sub(lambda m: params[m.group(1)], forms[variant % len(forms)])


@dataclass(frozen=True)
class Check:
    """A constraint that was recognised: its kind with parameters, and the language it is worded in."""

    kind: Kind
    params: Params
    lang: Lang
    key: tuple[str, tuple[tuple[str, str], ...]] = field(repr=False, default=("", ()))

    @property
    def dimension(self) -> str:
        return self.kind.dimension

    @property
    def claims(self) -> tuple[Claim, ...]:
        return self.kind.claims(self.params)

    def holds(self, response: str) -> bool:
        """Whether ``response`` keeps to the constraint."""
        return self.kind.holds(self.params, response)


def make_check(kind: Kind, params: Params, lang: Lang) -> Check:
    """A check whose ``key`` tells equal constraints apart from different ones."""
    return Check(kind, params, lang, (kind.id, tuple(sorted(params.items()))))


class Registry:
    """All kinds, indexed by the first two characters of their templates, or the one before an early slot."""

    def __init__(self, kinds: Iterable[Kind]) -> None:
        self.kinds: dict[str, Kind] = {}
        self._forms: dict[str, list[tuple[re.Pattern[str], Kind, Lang]]] = {}
        for kind in kinds:
            if kind.id in self.kinds:
                raise ValueError(f"kind {kind.id!r} is defined twice")
            self.kinds[kind.id] = kind
            written: list[tuple[Lang, str]] = [("en", t) for t in kind.en] + [("zh", t) for t in kind.zh]
            for lang, template in (*written, *kind.heard):
                entry = (_pattern(template), kind, lang)
                for opening in _openings(template):
                    self._forms.setdefault(opening, []).append(entry)

    def of_dimension(self, dimension: str, lang: Lang) -> list[Kind]:
        """The kinds of a dimension that can be worded in ``lang``."""
        return [k for k in self.kinds.values() if k.dimension == dimension and k.forms(lang)]

    def match(self, text: str) -> Check | None:
        """The check whose wording is the whole of ``text``; None when no kind's is."""
        text = canonical(text)
        for pattern, kind, lang in self._forms.get(text[:2].lower(), []) + self._forms.get(
            text[:1].lower(), []
        ):
            found = pattern.fullmatch(text)
            if found is not None:
                params = {name: value.strip() for name, value in found.groupdict().items()}
                if kind.valid(params):
                    return make_check(kind, params, lang)
        return None


def contradict(first: Check, second: Check) -> bool:
    """Whether no response can keep to both, as far as their claims show."""
    for one in first.claims:
        for two in second.claims:
            if one.measure == two.measure and max(one.low, two.low) > min(one.high, two.high):
                return True
    return False


def cached(match: Callable[[str], Check | None]) -> Callable[[str], Check | None]:
    """``match`` remembering its latest answers; a run asks about the same constraint many times."""
    return lru_cache(maxsize=8192)(match)
