"""Kinds of the situation dimensions: roles, readers, conditions, and facts or procedures given to work by."""

from __future__ import annotations

import re

from trace_builder.checks.counting import first_end, mentions, table_rows
from trace_builder.checks.registry import Bound, ConstraintKind, Parameters
from trace_builder.checks.templates import TemplateKind
from trace_builder.checks.texts import begins, ends_with_line, has, labelled, text_bound, word_bound

_GLOSS = re.compile(r"[\"”*]*\s*[(（][^()（）]+[)）]")
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_STEP = re.compile(r"^(?:\*\*)?(?:Step |步骤)\s?(\d{1,2})[:：]", re.MULTILINE)


def _glossed(p: Parameters, r: str) -> bool:
    end = first_end(p["word"], r)
    return end is not None and _GLOSS.match(r, end) is not None


def _conditional_end(p: Parameters, r: str) -> bool:
    return ends_with_line(r, p["line"] if mentions(p["word"], r) else p["other"])


def step_count(p: Parameters) -> int:
    """How many steps a Markdown procedure has."""
    return p["steps"].count("\n") + 1


def _steps_shown(p: Parameters, r: str) -> bool:
    return [int(n) for n in _STEP.findall(r)] == list(range(1, step_count(p) + 1))


def cell(p: Parameters) -> str | None:
    """The cell of ``table`` in the row and column that the constraint names; None where there is none."""
    for header, *rows in table_rows(p["table"]):
        if p["column"] in header:
            at = header.index(p["column"])
            for row in rows:
                if len(row) > at and p["row"] == row[0]:
                    return row[at]
    return None


def year(p: Parameters) -> str:
    """The one year that a background text names."""
    found = _YEAR.search(p["text"])
    return found.group() if found else ""


KINDS: tuple[ConstraintKind, ...] = (
    TemplateKind(
        "role_opening",
        "role_playing",
        lambda p, r: begins(r, f"As a {p['role']},"),
        en=('Speak in the role of a {role}: open the answer with "As a {role},".',),
        bounded=lambda p: (text_bound("start", f"As a {p['role']},"),),
    ),
    TemplateKind(
        "role_opening_zh",
        "role_playing",
        lambda p, r: begins(r, f"作为{p['role']}，"),
        zh=("以{role}的身份作答，开头写“作为{role}，”。",),
        bounded=lambda p: (text_bound("start", f"作为{p['role']}，"),),
    ),
    TemplateKind(
        "role_signature",
        "role_playing",
        lambda p, r: ends_with_line(r, p["line"]),
        en=('Answer as a {role} would and sign the last line with "{line}".',),
        zh=("扮演一位{role}来回答，最后一行署名“{line}”。",),
        bounded=lambda p: (text_bound("end", p["line"]),),
    ),
    TemplateKind(
        "audience_gloss",
        "target_audience",
        _glossed,
        en=('Write for {readers}: where "{word}" first appears, explain it in parentheses right after it.',),
        zh=("面向{readers}写作：“{word}”第一次出现时，紧接着用括号解释其含义。",),
        bounded=lambda p: (word_bound(p["word"], 1),),
    ),
    TemplateKind(
        "audience_address",
        "target_audience",
        *has("word"),
        en=('Write for {readers} and address them as "{word}" at least once.',),
        zh=("面向{readers}写作，至少一次称呼他们为“{word}”。",),
    ),
    TemplateKind(
        "condition_ending",
        "prior_condition",
        _conditional_end,
        en=('If the answer mentions "{word}", end with the line "{line}"; otherwise end with "{other}".',),
        zh=("如果回答中提到“{word}”，最后一行写“{line}”；否则最后一行写“{other}”。",),
        bounded=lambda p: (Bound("end-condition", 1, 1),),
    ),
    TemplateKind(
        "procedure_lines",
        "nl_process_background",
        labelled,
        en=(
            'Work in this order: first a line that begins with "{a}", then a line that begins with "{b}", '
            'and after that a line that begins with "{c}".',
        ),
        zh=(
            "按以下流程作答：先写一行以“{a}”开头的内容，再写一行以“{b}”开头的内容，然后写一行以“{c}”开头的内容。",
        ),
    ),
    TemplateKind(
        "procedure_steps",
        "markdown_process_background",
        _steps_shown,
        en=(
            'Work by this procedure, opening the lines of its steps with "Step 1:", "Step 2:" etc.:\n{steps}',
        ),
        zh=("按照下列步骤作答，并在每一步的行首依次写“步骤1：”“步骤2：”等：\n{steps}",),
        bounded=lambda p: (Bound("steps", step_count(p), step_count(p)),),
    ),
    TemplateKind(
        "table_fact",
        "table_background",
        lambda p, r: mentions(cell(p) or "", r),
        en=('Use this table and give the {column} of "{row}" exactly as it stands there:\n{table}',),
        zh=("请依据下表作答，并原样写出“{row}”的{column}：\n{table}",),
        bounded=lambda p: (word_bound(cell(p) or "", 1),),
        valid=lambda p: bool(cell(p)),
    ),
    TemplateKind(
        "text_fact",
        "text_background",
        lambda p, r: mentions(year(p), r),
        en=("Rely on this background and state the year it names:\n{text}.",),
        zh=("请结合以下背景作答，并写出其中提到的年份：\n{text}。",),
        bounded=lambda p: (word_bound(year(p), 1),),
        valid=lambda p: len(_YEAR.findall(p["text"])) == 1,
    ),
)
