"""From a constraint's text to the check that it is bound to."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache

from trace_builder.checks.bound import Check
from trace_builder.checks.claims import Claim
from trace_builder.checks.grammar.binding import bind
from trace_builder.checks.kind import Form, Kind
from trace_builder.checks.registry import ConstraintKind, catalogue, installed_kinds
from trace_builder.checks.templates import Templates, canonical
from trace_builder.checks.wordings import Wording, wordings

#: Recognised texts that are remembered, and the longest of them: a run asks about the same ones many times.
_REMEMBERED, _LONGEST = 8192, 2000


def recognise(text: str) -> Check | None:
    """The check for a constraint's text: by the wordings this project writes itself, by the canonical words
    of the kinds, by the kinds of installed packages, and by the grammar; None where nothing of it is known.

    Raises:
        InputError: an installed kind cannot be loaded.
    """
    return _remembered(text) if len(text) <= _LONGEST else _find(text)


def verify(constraint_text: str, response: str) -> bool | None:
    """Whether ``response`` keeps to the constraint; None when code cannot tell. A constraint of which code
    can only verify a part is either broken or not told."""
    check = recognise(constraint_text)
    return None if check is None else check.holds(response)


def _find(text: str) -> Check | None:
    # Asked for first, so that one that cannot be loaded is told of whatever the text.
    kinds = installed_kinds().values()
    text = canonical(text)
    return _by_template(text) or _by_installed(text, kinds) or bind(text)


_remembered = lru_cache(maxsize=_REMEMBERED)(_find)


def _by_template(text: str) -> Check | None:
    for wording, _, values in _wordings().read(text):
        if wording.valid(values):
            return Check(wording.claims(values))
    for (kind, form), _, values in _forms().read(text):
        claim = kind.read(form, values)
        if claim is not None:
            return Check((claim,))
    return None


def _by_installed(text: str, kinds: Iterable[ConstraintKind]) -> Check | None:
    for kind in kinds:
        parameters = kind.recognise(text)
        if parameters is not None:
            return Check((Claim(kind.name, parameters),))
    return None


@cache
def _wordings() -> Templates[Wording]:
    return Templates((template, wording) for wording in wordings() for template in (*wording.en, *wording.zh))


@cache
def _forms() -> Templates[tuple[Kind, Form]]:
    return Templates(
        (template, (kind, form))
        for kind in catalogue().values()
        for form in kind.forms
        for template in (form.en, form.zh)
        if template
    )
