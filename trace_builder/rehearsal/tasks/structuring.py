"""The prompt ``structure``: a flat text taken apart into description, constraints and input."""

from __future__ import annotations

import re
from itertools import combinations
from random import Random
from typing import Literal

from trace_builder.checks.reading.counting import count_words
from trace_builder.rehearsal.tasks.instruction_reader import read_text, split_input
from trace_builder.rehearsal.tasks.request import Request
from trace_builder.rehearsal.writer.keywords import dimension_name
from trace_builder.rehearsal.writer.kind_writers import Worded, known
from trace_builder.rehearsal.writer.lexicon import Lexicon
from trace_builder.rehearsal.writer.lexicons import lexicon
from trace_builder.stages.common.answer_schemas import LabelledConstraint, Structuring
from trace_builder.support.text import detect_lang

_LEAD_INS = frozenset(
    lead.replace("：", ":") for words in (lexicon("en"), lexicon("zh")) for lead in words.lead_ins if lead
)
_LABELLED = re.compile(r"[^:：]{2,40}[:：]\s*(.+)")
#: Dimensions that are now and then called by their name instead of their id, as a model may do.
_NAMED = (
    "theme", "inclusion", "exclusion", "numerical", "privacy", "role_playing", "tone_and_style",
    "output_format", "template", "citation",
)  # fmt: skip


def structure(request: Request, rng: Random, flawed: float) -> Structuring:
    """Description, constraints verbatim and labelled, and the input that the text itself holds; in a share of
    cases with a flaw."""
    text = request.block("text")
    words = lexicon(detect_lang(text))
    reading = read_text(text)
    lines = [line for line in reading.rest if line.strip().replace("：", ":") not in _LEAD_INS]
    labelled = [line for line in lines if (found := _LABELLED.fullmatch(line)) and known(found[1])]
    description, held = split_input([line for line in lines if line not in labelled])
    rows = [
        *(LabelledConstraint(text=line, dimension="numerical") for line in labelled),
        *(
            LabelledConstraint(text=found.text, dimension=_label(found.known, words, rng))
            for found in reading.constraints
        ),
    ]
    verdict, why = _verdict(description, reading.checks, words)
    if rows and rng.random() < flawed:
        description, rows = _with_flaw(description, rows, words, rng, text)
    return Structuring(
        reasoning=why,
        verdict=verdict,
        description=description or None,
        constraints=rows if verdict == "ok" else [],
        input=held,
    )


def _label(check: Worded, words: Lexicon, rng: Random) -> str:
    """A dimension's id, now and then its name."""
    if check.wording.dimension not in _NAMED or rng.random() < 0.85:
        return check.wording.dimension
    return dimension_name(check.wording.dimension, words.lang)


def _verdict(
    description: str, checks: tuple[Worded, ...], words: Lexicon
) -> tuple[Literal["ok", "contradictory", "poor"], str]:
    if any(first.contradicts(second) for first, second in combinations(checks, 2)):
        return "contradictory", words.in_lang("Two constraints exclude each other.", "有两条约束互相矛盾。")
    if count_words(description) < 2:
        return "poor", words.in_lang("No task can be made out.", "看不出任务是什么。")
    return "ok", words.in_lang("Task and constraints can be told apart.", "任务与约束可以分清。")


def _with_flaw(
    description: str, rows: list[LabelledConstraint], words: Lexicon, rng: Random, text: str
) -> tuple[str, list[LabelledConstraint]]:
    """One flaw: a description cut short, a label that is not of the taxonomy, a constraint left out, nothing
    taken apart, or an invented constraint."""
    flaw = rng.randrange(5)
    if flaw == 0:
        return (description[:2] if words.lang == "zh" else description.split()[0]), rows
    if flaw == 1:
        label = words.in_lang("Input Format", "输入格式约束")
        return description, [rows[0].model_copy(update={"dimension": label}), *rows[1:]]
    if flaw == 2:
        return description, rows[:-1]
    if flaw == 3:
        return text, []
    text = words.in_lang("Mention a purple elephant in the third line.", "第三行要提到一头紫色的大象。")
    return description, [*rows, LabelledConstraint(text=text, dimension="inclusion")]
