"""Whatever a check claims can be said in words, and the words lead back to it."""

from __future__ import annotations

import json

import pytest
from drawn_claims import WORDLESS, claims
from hypothesis import given, settings
from hypothesis import strategies as st

from trace_builder.checks import Check, Claim, recognise
from trace_builder.checks.registry import catalogue

langs = st.sampled_from(("en", "zh"))


@settings(max_examples=800, deadline=None)
@given(claims, langs)
def test_what_is_written_is_recognised(claim: Claim, lang: str) -> None:
    check = Check((claim,))
    text = check.words(lang)
    assert recognise(text) == check, text
    assert recognise(f"3. {text}") == check


@settings(max_examples=300, deadline=None)
@given(st.lists(claims, min_size=1, max_size=3), st.booleans())
def test_a_check_is_made_again_from_its_json(drawn: list[Claim], whole: bool) -> None:
    check = Check(tuple(drawn), whole)
    again = Check.from_json(json.loads(json.dumps(check.as_json())))
    assert again == check
    assert again.key == check.key


@settings(max_examples=300, deadline=None)
@given(claims, st.text(max_size=300))
def test_any_response_gets_a_finding(claim: Claim, response: str) -> None:
    (finding,) = Check((claim,)).findings(response)
    assert finding.verdict in (True, False, None)
    assert finding.counted
    assert Check((claim,)).holds(response) is finding.verdict
    assert Check((claim,), whole=False).holds(response) is (False if finding.verdict is False else None)


def test_every_kind_has_words_and_a_unique_form() -> None:
    for name, kind in catalogue().items():
        assert name in WORDLESS or kind.forms
        assert len({(form.en, form.zh) for form in kind.forms}) == len(kind.forms)


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"version": 1, "whole": True, "claims": []},
        {"version": 1, "whole": "yes", "claims": [{"kind": "words", "parameters": {"most": 5}}]},
        {"version": 1, "whole": True, "claims": [{"kind": "no_such_kind", "parameters": {}}]},
        {"version": 1, "whole": True, "claims": [{"kind": "words", "parameters": {}}]},
        {"version": 1, "whole": True, "claims": [{"kind": "words", "parameters": {"least": 9, "most": 5}}]},
        {"version": 1, "whole": True, "claims": [{"kind": "words", "parameters": {"most": -1}}]},
        {"version": 1, "whole": True, "claims": [{"kind": "words", "parameters": {"most": True}}]},
        {"version": 1, "whole": True, "claims": [{"kind": "words", "parameters": {"most": 5, "x": 1}}]},
        {
            "version": 1,
            "whole": True,
            "claims": [{"kind": "words", "parameters": {"most": 5}, "scope": "here"}],
        },
        {
            "version": 1,
            "whole": True,
            "claims": [{"kind": "language", "parameters": {"language": "Klingon"}}],
        },
        {"version": 1, "whole": True, "claims": ["words"]},
    ],
)
def test_what_is_no_check_is_refused_in_one_sentence(value: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"^\S.*$"):
        Check.from_json(value)


def test_a_condition_is_said_in_both_languages() -> None:
    text = (
        'If the answer mentions "anchor", end with the line "The end."; otherwise end with "To '
        'be continued.".'
    )
    check = recognise(text)
    assert check is not None
    assert check.words("en") == (
        'If the response mentions "anchor", the response must have "The end." as its last line; '
        'otherwise the response must have "To be continued." as its last line.'
    )
    assert check.words("zh").startswith("如果全文提到“anchor”，")
