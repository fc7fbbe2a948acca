"""The task ``rewriting``: constraints of x2 by adding, deleting or revising those of x1."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from trace_builder.checks import REGISTRY, Check, contradict, recognise
from trace_builder.rehearsal.expand import PLACES, add_one, all_kept, fits, least_size
from trace_builder.rehearsal.request import Request
from trace_builder.rehearsal.supply import Supply
from trace_builder.rehearsal.topics import language

#: What a kind is revised to, where the same kind with other parameters would not tell two responses apart.
CONTRAST: dict[str, tuple[str, ...]] = {
    "exclude_word": ("exclude_for",),
    "exclude_for": ("exclude_for",),
    "exclude_exclamation": ("include_exclamation",),
    "include_exclamation": ("exclude_exclamation",),
    "value_avoid": ("value_phrase",),
    "privacy_none": ("privacy_alias",),
    "words_most": ("words_least", "words_between"),
    "words_least": ("words_most",),
    "words_between": ("words_least", "words_most"),
    "tone_formal": ("tone_casual",),
    "tone_casual": ("tone_formal",),
    "tone_formal_zh": ("tone_casual_zh",),
    "tone_casual_zh": ("tone_formal_zh",),
    "questions": ("no_questions",),
    "json_any": ("markdown_table",),
    "emoji_any": ("bold_word",),
    "no_questions": ("questions",),
    "cite_author": ("cite_numbers",),
    "like_arrow": ("like_example",),
    "unlike_word": ("unlike_lacking",),
    "unlike_lacking": ("unlike_word",),
    "unlike_opening": ("unlike_lacking",),
    "headings": ("headings",),
    "heading_tree": ("headings",),
}
_TRIES = 6


@dataclass
class Row:
    """One constraint of x2 in the making."""

    id: str | None
    text: str
    check: Check | None
    replaces: str | None = None

    def shown(self) -> dict[str, str | None]:
        dimension = self.check.dimension if self.check else "inclusion"
        return {"text": self.text, "dimension": dimension, "replaces": self.replaces}


def rewrite(request: Request, rng: Random, blemish: float) -> dict[str, Any]:
    """The whole list of x2's constraints under the operation that the request names."""
    rows = [Row(name, text, recognise(text)) for name, text in request.constraints()]
    instruction = request.block("description") or (rows[0].text if rows else "")
    lang = language(instruction)
    operation = request.block("operation").strip().lower()
    response = request.block("response")
    if rng.random() < blemish:
        operation = _other(operation, rng)
    supply = Supply(lang, rng, instruction, response, _words(rows))
    made = OPERATIONS.get(operation, _unchanged)(rows, supply, response)
    why = f"The list was changed by: {operation}." if lang == "en" else f"对列表做了改动：{operation}。"
    return {"reasoning": why, "constraints": [row.shown() for row in made]}


def _other(operation: str, rng: Random) -> str:
    return rng.choice([name for name in ("unchanged", "add", "delete", "revise") if name != operation])


def _words(rows: list[Row]) -> set[str]:
    return {value for row in rows if row.check for value in row.check.params.values()}


def _checks(rows: list[Row]) -> list[Check]:
    return [row.check for row in rows if row.check is not None]


def _unchanged(rows: list[Row], _: Supply, __: str) -> list[Row]:
    return rows


def _add(rows: list[Row], supply: Supply, response: str) -> list[Row]:
    made = list(rows)
    used = {check.dimension for check in _checks(rows)}
    free = [name for name in sorted({k.dimension for k in REGISTRY.kinds.values()}) if name not in used]
    supply.rng.shuffle(free)
    wanted = supply.rng.choice((1, 1, 2))
    for dimension in free:
        check = add_one(dimension, _checks(made), supply)
        if check is not None and not check.holds(response):
            made.append(Row(None, _write(check, supply), check))
            wanted -= 1
        if wanted == 0:
            break
    return made


def _delete(rows: list[Row], supply: Supply, _: str) -> list[Row]:
    if len(rows) < 2:
        return rows
    gone = set(supply.rng.sample(range(len(rows)), supply.rng.randint(1, len(rows) - 1)))
    return [row for at, row in enumerate(rows) if at not in gone]


def _revise(rows: list[Row], supply: Supply, response: str) -> list[Row]:
    made = list(rows)
    order = [at for at, row in enumerate(rows) if row.check is not None]
    supply.rng.shuffle(order)
    wanted = supply.rng.randint(1, max(1, len(order)))
    for at in order:
        others = _checks(made[:at] + made[at + 1 :])
        check = _revised(made[at].check, others, supply, response)
        if check is not None:
            made[at] = Row(None, _write(check, supply), check, rows[at].id)
            wanted -= 1
        if wanted == 0:
            break
    return made


def _revised(old: Check | None, others: list[Check], supply: Supply, response: str) -> Check | None:
    if old is None:
        return None
    kinds = [k for k in CONTRAST.get(old.kind.id, (old.kind.id,)) if REGISTRY.kinds[k].forms(supply.lang)]
    for _ in range(_TRIES if kinds else 0):
        kind = supply.rng.choice(kinds)
        new = _draw(kind, old, others, supply)
        if new is None or new.holds(response) or not fits(new, others):
            continue
        if all_kept([*others, new], supply):
            return new
    return None


def _draw(kind: str, old: Check, others: list[Check], supply: Supply) -> Check | None:
    """A check of ``kind`` that ``old`` should not hold together with, as far as its kind allows."""
    if PLACES.get(kind) == "length":
        supply.size = least_size(others, supply)
        if kind == "words_least":
            supply.size = max(supply.size, int(old.params.get("n") or old.params["high"]))
            return supply.above(kind)
    new = supply.swapped(kind, old)
    if new is None or new.key == old.key:
        return None
    if PLACES.get(kind) == "length" and not contradict(new, old):
        return None
    return new


def _write(check: Check, supply: Supply) -> str:
    return check.kind.write(check.params, supply.lang, supply.rng.randrange(4))


OPERATIONS = {"add": _add, "delete": _delete, "revise": _revise, "unchanged": _unchanged}
