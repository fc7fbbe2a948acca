"""What a format of a release is: a folder of rows, who reads it, and how it is written. Formats are found in
the modules of this folder and under the entry points ``trace_builder.formats``; nothing lists them."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import repeat
from typing import Any, ClassVar, Literal

import trace_builder.release.formats
from trace_builder.errors import InputError
from trace_builder.release.examples import Example
from trace_builder.release.formats.columns import Kind, fits
from trace_builder.support.plugins import built_in, installed

Row = dict[str, Any]
Split = Literal["train", "validation", "evaluation"]
Trainer = Literal["sft", "dpo", "kto"]

GROUP = "trace_builder.formats"

#: What ``--format`` takes for Parquet copies; they need pyarrow.
PARQUET = "parquet"


class ReleaseFormat(ABC):
    """One folder of rows. A subclass with a name is a format; files, card, register and checks follow from
    it.

    Attributes:
        name: the folder, "<group>/<kind>"; ``--format`` takes it, and its group.
        about: one sentence for the card.
        columns: name and kind of every column, in the rows' order.
        trl: the TRL trainer that reads it.
        llamafactory: its entry in dataset_info.json, without ``file_name``.
        entry: the entry's name; by default the configuration's.
        upstream: whether LLaMA-Factory itself reads the entry; else it is for a fork.
        files: which splits are written, and the file's name for each.
        always: written whatever ``--format`` says.
        suffix: of the files; what is not "jsonl" keeps its rows' ids in a folder beside it.
        opening, between, closing: what stands before, between and after the rows of a file.
        reader: who ``fits`` stands for.
    """

    name: ClassVar[str] = ""
    about: ClassVar[str]
    columns: ClassVar[Mapping[str, Kind]]
    trl: ClassVar[Trainer | None] = None
    llamafactory: ClassVar[Mapping[str, Any] | None] = None
    entry: ClassVar[str] = ""
    upstream: ClassVar[bool] = True
    files: ClassVar[Mapping[Split, str]] = {"train": "train", "validation": "validation"}
    always: ClassVar[bool] = False
    suffix: ClassVar[str] = "jsonl"
    opening, between, closing = "", "\n", "\n"
    reader: ClassVar[str] = "declared columns"

    @abstractmethod
    def rows(self, example: Example) -> Iterable[Row]:
        """The rows of one seed."""

    def ids(self, example: Example) -> Iterable[str]:
        """The ids of the rows of one seed, in their order, for a layout without room for them."""
        return repeat(example.id)

    def encode(self, row: Row) -> str:
        """A row as it is written."""
        return json.dumps(row, ensure_ascii=False)

    def fits(self, row: Row) -> bool:
        """Whether a row that was written is what its reader needs."""
        return fits(row, dict(self.columns))

    @property
    def config(self) -> str:
        """Its name as a configuration of the dataset and in dataset_info.json."""
        return self.name.replace("/", "_")

    def path(self, split: Split) -> str:
        """The file of a split."""
        return f"{self.name}/{self.files[split]}.{self.suffix}"

    def parquet(self, split: Split) -> str:
        """Its Parquet copy."""
        return f"{PARQUET}/{self.name}/{self.files[split]}.parquet"


@cache
def all_formats() -> tuple[ReleaseFormat, ...]:
    """Every format: ours by their modules, then those of installed packages by name.

    Raises:
        InputError: an installed format cannot be loaded, or its name is taken.
    """
    found: dict[str, ReleaseFormat] = {}
    others = sorted(installed(GROUP, ReleaseFormat), key=lambda kind: str(kind.name))
    for kind in (*built_in(trace_builder.release.formats, ReleaseFormat), *others):
        if kind.name in found or kind.name == PARQUET:
            raise InputError(f"the release format {kind.name!r} of {kind.__module__}: the name is taken")
        found[kind.name] = kind()
    return tuple(found.values())


def choose(names: Iterable[str]) -> tuple[tuple[ReleaseFormat, ...], bool]:
    """The formats that ``--format`` names (groups, or single ones such as "sft/alpaca"), and whether Parquet
    copies are wanted. No name, or "parquet" alone, means all.

    Raises:
        InputError: a name that is neither.
    """
    wanted, formats = set(names), all_formats()
    groups = {name.partition("/")[0] for name in (f.name for f in formats)}
    known = groups | {f.name for f in formats} | {PARQUET}
    for name in sorted(wanted - known):
        raise InputError(f"--format {name}: no such format; there are {', '.join(sorted(known))}")
    parquet = PARQUET in wanted
    wanted.discard(PARQUET)
    chosen = (f for f in formats if not wanted or f.always or wanted & {f.name, f.name.partition("/")[0]})
    return tuple(chosen), parquet
