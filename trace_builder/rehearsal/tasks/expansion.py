"""The prompts ``expand`` and ``expand_text``: constraints for an instruction, as a list or in its text."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from trace_builder.rehearsal.tasks.instruction_reader import read_text, split_input
from trace_builder.rehearsal.tasks.request import Request
from trace_builder.rehearsal.writer.choose import choose, fits, in_words
from trace_builder.rehearsal.writer.kind_writers import WORDINGS, Worded
from trace_builder.rehearsal.writer.parameters import Picker
from trace_builder.stages.common.answer_schemas import Expansion, Parts, PartsConstraint
from trace_builder.support.text import detect_lang

_OFFER = re.compile(r"^\s*(?:[-*]\s+)?([a-z_]+)\s*[:：]\s*(.+?)\s*$", re.MULTILINE)
_LIMITS = (("words_most", "50"), ("words_least", "200"))
#: What nobody can do, as a careless model may ask for it.
INFEASIBLE = ("Write the whole answer without a single letter or digit.", "整个回答不得出现任何文字或数字。")


def expand(request: Request, rng: Random, flawed: float) -> Parts:
    """The task, its material, what it demands itself, and as many constraints as wished for; or all that with
    a flaw in a share of cases."""
    instruction = request.block("instruction").strip("\n")
    reading = read_text(instruction)
    given = request.blocks.get("input") is not None
    description, held = ("\n".join(reading.rest), None) if given else split_input(reading.rest)
    picker = Picker(detect_lang(instruction), rng, instruction)
    offered = _OFFER.findall(request.block("offered"))
    wanted = max(1, _number(request.block("count")) - len(reading.constraints))
    checks = choose([name for name, _ in offered], wanted, picker)
    checks = [check for check in checks if fits(check, list(reading.checks))]
    stated = [
        PartsConstraint(text=found.text, dimension=found.known.wording.dimension, stated=True)
        for found in reading.constraints
    ]
    fewer = picker.words.in_lang("No more go together.", "再多就不能同时满足了。")
    parts = Parts(
        fewer=None if len(checks) == wanted else fewer,
        description=description,
        input=held,
        constraints=[*stated, *(_added(check, picker) for check in checks)],
    )
    if rng.random() >= flawed or not checks:
        return parts
    flaws = [*_FLAWS, *(() if given else (_input_again,))]
    if re.search(r"\d", description):
        flaws += [_figures_lost] * len(flaws)
    flaw: Flaw = rng.choice(flaws)
    return flaw(parts, checks, picker, [label for _, label in offered])


def _added(check: Worded, picker: Picker) -> PartsConstraint:
    text = in_words(check, picker, picker.rng.randrange(4))
    return PartsConstraint(text=text, dimension=check.wording.dimension, stated=False)


Flaw = Callable[[Parts, list[Worded], Picker, list[str]], Parts]


def _more(parts: Parts, *rows: PartsConstraint) -> Parts:
    return parts.model_copy(update={"constraints": [*parts.constraints, *rows]})


def _last(parts: Parts, **fields: str) -> Parts:
    *rest, last = parts.constraints
    return parts.model_copy(update={"constraints": [*rest, last.model_copy(update=fields)]})


def _nothing_added(parts: Parts, _: list[Worded], __: Picker, ___: list[str]) -> Parts:
    return parts.model_copy(update={"constraints": [row for row in parts.constraints if row.stated]})


def _label_in_front(parts: Parts, _: list[Worded], picker: Picker, labels: list[str]) -> Parts:
    label = picker.rng.choice(labels) + picker.words.in_lang(": ", "：")
    return _last(parts, text=label + parts.constraints[-1].text)


def _wrong_label(parts: Parts, _: list[Worded], picker: Picker, __: list[str]) -> Parts:
    return _last(parts, dimension=picker.words.in_lang("Input Format", "输入格式约束"))


def _fragment(parts: Parts, _: list[Worded], picker: Picker, __: list[str]) -> Parts:
    text = parts.constraints[-1].text
    return _last(
        parts, text=picker.words.in_lang("and also " + text[:1].lower(), "并且" + text[:1]) + text[1:]
    )


def _contradiction(parts: Parts, _: list[Worded], picker: Picker, __: list[str]) -> Parts:
    limits = [Worded(WORDINGS[kind], {"n": n}) for kind, n in _LIMITS]
    return _more(parts, *(_added(check, picker) for check in limits))


def _impossible(parts: Parts, _: list[Worded], picker: Picker, __: list[str]) -> Parts:
    text = picker.words.in_lang(*INFEASIBLE)
    return _more(parts, PartsConstraint(text=text, dimension="exclusion", stated=False))


def _said_again(parts: Parts, checks: list[Worded], picker: Picker, _: list[str]) -> Parts:
    """A constraint twice, in other words where it has any."""
    return _more(parts, _added(picker.rng.choice(checks), picker))


def _copied(parts: Parts, _: list[Worded], __: Picker, ___: list[str]) -> Parts:
    return _more(parts, parts.constraints[-1])


def _in_description(parts: Parts, checks: list[Worded], picker: Picker, _: list[str]) -> Parts:
    """The description demands what a constraint does, in other words where it has any."""
    said = {row.text for row in parts.constraints}
    texts = [in_words(check, picker, variant) for check in checks for variant in range(4)]
    text = next((text for text in texts if text not in said), texts[0])
    return parts.model_copy(update={"description": f"{parts.description}\n{text}"})


def _cut(parts: Parts, _: list[Worded], picker: Picker, __: list[str]) -> Parts:
    whole = parts.description
    return parts.model_copy(
        update={"description": whole[:2] if picker.lang == "zh" else whole.partition(" ")[0]}
    )


def _other_task(parts: Parts, _: list[Worded], picker: Picker, __: list[str]) -> Parts:
    text = picker.words.in_lang("Name some kinds of cheese.", "列举若干奶酪。")
    return parts.model_copy(update={"description": text})


def _figures_lost(parts: Parts, _: list[Worded], picker: Picker, __: list[str]) -> Parts:
    text = re.sub(r"\d+", picker.words.in_lang("some", "若干"), parts.description)
    return parts.model_copy(update={"description": text})


def _input_again(parts: Parts, _: list[Worded], __: Picker, ___: list[str]) -> Parts:
    """An input that is the task over again."""
    return parts.model_copy(update={"input": f"{parts.description}\n{parts.description}"})


_FLAWS: tuple[Flaw, ...] = (
    _nothing_added, _label_in_front, _wrong_label, _fragment, _contradiction, _impossible, _said_again,
    _copied, _in_description, _cut, _other_task,
)  # fmt: skip


def expand_text(request: Request, rng: Random, flawed: float) -> Expansion:
    """The instruction with as many constraints as asked for, or with a flaw in a share of cases."""
    instruction = request.block("instruction").strip("\n")
    picker = Picker(detect_lang(instruction), rng, instruction)
    offered = _OFFER.findall(request.block("offered"))
    checks = choose([name for name, _ in offered], _number(request.block("count")), picker)
    variants = [rng.randrange(4) for _ in checks]
    texts, others = (
        [in_words(check, picker, n + more) for check, n in zip(checks, variants, strict=True)]
        for more in (0, 1)
    )
    if rng.random() < flawed:
        return Expansion(text=_text_with_flaw(picker, texts, others, [label for _, label in offered]))
    return Expansion(text=write_out(picker, texts))


def _number(text: str) -> int:
    found = re.search(r"\d+", text)
    return max(1, min(15, int(found.group()))) if found else 3


def write_out(picker: Picker, texts: list[str]) -> str:
    """The instruction with its constraints below it, in one of several layouts."""
    style = picker.rng.randrange(4)
    lead_in = picker.rng.choice(picker.words.lead_ins)
    marks = {
        0: [f"{n}. " for n in range(1, len(texts) + 1)],
        1: ["- "] * len(texts),
        2: [f"{n}) " for n in range(1, len(texts) + 1)],
    }
    lines = [mark + text for mark, text in zip(marks.get(style, [""] * len(texts)), texts, strict=True)]
    return "\n".join([picker.instruction, *([lead_in] if lead_in and texts else []), *lines])


def _text_with_flaw(picker: Picker, texts: list[str], others: list[str], labels: list[str]) -> str:
    """The expansion with one flaw: nothing added, a label in front, a contradiction, or one constraint twice
    (``others``: the same constraints in other words)."""
    rng, words = picker.rng, picker.words
    flaw = rng.randrange(4)
    if flaw == 0 or not texts:
        return picker.instruction
    if flaw == 1:
        label = rng.choice(labels) if labels else "Numerical"
        texts[0] = label + words.in_lang(": ", "：") + texts[0]
    elif flaw == 2:
        texts += [in_words(Worded(WORDINGS[kind], {"n": n}), picker, 0) for kind, n in _LIMITS]
    else:
        texts.append(rng.choice(others))
    return write_out(picker, texts)
