"""Claims of any kind with random parameters, for properties that all kinds share."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from trace_builder.checks import Claim
from trace_builder.checks.claims import bounded
from trace_builder.checks.kind import RANGE, Form, Kind
from trace_builder.checks.reading.languages import LANGUAGES
from trace_builder.checks.registry import catalogue
from trace_builder.checks.templates import slots_of

#: Kinds that have no words of their own.
WORDLESS = frozenset({"if_word"})
_WORDS = ("lamp", "grid", "New York", "落叶", "绿色出行", "P.S.", "***", "Dear all,", "100%")
_MARKS = (",", "!", "?", ";", ":")
_OTHERS: dict[str, tuple[str, ...]] = {
    "letter": ("e", "Q", "z"),
    "mark": _MARKS,
    "marker": ("Section", "P.S.", "Step"),
    "divider": ("***", "******", "---"),
    "emoji": ("🌱", "⏰"),
    "code": ("python", "sql", "c++"),
    "label": ("References:", "参考文献："),
    "joint": ("->", "=>"),
}

ranges = st.one_of(
    st.integers(1, 3000).map(lambda n: {"least": n}),
    st.integers(1, 3000).map(lambda n: {"most": n}),
    st.integers(1, 3000).map(lambda n: {"about": n}),
    st.tuples(st.integers(1, 900), st.integers(0, 900)).map(lambda p: bounded(p[0], p[0] + p[1])),
)


def _values(kind: Kind, name: str) -> st.SearchStrategy[Any]:
    of = kind.schema[name].rstrip("?")
    if of == "count":
        return st.integers(2, 6)
    if of == "texts":
        return st.lists(st.sampled_from(_WORDS), min_size=1, max_size=4, unique=True)
    if of == "language":
        return st.sampled_from(LANGUAGES)
    return st.sampled_from(_OTHERS.get(name, _WORDS))


def _of_form(kind: Kind, form: Form) -> st.SearchStrategy[Claim]:
    slots = slots_of(form.en) - {"scope", "range"}
    values = st.fixed_dictionaries({name: _values(kind, name) for name in slots})
    scopes = st.sampled_from(("response", "each paragraph", "title", "last sentence", "paragraph 2"))
    ends = ranges if "range" in slots_of(form.en) else st.just({})
    return st.tuples(values, ends, scopes).map(
        lambda drawn: Claim(kind.name, {**drawn[0], **drawn[1], **form.fixed}, drawn[2])
    )


#: A claim of any kind, in any of the forms that it has.
claims = st.sampled_from(
    [(kind, form) for kind in catalogue().values() for form in kind.forms if kind.name not in WORDLESS]
).flatmap(lambda pair: _of_form(*pair))


def example_claims() -> list[Claim]:
    """One claim of each form of each kind."""
    found = []
    for name, kind in catalogue().items():
        for form in kind.forms if name not in WORDLESS else ():
            slots = slots_of(form.en) - {"scope", "range"}
            parameters: dict[str, Any] = dict(form.fixed)
            for slot in slots:
                of = kind.schema[slot].rstrip("?")
                parameters[slot] = (
                    3
                    if of == "count"
                    else ["lamp", "落叶"]
                    if of == "texts"
                    else "English"
                    if of == "language"
                    else _OTHERS.get(slot, _WORDS)[0]
                )
            if "range" in slots_of(form.en):
                parameters["least"] = 2
            found.append(Claim(name, parameters))
    return found


__all__ = ["RANGE", "WORDLESS", "claims", "example_claims", "ranges"]
