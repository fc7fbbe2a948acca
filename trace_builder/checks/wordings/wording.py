"""A constraint in given words, with slots."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from trace_builder.checks.claims import Claim, Parameters, bounded
from trace_builder.checks.templates import fill, read

#: What stands in the slots of a wording: {"n": "50"}, {"word": "lamp"}.
Slots = Mapping[str, str]


@dataclass(frozen=True)
class Wording:
    """Words for a constraint in each language, as templates with slots, and what they claim.

    Attributes:
        name: unlike that of any other wording.
        dimension: the taxonomy's dimension of such constraints.
        claims: what is claimed with these slots.
        valid: refuses slots under which the constraint would mean nothing (a table without the row).
    """

    name: str
    dimension: str
    claims: Callable[[Slots], tuple[Claim, ...]]
    en: tuple[str, ...] = ()
    zh: tuple[str, ...] = ()
    valid: Callable[[Slots], bool] = lambda _: True

    def forms(self, lang: str) -> tuple[str, ...]:
        """The templates it is written by in a language."""
        return self.en if lang == "en" else self.zh

    def write(self, slots: Slots, lang: str, variant: int = 0) -> str:
        """A text that ``read`` leads back to these slots."""
        forms = self.forms(lang)
        return fill(forms[variant % len(forms)], slots)

    def read(self, text: str) -> Slots | None:
        """What stands in the slots of a canonical text; None where it is in other words."""
        found = (read(template, text) for template in (*self.en, *self.zh))
        return next((slots for slots in found if slots is not None and self.valid(slots)), None)


def claim(kind: str, **parameters: object) -> Callable[[Slots], tuple[Claim, ...]]:
    """The one claim that a wording makes, whatever its slots."""
    return lambda _: (Claim(kind, parameters),)


def word(text: str, least: int = 1) -> Claim:
    """That a word occurs."""
    return Claim("word", {"word": text, "least": least})


def no_word(text: str) -> Claim:
    return Claim("word", {"word": text, "most": 0})


def has(*slots: str) -> Callable[[Slots], tuple[Claim, ...]]:
    """That the words of all these slots occur."""
    return lambda s: tuple(word(s[slot]) for slot in slots)


def lacks(*slots: str) -> Callable[[Slots], tuple[Claim, ...]]:
    """That the word of none of these slots occurs."""
    return lambda s: tuple(no_word(s[slot]) for slot in slots)


def exactly(kind: str, **parameters: object) -> Callable[[Slots], tuple[Claim, ...]]:
    """That {n} of something are there."""
    return lambda s: (Claim(kind, {**parameters, **bounded(int(s["n"]), int(s["n"]))}),)


def text(kind: str, of: Callable[[Slots], str]) -> Callable[[Slots], tuple[Claim, ...]]:
    """That a part of the response is a text."""
    return lambda s: (Claim(kind, {"text": of(s)}),)


def labelled(s: Slots) -> tuple[Claim, ...]:
    """That lines open with {a}, {b} and {c}, in this order."""
    return (Claim("labels", {"texts": [s["a"], s["b"], s["c"]]}),)


__all__ = [
    "Claim",
    "Parameters",
    "Slots",
    "Wording",
    "claim",
    "exactly",
    "has",
    "labelled",
    "lacks",
    "no_word",
    "text",
    "word",
]
