"""What the model is asked to answer when it binds constraints to checks, and the checks in its answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic_core import core_schema

from trace_builder.checks import Check, Claim
from trace_builder.checks.claims import Parameters
from trace_builder.checks.kind import RANGE, Kind
from trace_builder.checks.reading.scopes import SCOPES
from trace_builder.checks.registry import catalogue
from trace_builder.records import Lang
from trace_builder.stages.common.answer_schemas import Reply

#: Made of other claims, which is more than a flat answer can hold.
_NESTED = {"if_word"}
KINDS = {name: kind for name, kind in catalogue().items() if name not in _NESTED}
_NUMBERED = tuple(f"{unit} {n}" for unit in ("paragraph", "sentence", "line") for n in range(1, 10))


class _OneOf:
    """A text that is one of some names; servers are given them as an enumeration."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = tuple(names)

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.literal_schema(list(self._names))


KindName = Annotated[str, _OneOf(KINDS)]
ScopeName = Annotated[str, _OneOf((*SCOPES, *_NUMBERED))]
ParameterName = Annotated[str, _OneOf(sorted({name for kind in KINDS.values() for name in kind.schema}))]


class Parameter(Reply):
    """One parameter; a list is given as several of one name."""

    name: ParameterName
    value: int | str


class ProposedClaim(Reply):
    kind: KindName
    scope: ScopeName
    parameters: list[Parameter]

    def claim(self) -> Claim | None:
        """The claim; None where its parameters are not those of its kind."""
        kind, parameters = KINDS[self.kind], dict[str, Any]()
        for parameter in self.parameters:
            wanted = kind.schema.get(parameter.name, "").rstrip("?")
            if wanted == "texts":
                parameters.setdefault(parameter.name, []).append(str(parameter.value))
            elif not wanted or parameter.name in parameters:
                return None
            elif (value := _read(parameter.value, wanted)) is not False:
                parameters[parameter.name] = value
        fits = kind.valid(parameters) and any(form.fits(parameters) for form in kind.forms)
        return Claim(self.kind, parameters, self.scope) if fits else None


class Binding(Reply):
    """What can be measured of one constraint: nothing where there are no claims. ``keeps`` is a response that
    keeps to what is claimed, ``breaks`` one that does not."""

    id: str
    reasoning: str
    claims: list[ProposedClaim]
    whole: bool
    keeps: str
    breaks: str

    def check(self) -> Check | None:
        """The check that it proposes; None where it proposes none, or its own examples speak against it."""
        claims = [row.claim() for row in self.claims]
        made = tuple(claim for claim in claims if claim is not None)
        if not made or len(made) < len(claims):
            return None
        strict = Check(made)
        told = strict.holds(self.keeps) is True and strict.holds(self.breaks) is False
        return Check(made, self.whole) if told else None


class Bindings(Reply):
    """Prompt ``bind``: one for each constraint."""

    bindings: list[Binding]


class Likeness(Reply):
    """Whether a check asks for what a constraint asks for: all of it, a part, or something else."""

    id: str
    reasoning: str
    verdict: Literal["same", "part", "other"]


class Likenesses(Reply):
    """Prompt ``bind_check``: one for each pair."""

    verdicts: list[Likeness]


def describe_kinds(lang: Lang) -> str:
    """The kinds that a constraint can be bound to, one a line: name, parameters, and how it reads."""
    return "\n".join(f"- {name}: {_described(kind, lang)}" for name, kind in KINDS.items())


def _described(kind: Kind, lang: Lang) -> str:
    ranged = "least" in kind.schema
    optional = [
        f"{name}?" for name, wanted in kind.schema.items() if name not in RANGE and wanted.endswith("?")
    ]
    required = [n for n, wanted in kind.schema.items() if n not in RANGE and not wanted.endswith("?")]
    told = [*(["range"] if ranged else []), *required, *optional]
    # That there are none of something is said by a range as well.
    forms = [form for form in kind.forms if dict(form.fixed) != {"most": 0}]
    words = " / ".join(_form(form.en if lang == "en" else form.zh, form.fixed) for form in forms)
    return f"({', '.join(told)}) {words}"


def _form(text: str, fixed: Parameters) -> str:
    text = text.removeprefix("{scope}").strip()
    told = ", ".join(f"{name}={'true' if value is True else value}" for name, value in fixed.items())
    return f"{text} [{told}]" if told else text


def _read(value: int | str, wanted: str) -> Any:
    if wanted == "count":
        return int(value) if str(value).isdecimal() else value
    return str(value).lower() == "true" if wanted == "flag" else str(value)
