"""Takes stock of a run: which records there are, each one certified anew before anything is written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trace_builder.errors import InputError
from trace_builder.records import Answered, Checked, IopoGroup, Preference
from trace_builder.release.certify import Broken, certify_answered, certify_group, certify_preference
from trace_builder.release.source import Run, record_of

#: The products at the end of a run are views of these stages.
PRODUCTS = {"sft": "respond", "dpo": "dpo", "iopo": "iopo"}


@dataclass
class Stock:
    """What there is to release, by seed id in the run's order.

    Attributes:
        counts: constraint count of every instruction that passed quality.
        answered: ids with a perfect response.
        preferences: ids with a certified pair.
        groups: each group's certificate.
    """

    counts: dict[str, int] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)
    preferences: set[str] = field(default_factory=set)
    groups: dict[str, str] = field(default_factory=dict)

    def yields(self, id_: str) -> int:
        """How many products a seed gives; of two alike the richer one is kept."""
        return (id_ in self.answered) + (id_ in self.preferences) + 2 * (id_ in self.groups)


def take_stock(run: Run) -> Stock:
    """Certifies every record of a run.

    Raises:
        InputError: a record that no longer is what its certificate says, or a product file that says
            something else than the stage files; names file and line.
    """
    stock = Stock()
    for id_, _, checked in _records(run, "quality", Checked):
        stock.counts[id_] = len(checked.instruction.constraints)
    for id_, where, answered in _records(run, "respond", Answered):
        with _naming(where, id_):
            certify_answered(answered)
            if answered.instruction != run.checked(id_).instruction:
                raise Broken("its instruction is not the one that quality accepted")
        stock.answered.add(id_)
    for id_, where, preference in _records(run, "dpo", Preference):
        with _naming(where, id_):
            certify_preference(preference, run.answered(id_))
        stock.preferences.add(id_)
    for id_, where, group in _records(run, "iopo", IopoGroup):
        with _naming(where, id_):
            certify_group(group, run.answered(id_))
        stock.groups[id_] = group.certificate
    for product, stage in PRODUCTS.items():
        _compare(run, product, stage)
    stock.counts = dict(sorted(stock.counts.items(), key=lambda item: run.order[item[0]]))
    return stock


def _records(run: Run, stage: str, kind: Any) -> Iterator[tuple[str, str, Any]]:
    file = run.stages[stage]
    for line, outcome in file.outcomes():
        if outcome.status == "accepted":
            record = record_of(file.path, line, outcome, kind)
            where = f"{file.path}:{line}"
            if record.id != outcome.id:
                raise InputError(f"{where}: record {outcome.id!r} carries the id {record.id!r}")
            yield outcome.id, where, record


class _naming:  # noqa: N801 - reads as a statement
    """Turns Broken into an InputError that names the place."""

    def __init__(self, where: str, id_: str) -> None:
        self._prefix = f"{where}: record {id_!r} no longer satisfies its certificate"

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, value: BaseException | None, trace: Any) -> None:
        if isinstance(value, Broken):
            raise InputError(f"{self._prefix}: {value}") from None


def _compare(run: Run, product: str, stage: str) -> None:
    """A product that was edited by hand contradicts its stage file; better said than passed over."""
    path = run.folder / f"{product}.jsonl"
    if not path.is_file():
        return
    seen = 0
    for line, row in _rows(path):
        id_ = row.get("id")
        if not isinstance(id_, str) or not run.has(stage, id_):
            raise InputError(f"{path}:{line}: record {id_!r} is not among those that {stage} accepted")
        record = run.stages[stage].outcome(id_).record or {}
        changed = [name for name, value in record.items() if name in row and row[name] != value]
        if changed:
            raise InputError(
                f"{path}:{line}: record {id_!r} no longer satisfies its certificate: {changed[0]!r} is not "
                f"what stages/{stage}.jsonl has; products are rewritten by `trace-build run`"
            )
        seen += 1
    there = len(run.stages[stage].accepted())
    if not run.unfinished and seen != there:
        raise InputError(
            f"{path}: {seen} records, and stages/{stage}.jsonl accepted {there}; it was cut short"
        )


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    with path.open("rb") as file:
        for line, raw in enumerate(file, start=1):
            try:
                row = json.loads(raw)
            except ValueError as exc:
                raise InputError(f"{path}:{line}: not JSON ({exc})") from None
            if not isinstance(row, dict):
                raise InputError(f"{path}:{line}: a JSON object was expected")
            yield line, row
