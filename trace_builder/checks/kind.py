"""A kind of the catalogue: what it measures, what its parameters are, and its words in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from trace_builder.checks.claims import Bound, Claim, Finding, Parameters, bounded, ends_of
from trace_builder.checks.reading import languages, scopes
from trace_builder.checks.reading.counting import Interval, exact
from trace_builder.checks.reading.response_layout import Layout, layout_of
from trace_builder.checks.templates import fill, slots_of

Find = Callable[[Parameters, Layout], Finding]
Bounds = Callable[[Parameters], tuple[Bound, ...]]
#: What a parameter may be: a type by name, with "?" where it may be left out.
Schema = Mapping[str, str]
RANGE: Schema = {"least": "count?", "most": "count?", "about": "count?"}

_TYPES: dict[str, Callable[[Any], bool]] = {
    "count": lambda v: isinstance(v, int) and not isinstance(v, bool) and 0 <= v <= 10_000_000,
    "text": lambda v: isinstance(v, str) and 0 < len(v) <= 4000,
    "texts": lambda v: isinstance(v, list) and 0 < len(v) <= 60 and all(isinstance(t, str) and t for t in v),
    "flag": lambda v: v is True,
    "language": lambda v: v in languages.LANGUAGES,
    "claims": lambda v: isinstance(v, list) and all(isinstance(c, dict) for c in v),
}
#: How many places are named where a claim breaks.
MOST_PLACES = 5


@dataclass(frozen=True)
class Form:
    """A claim in words: a template for each language whose slots are the parameters, ``range`` standing for
    the ends of a range and ``scope`` for the scope; ``fixed`` are the parameters that need no slot."""

    en: str
    zh: str
    fixed: Parameters = field(default_factory=dict)

    def fits(self, parameters: Parameters) -> bool:
        """Whether these are the parameters that the form says."""
        if any(parameters.get(name) != value for name, value in self.fixed.items()):
            return False
        slots = slots_of(self.en) - {"scope"}
        told = (slots - {"range"}) | set(self.fixed)
        return set(parameters) - set(RANGE if "range" in slots else ()) == told - set(
            RANGE if "range" in slots else ()
        )


@dataclass(frozen=True)
class Kind:
    """One kind of the catalogue.

    Attributes:
        find: what a response is like, as far as the kind goes; takes time in proportion to its length.
        schema: the parameters. Those of a ``RANGE`` need at least one end.
        forms: its words; the first that fits is written, all are recognised.
        bounds: what a claim says about measures, by which contradictions are found.
    """

    name: str
    find: Find
    schema: Schema
    forms: tuple[Form, ...]
    bounds: Bounds = lambda _: ()

    def valid(self, parameters: Parameters) -> bool:
        """Whether parameters are of the schema."""
        if not set(parameters) <= set(self.schema):
            return False
        for name, kind in self.schema.items():
            if name in parameters and not _TYPES[kind.rstrip("?")](parameters[name]):
                return False
            if name not in parameters and not kind.endswith("?"):
                return False
        low, high = ends_of(parameters)
        return "least" not in self.schema or (low <= high and bool(set(RANGE) & set(parameters)))

    def check(self, claim: Claim, layout: Layout) -> Finding:
        """What a response is like in the claim's scope."""
        if claim.scope == "response":
            return self.find(claim.parameters, layout)
        if claim.scope == "passage":
            return self._of_passage(claim.parameters, layout)
        texts = scopes.parts(claim.scope, layout)
        if texts is None:
            return Finding(None, f"there is no {claim.scope.removeprefix('each ')} to be told")
        if len(texts) == 1:
            return self.find(claim.parameters, layout_of(texts[0]))
        return _of_all([self.find(claim.parameters, Layout(text)) for text in texts], claim.scope)

    def _of_passage(self, parameters: Parameters, layout: Layout) -> Finding:
        """Of a stretch that may be the response or a part of it, and so is no longer than the response."""
        whole = self.find(parameters, layout)
        limits = set(RANGE) & set(parameters)
        if "least" in limits:
            least = {
                name: value for name, value in parameters.items() if name == "least" or name not in RANGE
            }
            if self.find(least, layout).verdict is False:
                return Finding(False, whole.counted, whole.wanted, whole.places)
        holds = True if whole.verdict and limits == {"most"} else None
        return Finding(holds, whole.counted, whole.wanted)

    def write(self, claim: Claim, lang: str) -> str:
        """The claim in words."""
        form = next(form for form in self.forms if form.fits(claim.parameters))
        values = {name: _said(value, lang) for name, value in claim.parameters.items()}
        values["range"] = range_words(claim.parameters, lang)
        values["scope"] = scopes.scope_words(claim.scope, lang)
        text = fill(form.en if lang == "en" else form.zh, values)
        return text[:1].upper() + text[1:]

    def read(self, form: Form, values: Mapping[str, str]) -> Claim | None:
        """The claim that a text of a form makes, by what stands in its slots."""
        parameters: dict[str, Any] = dict(form.fixed)
        scope: str | None = "response"
        for name, value in values.items():
            if name == "range":
                parameters |= range_read(value)
            elif name == "scope":
                scope = scopes.scope_named(value)
            else:
                parameters[name] = _parsed(value, self.schema[name].rstrip("?"))
        return Claim(self.name, parameters, scope) if scope and self.valid(parameters) else None


def _of_all(found: list[Finding], scope: str) -> Finding:
    """One finding of those of all parts."""
    unit = scope.removeprefix("each ")
    broken = [(at, one) for at, one in enumerate(found, 1) if one.verdict is False]
    if broken:
        places = tuple(f"{unit} {at}: {one.counted}" for at, one in broken[:MOST_PLACES])
        return Finding(False, f"{len(broken)} of {len(found)} break it", found[0].wanted, places)
    verdict = True if all(one.verdict for one in found) else None
    return Finding(verdict, f"{len(found)} looked at", found[0].wanted)


def within(
    parameters: Parameters,
    *readings: Interval,
    unit: str,
    odd: Iterable[Interval] = (),
    places: tuple[str, ...] = (),
) -> Finding:
    """Whether a count is in the range asked for. It is as soon as one usual way of counting says so; where
    whole ``readings`` of the text differ, all have to agree.

    Args:
        odd: readings that nobody need share, but under which it would be kept: then it is not broken.
    """
    low, high = ends_of(parameters)
    odd = tuple(odd)
    verdicts: set[bool | None] = {reading.high >= low and reading.low <= high for reading in readings}
    if verdicts == {False} and any(reading.high >= low and reading.low <= high for reading in odd):
        verdicts = {None}
    if "about" in parameters and False in verdicts:
        verdicts = {None if _nearly(parameters["about"], reading) else False for reading in readings}
    verdict = verdicts.pop() if len(verdicts) == 1 else None
    said = " or ".join(dict.fromkeys(_interval(reading) for reading in readings))
    return Finding(
        verdict, f"{said} {unit}", range_words(parameters, "en"), places if verdict is False else ()
    )


def _nearly(about: int, reading: Interval) -> bool:
    return reading.high >= about * 0.75 and reading.low <= about * 1.25


def _interval(reading: Interval) -> str:
    return str(reading.low) if reading.low == reading.high else f"{reading.low} to {reading.high}"


def count_kind(
    name: str,
    count: Callable[[Layout], Interval | tuple[Interval, ...]],
    en: str,
    zh: str,
    *more: Form,
    none: tuple[str, str] | None = None,
) -> Kind:
    """A kind that counts one thing: ``en`` and ``zh`` are its words behind a number."""

    def find(parameters: Parameters, layout: Layout) -> Finding:
        counted = count(layout)
        readings = (counted,) if isinstance(counted, Interval) else counted
        return within(parameters, *readings, unit=en)

    forms = (
        *(
            (Form(f"{{scope}} must have no {none[0]}.", f"{{scope}}不得有{none[1]}。", {"most": 0}),)
            if none
            else ()
        ),
        Form(f"{{scope}} must have {{range}} {en}.", f"{{scope}}{{range}}{zh}。"),
        *more,
    )
    return Kind(name, find, RANGE, forms, range_bound(name))


def range_bound(measure: str) -> Bounds:
    """The bound of a range on one measure."""

    def bounds(parameters: Parameters) -> tuple[Bound, ...]:
        return (Bound(measure, *ends_of(parameters)),)

    return bounds


def some(count: Callable[[str], int]) -> Callable[[Layout], Interval]:
    """A count that is the same under all readings, of the visible text outside code."""
    return lambda layout: exact(count(layout.prose))


_RANGES = {
    "en": ("exactly {}", "between {} and {}", "at least {}", "at most {}", "about {}"),
    "zh": ("恰好{}", "{}到{}", "至少{}", "最多{}", "大约{}"),
}


def range_words(parameters: Parameters, lang: str) -> str:
    """The ends of a range in words."""
    exactly, between, at_least, at_most, about = _RANGES[lang]
    if "about" in parameters:
        return about.format(parameters["about"])
    low, high = parameters.get("least"), parameters.get("most")
    if low is None or high is None:
        return at_most.format(high) if low is None else at_least.format(low)
    return exactly.format(low) if low == high else between.format(low, high)


def range_read(text: str) -> dict[str, int]:
    """The ends of a range by the words that ``range_words`` gives it."""
    numbers = [int(number) for number in re.findall(r"\d+", text)]
    if len(numbers) == 2:
        return bounded(*numbers)
    (number,) = numbers
    if text.startswith(("at least", "至少")):
        return {"least": number}
    if text.startswith(("at most", "最多")):
        return {"most": number}
    return {"about": number} if text.startswith(("about", "大约")) else bounded(number, number)


def _said(value: Any, lang: str) -> str:
    if isinstance(value, list):
        texts = [_quoted(str(text), lang) for text in value]
        last = " and " if lang == "en" else "和"
        return last.join(
            [(", " if lang == "en" else "、").join(texts[:-1]), texts[-1]] if texts[1:] else texts
        )
    if lang == "zh" and value in languages.LANGUAGES:
        return languages.name_in_chinese(value)
    return str(value).replace('"', "'").replace("\n", " ")


def _quoted(text: str, lang: str) -> str:
    text = text.replace('"', "'").replace("\n", " ")
    return f'"{text}"' if lang == "en" else f"“{text}”"


def _parsed(value: str, kind: str) -> Any:
    if kind == "count":
        return int(value)
    if kind == "texts":
        return re.findall(r'["“]([^"“”\n]+)["”]', value)
    return languages.language_named(value) or value if kind == "language" else value


def place(text: str, at: int) -> str:
    """A place in a text: its line, and what stands there."""
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    end = len(text) if end < 0 else end
    around = text[max(start, at - 20) : min(end, at + 30)].strip()
    return f"line {text.count(chr(10), 0, at) + 1}: {around}"


def places_of(pattern: re.Pattern[str], text: str) -> tuple[str, ...]:
    """The first places where a pattern is found."""
    found: Iterable[re.Match[str]] = pattern.finditer(text)
    return tuple(place(text, match.start()) for match, _ in zip(found, range(MOST_PLACES), strict=False))
