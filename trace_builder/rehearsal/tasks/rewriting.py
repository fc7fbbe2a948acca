"""The prompts ``iopo_*``: constraints of x2 by adding, deleting or revising those of x1."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from trace_builder.checks.wordings.wording import Slots
from trace_builder.rehearsal.tasks.request import Request
from trace_builder.rehearsal.writer.choose import add_one, all_kept, draw_check, fits, in_words, least_size
from trace_builder.rehearsal.writer.kind_writers import DIMENSIONS, WORDINGS, WRITERS, Worded, known
from trace_builder.rehearsal.writer.parameters import Picker
from trace_builder.stages.common.answer_schemas import Rewriting, RewrittenConstraint
from trace_builder.support.text import detect_lang

_TRIES = 6


@dataclass
class Row:
    """One constraint of x2 in the making."""

    id: str | None
    text: str
    check: Worded | None
    replaces: str | None = None

    def shown(self) -> RewrittenConstraint:
        dimension = self.check.wording.dimension if self.check else "inclusion"
        return RewrittenConstraint(text=self.text, dimension=dimension, replaces=self.replaces)


def rewrite(request: Request, rng: Random, flawed: float) -> Rewriting:
    """The whole list of x2's constraints under the operation that the request names; in a share of cases
    under another one."""
    rows = [Row(name, text, known(text)) for name, text in request.constraints()]
    instruction = request.block("description") or (rows[0].text if rows else "")
    operation = request.block("operation").strip().lower()
    if rng.random() < flawed:
        operation = rng.choice(
            [name for name in ("unchanged", "add", "delete", "revise") if name != operation]
        )
    taken = {value for check in _checks(rows) for value in check.slots.values()}
    picker = Picker(detect_lang(instruction), rng, instruction, request.block("response"), taken)
    made = OPERATIONS.get(operation, _unchanged)(rows, picker)
    why = picker.words.in_lang(f"The list was changed by: {operation}.", f"对列表做了改动：{operation}。")
    return Rewriting(reasoning=why, constraints=[row.shown() for row in made])


def _checks(rows: list[Row]) -> list[Worded]:
    return [row.check for row in rows if row.check is not None]


def _new_row(check: Worded, picker: Picker, replaces: str | None = None) -> Row:
    return Row(None, in_words(check, picker, picker.rng.randrange(4)), check, replaces)


def _unchanged(rows: list[Row], _: Picker) -> list[Row]:
    return rows


def _add(rows: list[Row], picker: Picker) -> list[Row]:
    made = list(rows)
    used = {check.wording.dimension for check in _checks(rows)}
    free = [name for name in DIMENSIONS if name not in used]
    picker.rng.shuffle(free)
    wanted = picker.rng.choice((1, 1, 2))
    for dimension in free:
        check = add_one(dimension, _checks(made), picker)
        if check is not None and check.holds(picker.text) is False:
            made.append(_new_row(check, picker))
            wanted -= 1
        if wanted == 0:
            break
    return made


def _delete(rows: list[Row], picker: Picker) -> list[Row]:
    if len(rows) < 2:
        return rows
    gone = set(picker.rng.sample(range(len(rows)), picker.rng.randint(1, len(rows) - 1)))
    return [row for at, row in enumerate(rows) if at not in gone]


def _revise(rows: list[Row], picker: Picker) -> list[Row]:
    made = list(rows)
    known = [(at, row.check) for at, row in enumerate(rows) if row.check is not None]
    picker.rng.shuffle(known)
    wanted = picker.rng.randint(1, max(1, len(known)))
    for at, old in known:
        new = _revised(old, _checks(made[:at] + made[at + 1 :]), picker)
        if new is not None:
            made[at] = _new_row(new, picker, rows[at].id)
            wanted -= 1
        if wanted == 0:
            break
    return made


def _revised(old: Worded, others: list[Worded], picker: Picker) -> Worded | None:
    contrast = WRITERS[old.wording.name].contrast or (old.wording.name,)
    kinds = [kind for kind in contrast if WORDINGS[kind].forms(picker.lang)]
    for _ in range(_TRIES if kinds else 0):
        new = _draw(picker.rng.choice(kinds), old, others, picker)
        if new is None or new.holds(picker.text) is not False or not fits(new, others):
            continue
        if all_kept([*others, new], picker):
            return new
    return None


def _draw(kind: str, old: Worded, others: list[Worded], picker: Picker) -> Worded | None:
    """A check of ``kind`` that ``old`` should not hold together with, as far as its kind allows."""
    length = WRITERS[kind].place == "length"
    if length:
        picker.size = least_size(others, picker)
    if kind == "words_least":
        size = max(picker.size, int(old.slots.get("n") or old.slots["high"]))
        return Worded(WORDINGS[kind], {"n": picker.rounded(size + 30, size + 90)})
    new = draw_check(kind, picker)
    turned = _TURNS.get((old.wording.name, kind))
    if new is not None and turned is not None:
        new = Worded(new.wording, turned(new.slots, old.slots))
        if not WORDINGS[kind].valid(new.slots):
            return None
    if new is None or new.key == old.key or (length and not new.contradicts(old)):
        return None
    return new


def _other_row(new: Slots, old: Slots) -> Slots:
    """The same table, asked for another row."""
    rows = [line.split("|")[1].strip() for line in old["table"].split("\n")[2:]]
    left = [row for row in rows if row != old["row"]]
    return {**old, "row": left[len(new["row"]) % len(left)]} if left else new


#: How the parameters of a drawn check follow those of the one it replaces: (new, old) -> parameters.
_TURNS: dict[tuple[str, str], Callable[[Slots, Slots], Slots]] = {
    ("exclude_word", "exclude_for"): lambda new, old: {**new, "other": old["word"]},
    ("exclude_for", "exclude_for"): lambda _, old: {"word": old["other"], "other": old["word"]},
    ("unlike_word", "unlike_lacking"): lambda new, old: {**new, "word": old["word"]},
    ("unlike_lacking", "unlike_word"): lambda new, old: {
        "word": old["word"],
        "text": new["text"].replace(new["word"], old["word"]),
    },
    ("table_fact", "table_fact"): _other_row,
}

OPERATIONS = {"add": _add, "delete": _delete, "revise": _revise, "unchanged": _unchanged}
