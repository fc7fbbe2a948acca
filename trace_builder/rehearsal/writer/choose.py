"""Constraints that one response can keep."""

from __future__ import annotations

from trace_builder.checks.reading.counting import count_words
from trace_builder.checks.templates import fill
from trace_builder.rehearsal.writer.compose import all_hold, build
from trace_builder.rehearsal.writer.keywords import holds_name, keywords
from trace_builder.rehearsal.writer.kind_writers import DIMENSIONS, LOOSE, WORDINGS, WRITERS, Worded
from trace_builder.rehearsal.writer.parameters import Picker

_TRIES = 3
_VARIANTS = 4


def choose(dimensions: list[str], count: int, picker: Picker) -> list[Worded]:
    """``count`` checks that one response can keep, of different dimensions as far as there are enough."""
    order = [name for name in dict.fromkeys(dimensions) if name in DIMENSIONS] or list(DIMENSIONS)
    picker.rng.shuffle(order)
    chosen: list[Worded] = []
    if "numerical" in order[:count]:
        # A length is set last, above what the other constraints need.
        order.remove("numerical")
        order.insert(count - 1, "numerical")
    for dimension in order + order:
        if len(chosen) >= count:
            break
        check = add_one(dimension, chosen, picker)
        if check is not None:
            chosen.append(check)
    if not all_kept(chosen, picker):
        chosen = [check for check in chosen if not _place(check)]
    picker.rng.shuffle(chosen)
    return chosen


def add_one(dimension: str, chosen: list[Worded], picker: Picker) -> Worded | None:
    """A new check of a dimension that goes with ``chosen``; None after a few draws."""
    kinds = [k.name for k in WORDINGS.values() if k.dimension == dimension and k.forms(picker.lang)]
    for _ in range(_TRIES):
        kind = picker.rng.choice(kinds)
        if WRITERS[kind].place == "length":
            picker.size = least_size(chosen, picker)
        check = draw_check(kind, picker)
        if check is not None and fits(check, chosen) and all_kept([*chosen, check], picker):
            return check
    return None


def draw_check(kind: str, picker: Picker) -> Worded | None:
    """A check of a kind, None where there is nothing left to draw from."""
    parameters = WRITERS[kind].draw(picker)
    if parameters is None or any(holds_name(value) for value in parameters.values()):
        return None
    picker.taken.update(value for slot, value in parameters.items() if slot in ("word", "other", "a", "b"))
    return Worded(WORDINGS[kind], parameters)


def in_words(check: Worded, picker: Picker, variant: int) -> str:
    """The text of a constraint; in its loose words, where it has any, for one variant of four."""
    loose = LOOSE.get(check.wording.name)
    if loose and variant % _VARIANTS == _VARIANTS - 1:
        return fill(picker.words.in_lang(*loose), check.slots)
    return check.wording.write(check.slots, picker.lang, variant)


def fits(check: Worded, chosen: list[Worded]) -> bool:
    """Whether ``check`` neither repeats nor contradicts one of ``chosen`` nor needs its place."""
    return not any(
        check.wording.name == other.wording.name
        or (_place(check) and _place(other) == _place(check))
        or check.contradicts(other)
        for other in chosen
    )


def least_size(checks: list[Worded], picker: Picker) -> int:
    """About how many words a response to ``checks`` cannot do without, with some room for variation."""
    text = build(checks, picker.lang, picker.rng, None)
    return count_words(text) * 5 // 4 + 25


def all_kept(checks: list[Worded], picker: Picker) -> bool:
    """Whether a draft keeps all of ``checks``."""
    topic = next(iter(keywords(picker.instruction, picker.lang)), None)
    return any(all_hold(checks, build(checks, picker.lang, picker.rng, topic)) for _ in range(2))


def _place(check: Worded) -> str:
    return WRITERS[check.wording.name].place
