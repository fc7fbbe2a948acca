"""Picks an evaluation set by quotas over the constraint count (paper 4.4, Table 2)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from trace_builder.errors import InputError
from trace_builder.evaluate.dataset import read_evalset
from trace_builder.quotas import Quotas, fill
from trace_builder.records import Checked
from trace_builder.released_rows import EvalItem, eval_item
from trace_builder.storage.layout import is_folder
from trace_builder.storage.run_folder import RunFolder
from trace_builder.taxonomy import load_taxonomy

#: The stage whose accepted records are whole instructions, not yet answered.
_STAGE = "quality"


@dataclass(frozen=True, slots=True)
class Selection:
    """The chosen instructions in the source's order, out of so many; ``short``: how many are missing by
    constraint count."""

    items: tuple[EvalItem, ...]
    offered: int
    short: dict[int, int]


def select(source: Path, quotas: Quotas, rng_seed: int = 0) -> Selection:
    """Fills quotas from a run's folder or an evaluation file. Which instructions are taken depends on the
    seed and their ids alone, so a larger quota keeps what a smaller one took.

    Raises:
        InputError: the source cannot be read, or fills no quota at all.
    """
    items = _of_run(source) if is_folder(source) else read_evalset(source, load_taxonomy()).items
    chosen = fill(quotas, {item.id: len(item.constraints) for item in items}, rng_seed, "evalset")
    picked = tuple(item for item in items if item.id in chosen)
    if not picked:
        raise InputError(
            f"{source}: none of its {len(items)} instructions has a constraint count with a quota"
        )
    taken = Counter(len(item.constraints) for item in picked)
    short = {
        count: wanted - taken[count] for count, wanted in sorted(quotas.items()) if wanted > taken[count]
    }
    return Selection(picked, len(items), short)


def _of_run(folder: Path) -> tuple[EvalItem, ...]:
    """The instructions of a run that passed its quality control and whose constraints all have a label of the
    run's own taxonomy."""
    with RunFolder.open(folder) as run:
        own = run.manifest.taxonomy
        taxonomy = load_taxonomy(Path(own.path) if own and Path(own.path).is_file() else None)
        known = {dimension.id for dimension in taxonomy.dimensions}
        if _STAGE not in run.stages:
            raise InputError(f"{folder}: this run has no stage {_STAGE}, whose instructions could be taken")
        return tuple(
            eval_item(one, one.instruction, taxonomy)
            for one in run.records(_STAGE, Checked)
            if all(constraint.dimension in known for constraint in one.instruction.constraints)
        )
