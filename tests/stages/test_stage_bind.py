"""bind: what the model binds, and what of it is believed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from stage_scripts import Scripted, config, instruction, walk

from trace_builder.checks import VERSION, Check
from trace_builder.llm.schema import schema_text
from trace_builder.records import Checked
from trace_builder.stages.base import Unanswered
from trace_builder.stages.bind import Bind
from trace_builder.stages.common.binding_answers import (
    KINDS,
    Binding,
    Bindings,
    Likenesses,
    Parameter,
    ProposedClaim,
    describe_kinds,
)
from trace_builder.stages.common.constraint_checks import check_of
from trace_builder.taxonomy import load_taxonomy

READ, LOOSE, TONE = (
    "Use at most 50 words.",
    'Let "lamp" cross the page somewhere.',
    "Make the reader curious.",
)
#: A clause that the grammar reads, and one that it does not.
PARTLY = "Let 3 bullets carry it all."


def record(*texts: str) -> Checked:
    return Checked(id="a", lang="en", instruction=instruction(*texts), completeness="", redundancy="")


def binding(name: str = "c1", **change: Any) -> Binding:
    """That the word lamp occurs, with the examples that show it."""
    claim = _claim("word", _p("word", "lamp"), _p("least", 1))
    whole = {
        "id": name,
        "reasoning": "",
        "claims": [claim],
        "whole": True,
        "keeps": "A lamp is lit.",
        "breaks": "It is dark.",
    }
    return Binding.model_validate(whole | change)


def _claim(kind: str, *parameters: dict[str, str | int]) -> dict[str, Any]:
    return {"kind": kind, "scope": "response", "parameters": list(parameters)}


def _p(name: str, value: str | int) -> dict[str, str | int]:
    return {"name": name, "value": value}


def likeness(**verdicts: str) -> Likenesses:
    rows = [{"id": name, "reasoning": "", "verdict": verdict} for name, verdict in verdicts.items()]
    return Likenesses.model_validate({"verdicts": rows})


def bind(checked: Checked, ask: Scripted) -> list[Any]:
    """The checks of the constraints, in their order."""
    made = walk(
        Bind(config(judge={"code_checks": True}, bind={"enabled": True}), load_taxonomy()), checked, ask
    )
    assert made.model_copy(update={"instruction": checked.instruction}) == checked, "nothing else changes"
    assert [c.text for c in made.instruction.constraints] == [c.text for c in checked.instruction.constraints]
    return [c.check for c in made.instruction.constraints]


def test_nothing_is_asked_where_the_grammar_has_read_everything() -> None:
    (check,) = bind(record(READ), Scripted())
    assert (check.by, check.whole) == ("grammar", True)


def test_one_question_about_all_that_is_left_and_one_about_what_was_found() -> None:
    ask = Scripted(
        bind=Bindings(bindings=[binding("c2"), binding("c3", claims=[], keeps="", breaks="")]),
        bind_check=likeness(c2="same"),
    )
    read, loose, tone = bind(record(READ, LOOSE, TONE), ask)
    assert (read.by, loose.by, tone) == ("grammar", "model", None)
    assert (loose.whole, loose.version) == (True, VERSION)
    asked, compared = ask.asked
    rows = [json.loads(line) for line in (asked.values["constraints"] or "").splitlines()]
    assert [row["id"] for row in rows] == ["c2", "c3"], "the grammar's are not asked about"
    assert asked.values["description"] == "Write a poem."
    assert json.loads(compared.values["pairs"] or "") == {
        "id": "c2",
        "constraint": LOOSE,
        "check": 'The response must have the word "lamp" at least 1 times.',
    }


def test_what_is_bound_measures() -> None:
    ask = Scripted(bind=Bindings(bindings=[binding()]), bind_check=likeness(c1="same"))
    check = check_of(bind(record(LOOSE), ask)[0])
    assert check is not None
    assert (check.holds("Bring a lamp."), check.holds("Bring a torch.")) == (True, False)


@pytest.mark.parametrize(
    ("claimed", "verdict", "whole"),
    [(True, "same", True), (True, "part", False), (False, "same", False), (False, "part", False)],
)
def test_the_lesser_claim_counts(claimed: bool, verdict: str, whole: bool) -> None:
    ask = Scripted(bind=Bindings(bindings=[binding(whole=claimed)]), bind_check=likeness(c1=verdict))
    assert bind(record(LOOSE), ask)[0].whole is whole


@pytest.mark.parametrize(
    "verdicts", [{"c1": "other"}, {}, {"c2": "same"}], ids=["other", "none", "of another"]
)
def test_words_that_ask_for_something_else_are_not_believed(verdicts: dict[str, str]) -> None:
    ask = Scripted(bind=Bindings(bindings=[binding()]), bind_check=likeness(**verdicts))
    assert bind(record(LOOSE), ask) == [None]


@pytest.mark.parametrize(
    "change",
    [
        {"keeps": "It is dark."},
        {"breaks": "A lamp is lit."},
        {"keeps": "It is dark.", "breaks": "A lamp is lit."},
        {"claims": []},
        {"claims": [_claim("word", _p("least", 1))]},
        {"claims": [_claim("word", _p("word", "lamp"), _p("level", 1))]},
        {"claims": [_claim("word", _p("word", "lamp"), _p("word", "a"))]},
        {"claims": [_claim("words", _p("least", "many"))]},
        {"claims": [_claim("words", _p("least", 9), _p("most", 3))]},
        {"id": "c9"},
    ],
    ids=["kept is broken", "broken is kept", "turned round", "no claim", "a parameter is missing",
         "of another", "twice", "no number", "an empty range", "no such constraint"],
)  # fmt: skip
def test_what_fails_its_own_test_is_not_asked_about_again(change: dict[str, Any]) -> None:
    ask = Scripted(bind=Bindings(bindings=[binding(**change)]))
    assert bind(record(LOOSE), ask) == [None]


def test_two_bindings_of_one_constraint_are_none() -> None:
    assert bind(record(LOOSE), Scripted(bind=Bindings(bindings=[binding(), binding()]))) == [None]


def test_what_the_grammar_has_read_of_a_part_stays() -> None:
    (before,) = record(PARTLY).instruction.constraints
    assert before.check is not None
    assert not before.check.whole
    ask = Scripted(bind=Bindings(bindings=[binding()]), bind_check=likeness(c1="same"))
    (check,) = bind(record(PARTLY), ask)
    assert [claim.kind for claim in check.claims] == ["bullets", "word"]
    assert "bullet points" in (ask.asked[1].values["pairs"] or ""), "both are compared"
    refused = Scripted(bind=Bindings(bindings=[binding(claims=[])]))
    assert bind(record(PARTLY), refused) == [before.check]


def test_a_binding_that_contradicts_another_check_is_not_believed() -> None:
    """The instruction was found feasible: rather the binding is wrong."""
    ask = Scripted(bind=Bindings(bindings=[binding("c2")]), bind_check=likeness(c2="same"))
    forbidden, loose = bind(record('Do not use the word "lamp".', LOOSE), ask)
    assert (forbidden.by, loose) == ("grammar", None)


@pytest.mark.parametrize("prompt", ["bind", "bind_check"])
def test_an_answer_that_was_cut_off_binds_nothing_and_costs_nothing(prompt: str) -> None:
    cut = Unanswered("failed", "truncated_output", "cut off")
    replies = {"bind": Bindings(bindings=[binding()]), "bind_check": likeness(c1="same"), prompt: cut}
    if prompt == "bind":
        del replies["bind_check"]
    assert bind(record(LOOSE), Scripted(**replies)) == [None]


def test_other_failures_are_the_records() -> None:
    with pytest.raises(Unanswered):
        bind(record(LOOSE), Scripted(bind=Unanswered("failed", "connection", "gone")))


def test_texts_come_in_several_parameters_of_one_name_and_flags_as_words() -> None:
    claim = ProposedClaim(
        kind="json",
        scope="response",
        parameters=[
            Parameter(name="keys", value="a"),
            Parameter(name="keys", value="b"),
            Parameter(name="only", value="true"),
            Parameter(name="exact", value="false"),
        ],
    ).claim()
    assert claim is not None
    assert dict(claim.parameters) == {"keys": ["a", "b"], "only": True}


def test_the_schema_is_closed() -> None:
    schema = json.loads(schema_text(Bindings))["properties"]["bindings"]["items"]["properties"]
    claim = schema["claims"]["items"]["properties"]
    assert set(claim["kind"]["enum"]) == set(KINDS)
    assert {"response", "title", "each paragraph", "sentence 2"} <= set(claim["scope"]["enum"])
    assert "least" in claim["parameters"]["items"]["properties"]["name"]["enum"]
    with pytest.raises(ValueError, match="kind"):
        ProposedClaim(kind="mood", scope="response", parameters=[])


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_kind_is_described_with_its_parameters(lang: Any) -> None:
    lines = dict(line.removeprefix("- ").split(": ", 1) for line in describe_kinds(lang).splitlines())
    assert lines.keys() == KINDS.keys()
    for name, kind in KINDS.items():
        told = lines[name].partition(")")[0]
        assert all(parameter in told for parameter in kind.schema.keys() - {"least", "most", "about"})
        assert ("range" in told) == ("least" in kind.schema)


def test_whatever_can_be_proposed_can_be_put_into_words() -> None:
    """Else the second question could not be asked."""
    claims = [[_p("word", "a")], [_p("word", "a"), _p("exact", "true")], [_p("word", "a"), _p("about", 3)]]
    for parameters in claims:
        row = ProposedClaim.model_validate({"kind": "word", "scope": "title", "parameters": parameters})
        made = row.claim()
        assert made is None or Check((made,)).words("en")
