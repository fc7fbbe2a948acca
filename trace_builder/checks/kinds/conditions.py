"""Conditions on the response itself: if it mentions a word, one thing must hold, else another."""

from __future__ import annotations

from trace_builder.checks.claims import Claim, Finding, Parameters
from trace_builder.checks.kind import Form, Kind
from trace_builder.checks.reading.counting import keyword_text, occurrences
from trace_builder.checks.reading.response_layout import Layout
from trace_builder.checks.registry import finding


def _if_word(parameters: Parameters, layout: Layout) -> Finding:
    found = occurrences(parameters["word"], keyword_text(layout, parameters["word"]))
    branch = "then" if found.forms else "otherwise"
    findings = [finding(Claim(**claim), layout) for claim in parameters.get(branch, ())]
    verdicts = {one.verdict for one in findings}
    verdict = (
        False if False in verdicts else None if None in verdicts or found.forms != found.inside else True
    )
    told = "; ".join(one.counted for one in findings) or "nothing to keep"
    wanted = "; ".join(one.wanted for one in findings)
    return Finding(
        verdict, f"“{parameters['word']}” {'occurs' if found.forms else 'does not occur'}: {told}", wanted
    )


KINDS: tuple[Kind, ...] = (
    Kind("if_word", _if_word, {"word": "text", "then": "claims", "otherwise": "claims?"}, (Form("", ""),)),
)
