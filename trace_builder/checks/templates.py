"""Kinds that are worded by templates: a template both writes and recognises, so what is written is always
recognised."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property

from trace_builder.checks.registry import Bound, ConstraintKind, Parameters, canonical
from trace_builder.records import Lang

Test = Callable[[Parameters, str], bool]
Bounds = Callable[[Parameters], tuple[Bound, ...]]

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


@dataclass(frozen=True)
class TemplateKind(ConstraintKind):
    """A kind by the templates that word it in each language, with ``{slots}``, and its test.

    Attributes:
        test: whether a response keeps to a constraint with these parameters.
        bounded: the ``bounds`` of such a constraint.
        en, zh: how it is written; recognised as well.
        heard: wordings of real models, which are recognised but never written; ``<a|b>`` is a or b.
        valid: refuses parameters under which the constraint would mean nothing (a table without the row).
    """

    name: str
    dimension: str
    test: Test
    bounded: Bounds = lambda _: ()
    en: tuple[str, ...] = ()
    zh: tuple[str, ...] = ()
    heard: tuple[str, ...] = ()
    valid: Callable[[Parameters], bool] = lambda _: True

    def recognise(self, text: str) -> Parameters | None:
        openings = self._by_opening
        for template in (*openings.get(text[:1], ()), *openings.get("", ())):
            found = _pattern(template).fullmatch(text)
            if found is not None:
                parameters = {name: value.strip() for name, value in found.groupdict().items()}
                if self.valid(parameters):
                    return parameters
        return None

    def holds(self, parameters: Parameters, response: str) -> bool:
        return self.test(parameters, response)

    def bounds(self, parameters: Parameters) -> tuple[Bound, ...]:
        return self.bounded(parameters)

    def write(self, parameters: Parameters, lang: Lang, variant: int = 0) -> str | None:
        forms = self.forms(lang)
        return _SLOT.sub(lambda m: parameters[m.group(1)], forms[variant % len(forms)]) if forms else None

    def forms(self, lang: Lang) -> tuple[str, ...]:
        """The templates it is written by in a language."""
        return self.en if lang == "en" else self.zh

    @cached_property
    def _by_opening(self) -> dict[str, list[str]]:
        """The templates by the character that their texts begin with; "" where it may be any."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for template in (*self.en, *self.zh, *self.heard):
            for opening in _openings(template):
                found[opening].append(template)
        return found


def _openings(template: str) -> set[str]:
    found = _CHOICE.match(template)
    if found is None:
        return {"" if template.startswith(("{", '"', "“", "”")) else template[:1]}
    rest = template[found.end() :]
    return {opening for choice in found.group(1).split("|") for opening in _openings(choice + rest)}


@cache
def _pattern(template: str) -> re.Pattern[str]:
    seen: set[str] = set()
    parts: list[str] = []
    for index, part in enumerate(_SLOT.split(canonical(template))):
        if index % 2 == 0:
            parts.append(_literal(part))
        elif part in seen:
            parts.append(f"(?P={part})")
        else:
            seen.add(part)
            parts.append(f"(?P<{part}>{_SLOT_PATTERNS.get(part, _DEFAULT_PATTERN)})")
    return re.compile("".join(parts))


def _literal(text: str) -> str:
    parts = _CHOICE.split(text)
    for at, part in enumerate(parts):
        parts[at] = f"(?:{'|'.join(map(re.escape, part.split('|')))})" if at % 2 else re.escape(part)
    return _QUOTES.sub('["“”]', "".join(parts))
