"""A constraint bound to claims that code can verify, and what two of them say about each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from trace_builder.checks.claims import VERSION, Bound, Claim, Finding
from trace_builder.checks.reading.response_layout import layout_of
from trace_builder.checks.reading.scopes import is_scope
from trace_builder.checks.registry import bounds_of, catalogue, finding, installed_kinds


@dataclass(frozen=True)
class Check:
    """What of a constraint code can verify.

    Attributes:
        claims: what it claims, all of which must hold.
        whole: whether that is all the constraint asks for. A check that is only a necessary part of its
            constraint can show that it is broken, never that it holds.
        version: that of the catalogue it was bound under.
    """

    claims: tuple[Claim, ...]
    whole: bool = True
    version: int = VERSION

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for checks that ask for the same, whatever the constraints' words."""
        return self.whole, *sorted(claim.key for claim in self.claims)

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(claim.kind for claim in self.claims))

    def holds(self, response: str) -> bool | None:
        """Whether ``response`` keeps to the constraint; None where code cannot tell, and for a part of a
        constraint also where the part holds."""
        layout = layout_of(response)
        verdict: bool | None = True if self.whole else None
        for claim in self.claims:
            found = finding(claim, layout).verdict
            if found is False:
                return False
            verdict = verdict if found else None
        return verdict

    def findings(self, response: str) -> tuple[Finding, ...]:
        """What was found of each claim, in their order."""
        layout = layout_of(response)
        return tuple(finding(claim, layout) for claim in self.claims)

    def words(self, lang: str) -> str:
        """The claims in canonical words, a sentence each; ``lang`` is "en" or "zh"."""
        return (" " if lang == "en" else "").join(_words(claim, lang) for claim in self.claims)

    def as_json(self) -> dict[str, Any]:
        return {
            "version": self.version,
            "whole": self.whole,
            "claims": [claim.as_json() for claim in self.claims],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Check:
        """The check that ``as_json`` gave.

        Raises:
            ValueError: no check of this catalogue. It says what is wrong.
        """
        try:
            version, whole, rows = value["version"], value["whole"], value["claims"]
            claims = tuple(
                Claim(row["kind"], dict(row["parameters"]), row.get("scope", "response")) for row in rows
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"no check: {error!r}") from error
        if not claims or not isinstance(whole, bool) or not isinstance(version, int):
            raise ValueError("no check: it needs a version, whole, and claims")
        for claim in claims:
            _validate(claim)
        return cls(claims, whole, version)


def _validate(claim: Claim) -> None:
    kind = catalogue().get(claim.kind)
    if kind is None and claim.kind not in installed_kinds():
        raise ValueError(f"no kind is called {claim.kind!r}")
    if not is_scope(claim.scope):
        raise ValueError(f"no scope is called {claim.scope!r}")
    if kind is not None and not kind.valid(claim.parameters):
        raise ValueError(f"the parameters {dict(claim.parameters)} do not fit the kind {claim.kind!r}")


def _words(claim: Claim, lang: str) -> str:
    if claim.kind == "if_word":
        return _condition(claim, lang)
    kind = catalogue().get(claim.kind)
    return kind.write(claim, lang) if kind else f"{claim.kind}: {dict(claim.parameters)}"


def _condition(claim: Claim, lang: str) -> str:
    word = claim.parameters["word"]
    then, otherwise = (
        (" " if lang == "en" else "").join(
            _words(Claim(**row), lang).rstrip(".。") for row in claim.parameters.get(name, ())
        )
        for name in ("then", "otherwise")
    )
    if lang == "en":
        rest = f"; otherwise {otherwise[:1].lower()}{otherwise[1:]}" if otherwise else ""
        return f'If the response mentions "{word}", {then[:1].lower()}{then[1:]}{rest}.'
    return f"如果全文提到“{word}”，{then}" + (f"；否则{otherwise}。" if otherwise else "。")


def contradict(first: Check, second: Check) -> bool:
    """Whether no response can keep to both, as far as their bounds show."""
    return any(not one.meets(other) for one, other in _same_measures(first, second))


def overlap(old: Check, new: Check) -> bool:
    """Whether the two bound one measure of one part to ranges with a value in common, so that one response
    may keep to both."""
    pairs = list(_same_measures(old, new))
    return bool(pairs) and all(one.meets(other) for one, other in pairs)


def _same_measures(first: Check, second: Check) -> Iterator[tuple[Bound, Bound]]:
    """The pairs of bounds of the two on one measure."""
    others: dict[str, list[Bound]] = {}
    for claim in second.claims:
        for bound in bounds_of(claim):
            others.setdefault(bound.measure, []).append(bound)
    for claim in first.claims:
        for bound in bounds_of(claim):
            yield from ((bound, other) for other in others.get(bound.measure, ()))
