"""Kinds of constraints that code can verify: what each has to say, and which kinds there are."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import import_module
from pathlib import Path

from trace_builder.errors import InputError
from trace_builder.records import Lang
from trace_builder.support.plugins import installed

#: The entry points under which an installed package brings kinds of its own.
GROUP = "trace_builder.constraints"

#: What a constraint asks for beyond its kind, by name: {"n": "50"}, {"word": "lamp"}.
Parameters = Mapping[str, str]

_MARK = re.compile(r"\A(?:[-*•]\s+|[(（]?\d{1,2}[.、)）]\s*)")
#: Recognised texts that are remembered, and the longest of them: a run asks about the same ones many times.
_REMEMBERED, _LONGEST = 8192, 2000


@dataclass(frozen=True, slots=True)
class Bound:
    """That one measure of a response lies within [low, high]."""

    measure: str
    low: float
    high: float = float("inf")


class ConstraintKind(ABC):
    """One kind of constraint that code can verify.

    Attributes:
        name: unlike that of any other kind.
        dimension: the taxonomy dimension that its constraints belong to.
    """

    name: str
    dimension: str

    @abstractmethod
    def recognise(self, text: str) -> Parameters | None:
        """What a constraint asks for, by its text without list mark and ending punctuation; None unless the
        whole text is a wording of this kind. Nothing is guessed."""

    @abstractmethod
    def holds(self, parameters: Parameters, response: str) -> bool | None:
        """Whether a response keeps to the constraint; None where code cannot tell. The time this takes may
        grow with the response's length, not faster."""

    def bounds(self, parameters: Parameters) -> tuple[Bound, ...]:
        """What the constraint says about measures of the response. Two constraints that bound one measure to
        ranges without a common value contradict each other."""
        return ()

    def write(self, parameters: Parameters, lang: Lang, variant: int = 0) -> str | None:
        """A text that ``recognise`` leads back to these parameters; None where the kind has no words."""
        return None


@dataclass(frozen=True)
class Check:
    """A constraint that was recognised: its kind, and what it asks for."""

    kind: ConstraintKind
    parameters: Parameters

    @property
    def key(self) -> tuple[str, tuple[tuple[str, str], ...]]:
        """Equal for constraints that ask for the same, whatever their words."""
        return self.kind.name, tuple(sorted(self.parameters.items()))

    def holds(self, response: str) -> bool | None:
        """Whether ``response`` keeps to the constraint; None where code cannot tell."""
        return self.kind.holds(self.parameters, response)


def contradict(first: Check, second: Check) -> bool:
    """Whether no response can keep to both, as far as their bounds show."""
    return any(
        one.measure == two.measure and max(one.low, two.low) > min(one.high, two.high)
        for one in first.kind.bounds(first.parameters)
        for two in second.kind.bounds(second.parameters)
    )


def strip_mark(text: str) -> str:
    """``text`` without a leading bullet or number."""
    return _MARK.sub("", text.strip(), count=1)


def canonical(text: str) -> str:
    """``text`` without mark and ending punctuation, the form in which constraints are compared."""
    return strip_mark(text).rstrip(" .。;；\n")


class Registry:
    """Kinds by name. The first one that recognises a text has it.

    Raises:
        InputError: two kinds have one name.
    """

    def __init__(self, kinds: Iterable[ConstraintKind]) -> None:
        self.kinds: dict[str, ConstraintKind] = {}
        for kind in kinds:
            if kind.name in self.kinds:
                module = type(kind).__module__
                raise InputError(f"the constraint kind {kind.name!r} of {module}: the name is taken")
            self.kinds[kind.name] = kind
        self._remembered = lru_cache(maxsize=_REMEMBERED)(self._find)

    def recognise(self, text: str) -> Check | None:
        """The check for a constraint's text, where the whole of it (without mark and ending punctuation) is a
        wording that is known; None otherwise."""
        return self._remembered(text) if len(text) <= _LONGEST else self._find(text)

    def _find(self, text: str) -> Check | None:
        text = canonical(text)
        for kind in self.kinds.values():
            parameters = kind.recognise(text)
            if parameters is not None:
                return Check(kind, parameters)
        return None


def recognise(text: str) -> Check | None:
    """The check for a constraint's text by any kind there is, see ``Registry.recognise``.

    Raises:
        InputError: an installed kind cannot be loaded.
    """
    return all_kinds().recognise(text)


@cache
def built_in_kinds() -> Registry:
    """The kinds of the modules in ``kinds/``."""
    names = sorted(path.stem for path in (Path(__file__).parent / "kinds").glob("[a-z]*.py"))
    modules = (import_module(f"{__package__}.kinds.{name}") for name in names)
    return Registry(kind for module in modules for kind in module.KINDS)


@cache
def all_kinds() -> Registry:
    """The kinds of this package, then those of installed packages.

    Raises:
        InputError: an installed kind cannot be loaded, or has the name of another.
    """
    return Registry([*built_in_kinds().kinds.values(), *map(_made, installed(GROUP, ConstraintKind))])


def plugin_modules() -> tuple[str, ...]:
    """The modules of the kinds of installed packages, which decide outcomes as ours do.

    Raises:
        InputError: one of the kinds cannot be loaded.
    """
    modules = {type(kind).__module__ for kind in all_kinds().kinds.values()}
    return tuple(sorted(name for name in modules if not name.startswith("trace_builder.")))


def _made(kind: type[ConstraintKind]) -> ConstraintKind:
    try:
        return kind()
    except Exception as error:  # whatever a class of someone else's raises
        told = f"{type(error).__name__}: {error}"
        raise InputError(f"the constraint kind {kind.__name__} of {kind.__module__}: {told}") from error
