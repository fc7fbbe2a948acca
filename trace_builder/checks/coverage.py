"""What share of a set's constraints is bound to checks: by dimension, by language, by kind."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from trace_builder.checks.bound import Check
from trace_builder.checks.recognition import recognise


@dataclass(slots=True)
class Share:
    """So many constraints, how many of them are bound, and how many of those wholly."""

    constraints: int = 0
    bound: int = 0
    whole: int = 0

    @property
    def percent(self) -> float | None:
        """Bound ones in 100; None where there are no constraints."""
        return 100 * self.bound / self.constraints if self.constraints else None

    def add(self, check: Check | None) -> None:
        self.constraints += 1
        self.bound += check is not None
        self.whole += check is not None and check.whole


@dataclass(slots=True)
class Coverage:
    """Shares of a set, and for each kind how many constraints claim one of it."""

    total: Share = field(default_factory=Share)
    dimensions: dict[str, Share] = field(default_factory=dict)
    languages: dict[str, Share] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)

    def add(self, text: str, lang: str, dimension: str | None = None) -> Check | None:
        """Take a constraint in; gives the check that its words are bound to."""
        check = recognise(text)
        self.count(check, lang, dimension)
        return check

    def count(self, check: Check | None, lang: str, dimension: str | None = None) -> None:
        """Take a constraint in by the check that it is bound to."""
        for share in (
            self.total,
            self.languages.setdefault(lang, Share()),
            self.dimensions.setdefault(dimension or "-", Share()),
        ):
            share.add(check)
        self.kinds.update(check.kinds if check else ())

    def as_dict(self) -> dict[str, Any]:
        return {
            "total": asdict(self.total),
            "dimensions": {name: asdict(share) for name, share in self.dimensions.items()},
            "languages": {name: asdict(share) for name, share in self.languages.items()},
            "kinds": dict(self.kinds.most_common()),
        }
