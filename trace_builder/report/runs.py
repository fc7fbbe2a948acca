"""A run's folder, read without holding it in memory: which line of a stage file counts, and the calls."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from trace_builder.errors import InputError
from trace_builder.report.lines import Row, parse, raw_lines, read_object, reading, rows
from trace_builder.stages.order import AFTER

#: The stages whose accepted records are a product, with the product's name.
PRODUCTS: dict[str, str] = {"respond": "sft", "dpo": "dpo", "iopo": "iopo"}

_STRING = rb'"(?:[^"\\]|\\.)*"'
_OUTCOME_HEAD = re.compile(
    rb'\{\s*"id":\s*(%b),\s*"stage":\s*%b,\s*"status":\s*(%b),\s*"reason":\s*(null|%b),\s*"fingerprint":\s*(%b)'
    % ((_STRING,) * 5)
)
_ID_HEAD = re.compile(rb'\{\s*"id":\s*(%b)' % _STRING)


class Head(NamedTuple):
    """What a stage decided about a record, and the line of its file that says so."""

    status: str
    reason: str | None
    line: int


@dataclass
class Tally:
    """One stage: what went in and where it went. ``reasons`` counts (status, reason)."""

    stage: str
    entered: int = 0
    accepted: int = 0
    rejected: int = 0
    failed: int = 0
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def pending(self) -> int:
        return max(0, self.entered - self.accepted - self.rejected - self.failed)


class RunFolder:
    """A run's folder as DESIGN describes it.

    Raises:
        InputError: run.json is missing or unreadable, or a line of a stage or call file is.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if not (path / "run.json").is_file():
            raise InputError(f"{path}: not a run folder, it has no run.json")
        self.manifest = read_object(path / "run.json")
        for key in ("stages", "config", "seeds"):
            if not isinstance(self.manifest.get(key) or {}, dict):
                raise InputError(f"{path / 'run.json'}: {key!r} is not an object")
        with reading(str(path / "run.json")):
            entries = (self.manifest.get("stages") or {}).items()
            self._current = {stage: (entry or {}).get("fingerprint") for stage, entry in entries}
        self._heads: dict[str, dict[str, Head]] = {}

    @cached_property
    def stages(self) -> tuple[str, ...]:
        """Known stages in the order of the data's way, then any others the folder has."""
        named = set(self.manifest.get("stages") or {})
        found = {file.stem for file in (self.path / "stages").glob("*.jsonl")}
        return (*AFTER, *sorted((named | found) - set(AFTER)))

    @property
    def finished(self) -> bool:
        return bool(self.manifest.get("finished"))

    @cached_property
    def seed_ids(self) -> frozenset[str]:
        """The ids the run is over; a stage file may hold others, from seeds that were taken away."""
        path = self.path / "seeds.jsonl"
        return frozenset(_id(path, number, line) for number, line in raw_lines(path, torn_end=True))

    @property
    def seed_count(self) -> int:
        return len(self.seed_ids)

    def seeds(self, wanted: Container[str]) -> Iterator[Row]:
        for _, row in rows(self.path / "seeds.jsonl", torn_end=True):
            if row.get("id") in wanted:
                yield row

    def heads(self, stage: str) -> dict[str, Head]:
        """The outcome that counts for each record: the last line of its own that was made under the present
        fingerprint, of a seed that is still there."""
        if stage not in self._heads:
            self._heads[stage] = dict(self._read_heads(stage))
        return self._heads[stage]

    def _read_heads(self, stage: str) -> Iterator[tuple[str, Head]]:
        current = self._current.get(stage)
        path = self.path / "stages" / f"{stage}.jsonl"
        for number, line in raw_lines(path, torn_end=True):
            name, status, reason, fingerprint = _outcome_head(path, number, line)
            if name in self.seed_ids and (current is None or fingerprint == current):
                yield name, Head(status, reason, number)

    def outcomes(self, stage: str, wanted: Container[str] | None = None) -> Iterator[Row]:
        """The outcomes that count, in the file's order; ``wanted`` limits them to some records."""
        heads = self.heads(stage)
        path = self.path / "stages" / f"{stage}.jsonl"
        lines = {head.line for name, head in heads.items() if wanted is None or name in wanted}
        for number, line in raw_lines(path, torn_end=True):
            if number in lines:
                yield parse(path, number, line)

    def calls(self, stage: str, wanted: Container[str] | None = None) -> Iterator[Row]:
        """Every answer a stage got, in the file's order; ``wanted`` limits them to some records."""
        path = self.path / "calls" / f"{stage}.jsonl"
        for number, line in raw_lines(path, torn_end=True):
            if wanted is None or _id(path, number, line) in wanted:
                yield parse(path, number, line)

    def tally(self, stage: str) -> Tally:
        """How many records entered a stage and what became of them."""
        before = AFTER.get(stage)
        entered = self.tally(before).accepted if before else self.seed_count
        tally = Tally(stage, entered)
        for head in self.heads(stage).values():
            setattr(tally, head.status, getattr(tally, head.status) + 1)
            if head.reason is not None:
                tally.reasons[head.status, head.reason] += 1
        return tally

    def product(self, stage: str) -> Iterator[Row]:
        """The accepted records of a stage."""
        wanted = {name for name, head in self.heads(stage).items() if head.status == "accepted"}
        for outcome in self.outcomes(stage, wanted):
            record = outcome.get("record")
            if isinstance(record, dict):
                yield record


def _id(path: Path, number: int, line: bytes) -> str:
    """The id of a line, from its head where that is possible."""
    match = _ID_HEAD.match(line)
    return str(_unquoted(match[1]) if match else parse(path, number, line).get("id"))


def _unquoted(text: bytes) -> str | None:
    """A JSON string or null, as it stands in a line."""
    if text == b"null":
        return None
    if b"\\" not in text:
        return text[1:-1].decode("utf-8", "replace")
    try:
        return str(json.loads(text))
    except ValueError:
        return None


def _outcome_head(path: Path, number: int, line: bytes) -> tuple[str, str, str | None, str]:
    """Id, status, reason and fingerprint of an outcome, from the head of its line where that is possible."""
    match = _OUTCOME_HEAD.match(line)
    values: list[Any]
    if match:
        values = [_unquoted(group) for group in match.groups()]
    else:
        row = parse(path, number, line)
        values = [row.get(key) for key in ("id", "status", "reason", "fingerprint")]
    name, status, reason, fingerprint = values
    if not isinstance(name, str) or status not in ("accepted", "rejected", "failed"):
        raise InputError(f"{path}:{number}: not an outcome of a stage (id and status are needed)")
    return name, status, reason if isinstance(reason, str) else None, str(fingerprint)
