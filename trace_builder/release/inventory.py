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

from trace_builder.release.cleaning.removal import Part, Text, group_of
from trace_builder.release.examples import SeedRecords
from trace_builder.support.certificates import WORDS


@dataclass(slots=True)
class Entry:
    """One instruction that passed quality: its constraint count, how many products its seed gives, whether it
    is answered, whether all its constraints have a label, its groups' instructions by part, and where its
    texts and records are set aside."""

    count: int
    products: int
    answered: bool
    labelled: bool
    parts: tuple[Part, ...]
    at: int


class Inventory:
    """Every instruction that passed quality, in the run's order. Use as a context manager; what it has set
    aside is gone after it.

    Args:
        folder: where the set-aside records lie, in a file without a name.
        dimensions: ids of the taxonomy's dimensions; a constraint with another label counts as unlabelled.

    Attributes:
        entries: by seed id.
        groups: for each operation, how many IOPO groups became what: a certificate, rejected or failed.
    """

    def __init__(self, folder: Path, dimensions: Container[str | None]) -> None:
        self._dimensions = dimensions
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
        self._count_groups(records)
        texts = {"x": records.checked.instruction.render(), **group_texts(records)}
        constraints = records.checked.instruction.constraints
        self.entries[records.checked.id] = Entry(
            count=len(constraints),
            products=(records.answered is not None)
            + (records.preference is not None)
            + 2 * len(records.groups),
            answered=records.answered is not None,
            labelled=all(c.dimension in self._dimensions for c in constraints),
            parts=tuple(part for part in texts if part != "x"),
            at=self._end,
        )
        self._aside.seek(self._end)
        pickle.dump(texts, self._aside)
        pickle.dump(records, self._aside)
        self._end = self._aside.tell()

    @property
    def certificates(self) -> Counter[str]:
        """The run's IOPO groups by certificate, of all operations."""
        every = sum(self.groups.values(), Counter[str]())
        return Counter({name: every[name] for name in WORDS if every[name]})

    def _count_groups(self, records: SeedRecords) -> None:
        if iopo := records.lineage.get("iopo"):
            became = records.group.certificate if records.group is not None else iopo.status
            self.groups[records.operation or "not known"][became] += 1
        if harvest := records.lineage.get("harvest"):
            made: list[str] = [group.certificate for group in records.harvested]
            self.groups["harvest"].update(made or (harvest.status,))

    def records(self, id_: str) -> SeedRecords:
        """A seed's records again."""
        self._texts(id_)  # lie before them
        found: SeedRecords = pickle.load(self._aside)
        return found

    def text(self, id_: str, part: Part) -> str:
        """A rendered instruction again."""
        found: str = self._texts(id_)[part]
        return found

    def by_worth(self, out: Container[str], without_group: Container[str]) -> Iterator[Text]:
        """The texts to look for duplicates in: instructions, those of the seeds with the most products first,
        then the instructions of their groups.

        Args:
            out: ids to pass over; looked at again before the groups' instructions.
            without_group: ids of groups to pass over.
        """
        order = sorted(self.entries, key=lambda id_: -self.entries[id_].products)
        for id_ in order:
            if id_ not in out:
                yield Text(id_, "x", self.text(id_, "x"))
        for id_ in order:
            for part in self.entries[id_].parts:
                if id_ not in out and group_of(id_, part) not in without_group:
                    yield Text(id_, part, self.text(id_, part))

    def _texts(self, id_: str) -> dict[Part, Any]:
        self._aside.seek(self.entries[id_].at)
        found: dict[Part, Any] = pickle.load(self._aside)
        return found


def group_texts(records: SeedRecords) -> dict[Part, str]:
    """The instructions of a seed's groups other than its own, by part."""
    own = records.checked.instruction
    texts: dict[Part, str] = {}
    for group in records.groups:
        name = group.id.removeprefix(records.checked.id).lstrip("#")
        for side, instruction in (("x1", group.x1), ("x2", group.x2)):
            if instruction != own:
                texts[f"{name}.{side}" if name else side] = instruction.render()
    return texts
