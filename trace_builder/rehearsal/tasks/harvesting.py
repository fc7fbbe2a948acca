"""The prompt ``harvest``: constraints that a response fails, rewritten into what it does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random

from trace_builder.checks.reading.counting import count_words
from trace_builder.rehearsal.tasks.request import Request
from trace_builder.rehearsal.tasks.rewriting import Row, new_row, picker_for, read_rows, reworded, told_of
from trace_builder.rehearsal.writer.choose import draw_check
from trace_builder.rehearsal.writer.kind_writers import WORDINGS, WRITERS, Worded
from trace_builder.rehearsal.writer.parameters import Picker
from trace_builder.stages.common.answer_schemas import Revisions

_LENGTHS = frozenset({"words_most", "words_least", "words_between"})
#: Kinds that forbid their ``word``.
_FORBIDS = frozenset({"exclude_word", "unlike_word"})
_MOST_COUNTED, _TRIES = 13, 6


def harvest(request: Request, rng: Random, flawed: float) -> Revisions:
    """Every failed constraint as one that the response keeps and that excludes the old one, where the kinds
    that can be written allow it; else one of its dimension that the response keeps, or none. In a share of
    cases one is left out or rewritten without a look at the response."""
    rows, picker = read_rows(request), picker_for(request, rng)
    failed, made = _failed(request), list[Row]()
    for row in rows:
        if row.id in failed:
            others = [
                r.check for r in [*rows, *made] if r.check and r.id not in (failed - {m.id for m in made})
            ]
            new = _followed(row.check, others, picker) if row.check else None
            made += [new_row(new, picker, row.id)] if new else []
    if made and rng.random() < flawed:
        careless = _careless(next(row for row in rows if row.id == made[0].id), picker)
        made = told_of(request) or (made[1:] if rng.random() < 0.3 else [careless, *made[1:]])
    why = picker.words.in_lang("Turned into what the response does.", "已改写成回答实际做到的。")
    return Revisions(reasoning=why, revised=[row.revised() for row in made])


def _careless(row: Row, picker: Picker) -> Row:
    """The old demand with other particulars that the response does not keep either, or in other words."""
    for _ in range(_TRIES):
        drawn = draw_check(row.check.wording.name, picker) if row.check else None
        if drawn and row.check and drawn.key != row.check.key and not drawn.holds(picker.text):
            return new_row(drawn, picker, row.id)
    return reworded(row, picker)


def _failed(request: Request) -> set[str]:
    found = set()
    for line in request.block("failed").splitlines():
        try:
            found.add(str(json.loads(line)["id"]))
        except (ValueError, TypeError, KeyError):
            continue
    return found


def _followed(old: Worded, others: list[Worded], picker: Picker) -> Worded | None:
    """A check that the response keeps and that goes with the others, sooner one that excludes the old one."""
    for new in [*_opposites(old, picker), *_alike(old, picker)]:
        kind = WORDINGS[new.wording.name]
        if not kind.forms(picker.lang) or not kind.valid(new.slots) or new.holds(picker.text) is False:
            continue
        if new.key != old.key and not any(new.key == other.key or new.contradicts(other) for other in others):
            return new
    return None


def _opposites(old: Worded, picker: Picker) -> Iterator[Worded]:
    """Checks that no response keeps together with the old one."""
    name, parameters = old.wording.name, old.slots
    if name in _LENGTHS:
        yield from (new for new in _lengths(old, picker.text) if new.contradicts(old))
    elif "n" in parameters:
        counted = (Worded(old.wording, {**parameters, "n": str(n)}) for n in range(1, _MOST_COUNTED))
        yield from (new for new in counted if new.contradicts(old))
    if name in _FORBIDS:
        yield Worded(WORDINGS["include_word"], {"word": parameters["word"]})
    elif name == "exclude_for":
        yield Worded(WORDINGS["exclude_word"], {"word": parameters["other"]})
        yield Worded(WORDINGS["include_word"], {"word": parameters["word"]})
    elif name == "answer_language":
        for language in ("English", "Chinese") if picker.lang == "en" else ("中文", "英文"):
            yield Worded(old.wording, {"language": language})
    else:
        for slot in ("word", "a", "b") if name == "include_two" else ("word",):
            if slot in parameters:
                yield Worded(WORDINGS["exclude_word"], {"word": parameters[slot]})
    for kind in WRITERS[name].contrast:
        drawn = draw_check(kind, picker)
        if drawn is not None and not drawn.slots:  # a demand and its ban, such as exclamation marks
            yield drawn
        elif drawn is not None and drawn.slots.keys() == {"n"} and kind not in _LENGTHS:
            counted = (Worded(drawn.wording, {"n": str(n)}) for n in range(1, _MOST_COUNTED))
            yield from (new for new in counted if new.contradicts(old))


def _lengths(old: Worded, response: str) -> Iterator[Worded]:
    size, asked = count_words(response), old.slots
    high, low = (int(asked[slot if slot in asked else "n"]) for slot in ("high", "low"))
    for n in (size // 10 * 10, high + 1):
        yield Worded(WORDINGS["words_least"], {"n": str(n)})
    for n in ((size // 10 + 1) * 10, max(1, low - 1)):
        yield Worded(WORDINGS["words_most"], {"n": str(n)})


def _alike(old: Worded, picker: Picker) -> Iterator[Worded]:
    """Checks of the same dimension, whatever they say of the old one."""
    for name, kind in WORDINGS.items():
        drawn = draw_check(name, picker) if kind.dimension == old.wording.dimension else None
        if drawn is not None:
            yield drawn
