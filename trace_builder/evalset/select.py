"""Picks an evaluation set by quotas over the constraint count (paper 4.4, Table 2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from trace_builder.errors import InputError
from trace_builder.evaluate.items import EvalItem
from trace_builder.evaluate.lines import read_rows
from trace_builder.paper import EVAL_COUNTS
from trace_builder.randomness import derive_seed
from trace_builder.records import Checked
from trace_builder.taxonomy import Taxonomy

#: The stage whose accepted records are whole instructions, not yet answered.
_STAGE_FILE = Path("stages") / "quality.jsonl"


@dataclass(frozen=True, slots=True)
class Picked:
    """The chosen instructions in the source's order; ``short``: how many are missing by constraint count."""

    items: tuple[EvalItem, ...]
    short: dict[int, int]


def parse_quotas(values: Sequence[str]) -> dict[int, int]:
    """``--quota`` values such as "3=10": ten instructions with three constraints. None: the paper's row.

    Raises:
        InputError: a value that is not COUNT=NUMBER, or a count that is there twice.
    """
    if not values:
        return dict(enumerate(EVAL_COUNTS, start=1))
    quotas: dict[int, int] = {}
    for value in values:
        count, _, number = value.partition("=")
        if not (_digits(count) and _digits(number) and int(count)):
            raise InputError(f"--quota {value}: COUNT=NUMBER was expected, such as 3=10")
        if int(count) in quotas:
            raise InputError(f"--quota {value}: there is a quota for {int(count)} constraints already")
        quotas[int(count)] = int(number)
    return quotas


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def scaled(quotas: Mapping[int, int], total: int) -> dict[int, int]:
    """The quotas in proportion, ``total`` in all; what rounding leaves goes to the largest remainders."""
    whole = sum(quotas.values())
    if not whole:
        return dict(quotas)
    exact = {count: number * total / whole for count, number in quotas.items()}
    found = {count: int(number) for count, number in exact.items()}
    by_remainder = sorted(exact, key=lambda count: (found[count] - exact[count], count))
    for count in by_remainder[: total - sum(found.values())]:
        found[count] += 1
    return found


def pick(items: Iterable[EvalItem], quotas: Mapping[int, int], seed: int = 0) -> Picked:
    """Fills the quotas. Which instructions are taken depends on the seed and their ids alone, so a larger
    quota keeps what a smaller one took."""
    items = list(items)
    taken: Counter[int] = Counter()
    chosen: set[str] = set()
    for item in sorted(items, key=lambda i: (derive_seed(seed, "evalset", i.id), i.id)):
        count = len(item.constraints)
        if taken[count] < quotas.get(count, 0):
            taken[count] += 1
            chosen.add(item.id)
    short = {
        count: number - taken[count] for count, number in sorted(quotas.items()) if taken[count] < number
    }
    return Picked(tuple(item for item in items if item.id in chosen), short)


def read_run(folder: Path, taxonomy: Taxonomy) -> tuple[EvalItem, ...]:
    """The instructions of a run that passed its quality control.

    Raises:
        InputError: the folder has no such stage, or a line of it is damaged.
    """
    path = folder / _STAGE_FILE
    if not path.is_file():
        raise InputError(f"{folder}: no run with a finished quality stage ({_STAGE_FILE} is missing)")
    latest: dict[str, EvalItem | None] = {}
    for number, row in read_rows(path):
        try:
            record = Checked.model_validate(row["record"]) if row["status"] == "accepted" else None
            latest[str(row["id"])] = _of_checked(record, taxonomy) if record else None
        except (KeyError, ValueError):
            raise InputError(f"{path}:{number}: not an outcome of the quality stage") from None
    return tuple(item for item in latest.values() if item is not None)


def _of_checked(record: Checked, taxonomy: Taxonomy) -> EvalItem:
    names = {d.id: d.name["zh"] for d in taxonomy.dimensions}
    return EvalItem(
        id=record.id,
        lang=record.lang,
        source=record.source,
        instruction=record.instruction,
        prompt=record.instruction.render(),
        labels=tuple(names.get(c.dimension or "", "") for c in record.instruction.constraints),
    )
