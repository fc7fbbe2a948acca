"""The prompt ``expand``: constraints written into a plain instruction."""

from __future__ import annotations

import re
from random import Random

from trace_builder.rehearsal.tasks.request import Request
from trace_builder.rehearsal.writer.choose import choose, in_words
from trace_builder.rehearsal.writer.kind_writers import WORDINGS, Worded
from trace_builder.rehearsal.writer.parameters import Picker
from trace_builder.stages.common.answer_schemas import Expansion
from trace_builder.support.text import detect_lang

_OFFER = re.compile(r"^\s*(?:[-*]\s+)?([a-z_]+)\s*[:：]\s*(.+?)\s*$", re.MULTILINE)


def expand(request: Request, rng: Random, flawed: float) -> Expansion:
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
        return Expansion(text=_with_flaw(picker, texts, others, [label for _, label in offered]))
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


def _with_flaw(picker: Picker, texts: list[str], others: list[str], labels: list[str]) -> str:
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
        limits = (("words_most", "50"), ("words_least", "200"))
        texts += [in_words(Worded(WORDINGS[kind], {"n": n}), picker, 0) for kind, n in limits]
    else:
        texts.append(rng.choice(others))
    return write_out(picker, texts)
