"""The task ``expansion``: constraints written into a plain instruction."""

from __future__ import annotations

import re
from random import Random
from typing import Any

from trace_builder.checks import REGISTRY, Check, contradict
from trace_builder.checks.counting import count_words
from trace_builder.records import Lang
from trace_builder.rehearsal.compose import build
from trace_builder.rehearsal.request import Request
from trace_builder.rehearsal.supply import Supply
from trace_builder.rehearsal.topics import keywords, language

#: Kinds that need the same place in a response.
PLACES = {
    "role_opening": "start",
    "role_opening_zh": "start",
    "letter": "start",
    "role_signature": "end",
    "condition_ending": "end",
    "words_most": "length",
    "words_least": "length",
    "words_between": "length",
}
_OFFER = re.compile(r"^\s*(?:[-*]\s+)?([a-z_]+)\s*[:：]\s*(.+?)\s*$", re.MULTILINE)
_TRIES = 3


def expand(request: Request, rng: Random, blemish: float) -> dict[str, Any]:
    """The instruction with as many constraints as asked for, or with a fault in a share of cases."""
    instruction = request.block("instruction").strip("\n")
    lang = language(instruction)
    offered = _OFFER.findall(request.block("offered"))
    count = _number(request.block("count"))
    checks = choose([name for name, _ in offered], count, lang, rng, instruction)
    variants = [rng.randrange(4) for _ in checks]
    texts = [check.kind.write(check.params, lang, n) for check, n in zip(checks, variants, strict=True)]
    if rng.random() < blemish:
        again = [
            check.kind.write(check.params, lang, n + 1) for check, n in zip(checks, variants, strict=True)
        ]
        labels = [label for _, label in offered]
        return {"text": _blemished(instruction, texts, again, lang, rng, labels)}
    return {"text": write_out(instruction, texts, lang, rng)}


def _number(text: str) -> int:
    found = re.search(r"\d+", text)
    return max(1, min(15, int(found.group()))) if found else 3


def choose(dimensions: list[str], count: int, lang: Lang, rng: Random, instruction: str) -> list[Check]:
    """``count`` checks that one response can keep, of different dimensions as far as there are enough."""
    known = {kind.dimension for kind in REGISTRY.kinds.values()}
    order = [name for name in dict.fromkeys(dimensions) if name in known] or sorted(known)
    rng.shuffle(order)
    supply = Supply(lang, rng, instruction)
    chosen: list[Check] = []
    if "numerical" in order[:count]:
        # A length is set last, above what the other constraints need.
        order.remove("numerical")
        order.insert(count - 1, "numerical")
    for dimension in order + order:
        if len(chosen) >= count:
            break
        check = add_one(dimension, chosen, supply)
        if check is not None:
            chosen.append(check)
    if not all_kept(chosen, supply):
        chosen = [check for check in chosen if check.kind.id not in PLACES]
    rng.shuffle(chosen)
    return chosen


def add_one(dimension: str, chosen: list[Check], supply: Supply) -> Check | None:
    """A new check of a dimension that goes with ``chosen``; None after a few draws."""
    kinds = [kind.id for kind in REGISTRY.of_dimension(dimension, supply.lang)]
    for _ in range(_TRIES):
        kind = supply.rng.choice(kinds)
        if PLACES.get(kind) == "length":
            supply.size = least_size(chosen, supply)
        check = supply.draw(kind)
        if check is not None and fits(check, chosen) and all_kept([*chosen, check], supply):
            return check
    return None


def fits(check: Check, chosen: list[Check]) -> bool:
    """Whether ``check`` neither repeats nor contradicts one of ``chosen`` nor needs its place."""
    place = PLACES.get(check.kind.id)
    return not any(
        check.kind.id == other.kind.id
        or (place is not None and PLACES.get(other.kind.id) == place)
        or contradict(check, other)
        for other in chosen
    )


def least_size(checks: list[Check], supply: Supply) -> int:
    """About how many words a response to ``checks`` cannot do without, with some room for variation."""
    text = build(checks, supply.lang, supply.rng, None)
    return count_words(text) * 5 // 4 + 25


def all_kept(checks: list[Check], supply: Supply) -> bool:
    """Whether a draft keeps all of ``checks``."""
    topic = next(iter(keywords(supply.instruction, supply.lang)), None)
    for _ in range(2):
        text = build(checks, supply.lang, supply.rng, topic)
        if all(check.holds(text) for check in checks):
            return True
    return False


def write_out(instruction: str, texts: list[str], lang: Lang, rng: Random) -> str:
    """The instruction with its constraints below it, in one of several layouts."""
    style = rng.randrange(4)
    lead_in = rng.choice(
        ("", "Please keep to these points:", "Requirements:")
        if lang == "en"
        else ("", "请遵守以下几点：", "要求：")
    )
    marks = {
        0: [f"{n}. " for n in range(1, len(texts) + 1)],
        1: ["- "] * len(texts),
        2: [f"{n}) " for n in range(1, len(texts) + 1)],
    }
    lines = [mark + text for mark, text in zip(marks.get(style, [""] * len(texts)), texts, strict=True)]
    return "\n".join([instruction, *([lead_in] if lead_in and texts else []), *lines])


def _blemished(
    instruction: str, texts: list[str], again: list[str], lang: Lang, rng: Random, labels: list[str]
) -> str:
    """``again``: the same constraints in other words."""
    fault = rng.randrange(4)
    if fault == 0 or not texts:
        return instruction
    if fault == 1:
        label = rng.choice(labels) if labels else "Numerical"
        texts[0] = f"{label}: {texts[0]}" if lang == "en" else f"{label}：{texts[0]}"
    elif fault == 2:
        kinds = REGISTRY.kinds
        texts.append(kinds["words_most"].write({"n": "50"}, lang))
        texts.append(kinds["words_least"].write({"n": "200"}, lang))
    else:
        texts.append(rng.choice(again))
    return write_out(instruction, texts, lang, rng)
