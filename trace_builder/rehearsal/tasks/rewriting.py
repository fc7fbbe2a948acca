"""The prompts ``iopo_*``: constraints to add, to delete, or to put in the place of others."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from trace_builder.checks.wordings.wording import Slots
from trace_builder.rehearsal.tasks.request import Request
from trace_builder.rehearsal.writer.choose import add_one, all_kept, draw_check, fits, in_words, least_size
from trace_builder.rehearsal.writer.keywords import dimension_name
from trace_builder.rehearsal.writer.kind_writers import DIMENSIONS, WORDINGS, WRITERS, Worded, known
from trace_builder.rehearsal.writer.parameters import Picker
from trace_builder.stages.common.answer_schemas import (
    Additions,
    Deletions,
    LabelledConstraint,
    RevisedConstraint,
    Revisions,
)
from trace_builder.support.text import detect_lang

_TRIES = 6


@dataclass
class Row:
    """One constraint of x1, or one in the making."""

    id: str
    text: str
    check: Worded | None

    def labelled(self) -> LabelledConstraint:
        dimension = self.check.wording.dimension if self.check else "inclusion"
        return LabelledConstraint(text=self.text, dimension=dimension)

    def revised(self) -> RevisedConstraint:
        return RevisedConstraint(id=self.id, **self.labelled().model_dump())


def add(request: Request, rng: Random, flawed: float) -> Additions:
    """One or two constraints that the response does not keep; in a share of cases none, one with a label,
    one that is there already in other words, or one that the response keeps."""
    rows, picker = read_rows(request), picker_for(request, rng)
    checks, added = _checks(rows), list[Row]()
    used = {check.wording.dimension for check in checks}
    free = [name for name in DIMENSIONS if name not in used]
    rng.shuffle(free)
    wanted = rng.choice((1, 1, 2))
    for dimension in free:
        check = add_one(dimension, [*checks, *_checks(added)], picker)
        if check is not None and check.holds(picker.text) is False:
            added.append(new_row(check, picker))
            wanted -= 1
        if wanted == 0:
            break
    if rng.random() < flawed:
        added = _flawed(added, rows, picker)
    return Additions(reasoning=_why(picker, "add"), added=[row.labelled() for row in added])


def delete(request: Request, rng: Random, flawed: float) -> Deletions:
    """Ids of some constraints, not of all; in a share of cases of none, of all, or one that there is not."""
    rows, picker = read_rows(request), picker_for(request, rng)
    names = [row.id for row in rows]
    gone = rng.sample(names, rng.randint(1, len(names) - 1)) if len(names) > 1 else []
    if rng.random() < flawed:
        gone = rng.choice(([], names, [f"c{len(names) + 1}"]))
    return Deletions(
        reasoning=_why(picker, "delete"), deleted=sorted(gone, key=lambda name: (len(name), name))
    )


def revise(request: Request, rng: Random, flawed: float) -> Revisions:
    """Some constraints turned into what the response does not keep; in a share of cases none, one that there
    is not, one with a label, one in other words, or one turned into what the response keeps. Told that some
    overlap, it writes them anew, or in a share of cases once more."""
    rows, picker = read_rows(request), picker_for(request, rng)
    made, changed = list(rows), list[Row]()
    known = [(at, row.check) for at, row in enumerate(rows) if row.check is not None]
    rng.shuffle(known)
    wanted = rng.randint(1, max(1, len(known)))
    for at, old in known:
        new = _revised(old, _checks(made[:at] + made[at + 1 :]), picker)
        if new is not None:
            made[at] = new_row(new, picker, rows[at].id)
            changed.append(made[at])
            wanted -= 1
        if wanted == 0:
            break
    if rng.random() < flawed:
        changed = told_of(request) or _flawed(changed, rows, picker)
    changed.sort(key=lambda row: (len(row.id), row.id))
    return Revisions(reasoning=_why(picker, "revise"), revised=[row.revised() for row in changed])


def _flawed(changed: list[Row], rows: list[Row], picker: Picker) -> list[Row]:
    flaw = picker.rng.randrange(5)
    if flaw == 0 or not changed:
        return []
    row = changed[0]
    if flaw == 1:
        return [*changed[1:], replace(row, id=f"c{len(rows) + 1}", text="and " + row.text)]
    if flaw == 2:
        label = dimension_name("numerical", picker.lang) + picker.words.in_lang(": ", "：")
        return [*changed[1:], replace(row, text=label + row.text)]
    again = [new for old in rows if (new := reworded(old, picker)).text != old.text]
    if again and flaw == 3:
        return again[:1]
    kinds = list(WORDINGS)
    picker.rng.shuffle(kinds)
    drawn = (draw_check(kind, picker) for kind in kinds if WORDINGS[kind].forms(picker.lang))
    kept = (check for check in drawn if check and check.holds(picker.text) and fits(check, _checks(rows)))
    return [new_row(check, picker, row.id) for check in kept][:1]


def told_of(request: Request) -> list[Row]:
    """The revisions that the request says were turned down."""
    given = map(json.loads, request.block("overlapping").splitlines())
    return [Row(row["id"], row["text"], known(row["text"])) for row in given]


def reworded(row: Row, picker: Picker) -> Row:
    """A constraint in other words where it has any."""
    texts = [in_words(row.check, picker, n) for n in range(4)] if row.check else []
    return replace(row, text=next((text for text in texts if text != row.text), row.text))


def read_rows(request: Request) -> list[Row]:
    """The constraints of a request."""
    return [Row(name, text, known(text)) for name, text in request.constraints()]


def picker_for(request: Request, rng: Random) -> Picker:
    """Picks words that neither a request's constraints nor its response hold."""
    rows = read_rows(request)
    instruction = request.block("description") or (rows[0].text if rows else "")
    taken = {value for check in _checks(rows) for value in check.slots.values()}
    return Picker(detect_lang(instruction), rng, instruction, request.block("response"), taken)


def new_row(check: Worded, picker: Picker, replaces: str = "") -> Row:
    return Row(replaces, in_words(check, picker, picker.rng.randrange(4)), check)


def _checks(rows: list[Row]) -> list[Worded]:
    return [row.check for row in rows if row.check is not None]


def _why(picker: Picker, operation: str) -> str:
    return picker.words.in_lang(f"The list was changed by: {operation}.", f"对列表做了改动：{operation}。")


def _revised(old: Worded, others: list[Worded], picker: Picker) -> Worded | None:
    contrast = WRITERS[old.wording.name].contrast or (old.wording.name,)
    kinds = [kind for kind in contrast if WORDINGS[kind].forms(picker.lang)]
    for _ in range(_TRIES if kinds else 0):
        new = _draw(picker.rng.choice(kinds), old, others, picker)
        if new is None or new.holds(picker.text) or not fits(new, others):
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
