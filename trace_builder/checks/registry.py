"""Which kinds there are: those of the catalogue, and those that installed packages bring."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path

from trace_builder.checks.claims import Bound, Claim, Finding, Parameters
from trace_builder.checks.kind import Kind
from trace_builder.checks.reading.response_layout import Layout
from trace_builder.errors import InputError
from trace_builder.support.plugins import installed

#: The entry points under which an installed package brings kinds of its own.
GROUP = "trace_builder.constraints"


class ConstraintKind(ABC):
    """A kind of constraint that an installed package verifies by code of its own.

    Attributes:
        name: unlike that of any other kind.
        dimension: the taxonomy dimension that its constraints belong to.
    """

    name: str
    dimension: str

    @abstractmethod
    def recognise(self, text: str) -> Parameters | None:
        """What a constraint asks for, JSON as it is, by its text without list mark and ending punctuation;
        None unless the whole text is a wording of this kind. Nothing is guessed."""

    @abstractmethod
    def holds(self, parameters: Parameters, response: str) -> bool | None:
        """Whether a response keeps to the constraint; None where code cannot tell. The time this takes may
        grow with the response's length, not faster."""

    def bounds(self, parameters: Parameters) -> tuple[Bound, ...]:
        """What the constraint says about measures of the response. Two constraints that bound one measure to
        ranges without a common value contradict each other."""
        return ()


@cache
def catalogue() -> Mapping[str, Kind]:
    """The kinds of the modules in ``kinds/``, by name."""
    names = sorted(path.stem for path in (Path(__file__).parent / "kinds").glob("[a-z]*.py"))
    modules = (import_module(f"{__package__}.kinds.{name}") for name in names)
    return {kind.name: kind for module in modules for kind in module.KINDS}


@cache
def installed_kinds() -> Mapping[str, ConstraintKind]:
    """The kinds of installed packages, by name.

    Raises:
        InputError: one cannot be loaded, or has the name of another.
    """
    found: dict[str, ConstraintKind] = {}
    for kind in map(_made, installed(GROUP, ConstraintKind)):
        if kind.name in catalogue() or kind.name in found:
            module = type(kind).__module__
            raise InputError(f"the constraint kind {kind.name!r} of {module}: the name is taken")
        found[kind.name] = kind
    return found


def plugin_modules() -> tuple[str, ...]:
    """The modules of the kinds of installed packages, which decide outcomes as ours do.

    Raises:
        InputError: one of the kinds cannot be loaded.
    """
    return tuple(sorted({type(kind).__module__ for kind in installed_kinds().values()}))


def finding(claim: Claim, layout: Layout) -> Finding:
    """What a response is like in the light of one claim."""
    kind = catalogue().get(claim.kind)
    if kind is not None:
        return kind.check(claim, layout)
    verdict = installed_kinds()[claim.kind].holds(claim.parameters, layout.raw)
    return Finding(verdict, claim.kind, claim.kind)


def bounds_of(claim: Claim) -> tuple[Bound, ...]:
    """The bounds of a claim; measures of different scopes are different ones."""
    kind = catalogue().get(claim.kind) or installed_kinds()[claim.kind]
    return tuple(
        Bound(f"{claim.scope}/{bound.measure}", bound.low, bound.high, bound.value)
        for bound in kind.bounds(claim.parameters)
    )


def _made(kind: type[ConstraintKind]) -> ConstraintKind:
    try:
        return kind()
    except Exception as error:  # whatever a class of someone else's raises
        told = f"{type(error).__name__}: {error}"
        raise InputError(f"the constraint kind {kind.__name__} of {kind.__module__}: {told}") from error
