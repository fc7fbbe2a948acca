"""Wordings of the situation dimensions: roles, readers, conditions, facts and procedures to work by."""

from __future__ import annotations

import re

from trace_builder.checks.claims import Claim
from trace_builder.checks.reading.response_tables import pipe_tables
from trace_builder.checks.wordings.wording import Slots, Wording, has, labelled, text, word

_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")


def _ending(s: Slots) -> tuple[Claim, ...]:
    """One last line or another, as a word occurs or not."""
    then, otherwise = ([Claim("last_line", {"text": s[slot]}).as_json()] for slot in ("line", "other"))
    return (Claim("if_word", {"word": s["word"], "then": then, "otherwise": otherwise}),)


def step_count(s: Slots) -> int:
    """How many steps a Markdown procedure has."""
    return s["steps"].count("\n") + 1


def _steps(s: Slots) -> tuple[Claim, ...]:
    """Every step opens a line with its number, in whichever of the two languages it is named."""
    marker, count = ("步骤" if re.search("[\u4e00-\u9fff]", s["steps"]) else "Step"), step_count(s)
    return (Claim("sections", {"marker": marker, "least": count, "most": count}),)


def cell(s: Slots) -> str | None:
    """The cell of ``table`` in the row and column that the constraint names; None where there is none."""
    for table in pipe_tables(s["table"]):
        if s["column"] in table.header:
            at = table.header.index(s["column"])
            for row in table.rows:
                if len(row) > at and s["row"] == row[0]:
                    return row[at]
    return None


def year(s: Slots) -> str:
    """The one year that a background text names."""
    found = _YEAR.search(s["text"])
    return found[0] if found else ""


WORDINGS: tuple[Wording, ...] = (
    Wording(
        "role_opening",
        "role_playing",
        text("start", lambda s: f"As a {s['role']},"),
        en=('Speak in the role of a {role}: open the answer with "As a {role},".',),
    ),
    Wording(
        "role_opening_zh",
        "role_playing",
        text("start", lambda s: f"作为{s['role']}，"),
        zh=("以{role}的身份作答，开头写“作为{role}，”。",),
    ),
    Wording(
        "role_signature",
        "role_playing",
        text("last_line", lambda s: s["line"]),
        en=('Answer as a {role} would and sign the last line with "{line}".',),
        zh=("扮演一位{role}来回答，最后一行署名“{line}”。",),
    ),
    Wording(
        "audience_gloss",
        "target_audience",
        lambda s: (Claim("gloss", {"word": s["word"]}),),
        en=('Write for {readers}: where "{word}" first appears, explain it in parentheses right after it.',),
        zh=("面向{readers}写作：“{word}”第一次出现时，紧接着用括号解释其含义。",),
    ),
    Wording(
        "audience_address",
        "target_audience",
        has("word"),
        en=('Write for {readers} and address them as "{word}" at least once.',),
        zh=("面向{readers}写作，至少一次称呼他们为“{word}”。",),
    ),
    Wording(
        "condition_ending",
        "prior_condition",
        _ending,
        en=('If the answer mentions "{word}", end with the line "{line}"; otherwise end with "{other}".',),
        zh=("如果回答中提到“{word}”，最后一行写“{line}”；否则最后一行写“{other}”。",),
    ),
    Wording(
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
    Wording(
        "procedure_steps",
        "markdown_process_background",
        _steps,
        en=(
            'Work by this procedure, opening the lines of its steps with "Step 1:", "Step 2:" etc.:\n{steps}',
        ),
        zh=("按照下列步骤作答，并在每一步的行首依次写“步骤1：”“步骤2：”等：\n{steps}",),
    ),
    Wording(
        "table_fact",
        "table_background",
        lambda s: (word(cell(s) or ""),),
        en=('Use this table and give the {column} of "{row}" exactly as it stands there:\n{table}',),
        zh=("请依据下表作答，并原样写出“{row}”的{column}：\n{table}",),
        valid=lambda s: bool(cell(s)),
    ),
    Wording(
        "text_fact",
        "text_background",
        lambda s: (word(year(s)),),
        en=("Rely on this background and state the year it names:\n{text}.",),
        zh=("请结合以下背景作答，并写出其中提到的年份：\n{text}。",),
        valid=lambda s: len(_YEAR.findall(s["text"])) == 1,
    ),
)
