"""What a run has to release. Each record is read once, certified, and set aside on disk; in memory stay ids
and numbers, so that a set may be larger than memory."""

from __future__ import annotations

import pickle
import tempfile
from collections import Counter, defaultdict
from collections.abc import Container, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trace_builder.release.cleaning.removal import Part, Text
from trace_builder.release.examples import SeedRecords


@dataclass(slots=True)
class Entry:
    """One instruction that passed quality: its constraint count, how many products its seed gives, whether it
    is answered, whether it has a group, and where its texts and records are set aside."""

    count: int
    products: int
    answered: bool
    grouped: bool
    at: int


class Inventory:
    """Every instruction that passed quality, in the run's order. Use as a context manager; what it has set
    aside is gone after it.

    Args:
        folder: where the set-aside records lie, in a file without a name.

    Attributes:
        entries: by seed id.
        groups: for each operation, how many IOPO groups became what: a certificate, rejected or failed.
    """

    def __init__(self, folder: Path) -> None:
        self._aside = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed on exit
        self._end = 0
        self.entries: dict[str, Entry] = {}
        self.groups: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def __enter__(self) -> Inventory:
        return self

    def __exit__(self, *_: object) -> None:
        self._aside.close()

    def add(self, records: SeedRecords) -> None:
        """Sets one seed's records aside."""
        group = records.group
        if iopo := records.lineage.get("iopo"):
            became = group.certificate if group is not None else iopo.status
            self.groups[records.operation or "not known"][became] += 1
        self.entries[records.checked.id] = Entry(
            count=len(records.checked.instruction.constraints),
            products=(records.answered is not None)
            + (records.preference is not None)
            + 2 * (group is not None),
            answered=records.answered is not None,
            grouped=group is not None,
            at=self._end,
        )
        self._aside.seek(self._end)
        x2 = group.x2.render() if group is not None else ""
        pickle.dump({"x": records.checked.instruction.render(), "x2": x2}, self._aside)
        pickle.dump(records, self._aside)
        self._end = self._aside.tell()

    def records(self, id_: str) -> SeedRecords:
        """A seed's records again."""
        self._texts(id_)  # lie before them
        found: SeedRecords = pickle.load(self._aside)
        return found

    def text(self, id_: str, part: Part) -> str:
        """The rendered instruction ("x") or the group's second one ("x2") again."""
        found: str = self._texts(id_)[part]
        return found

    def by_worth(self, out: Container[str], without_group: Container[str]) -> Iterator[Text]:
        """The texts to look for duplicates in: instructions, those of the seeds with the most products first,
        then the second instructions.

        Args:
            out: ids to pass over; looked at again before the second instructions.
            without_group: ids whose second instruction is passed over.
        """
        order = sorted(self.entries, key=lambda id_: -self.entries[id_].products)
        for id_ in order:
            if id_ not in out:
                yield Text(id_, "x", self.text(id_, "x"))
        for id_ in order:
            if self.entries[id_].grouped and id_ not in out and id_ not in without_group:
                yield Text(id_, "x2", self.text(id_, "x2"))

    def _texts(self, id_: str) -> dict[Part, Any]:
        self._aside.seek(self.entries[id_].at)
        found: dict[Part, Any] = pickle.load(self._aside)
        return found


def _number(records: SeedRecords) -> int:
    """How much a seed gives: a response, a pair, and a group, which counts twice."""
    kept = (records.answered, records.preference, records.group, records.group)
    return sum(record is not None for record in kept)
