"""Brings seed files into a run's folder: one clean ``seeds.jsonl``, and what was wrong with the rest."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from stat import S_ISBLK, S_ISCHR, S_ISDIR

from trace_builder.errors import InputError
from trace_builder.records import Seed
from trace_builder.seeds.id_index import IdIndex
from trace_builder.seeds.reader import BadSeed, Row, read_rows, stem
from trace_builder.storage.atomic import Replacement
from trace_builder.storage.jsonl import encode, unreadable
from trace_builder.storage.layout import BAD_SEEDS, SEEDS
from trace_builder.support.resources import shipped

#: How many problems an error lists.
LISTED = 20
#: How many sources are counted by name; beyond, a row's source is a property of the row and not of a set.
_SOURCES = 1000


@dataclass(frozen=True)
class Ingested:
    """What ``ingest`` found. ``digest`` is 12 hex digits over seeds.jsonl; ``sources`` and ``langs`` count
    seeds; ``renamed`` counts those whose id another file had already used; ``ignored`` counts keys of no
    known format; ``problems`` lists the first bad rows."""

    path: Path
    seeds: int
    bad: int
    digest: str
    sources: Mapping[str, int]
    langs: Mapping[str, int]
    renamed: int = 0
    ignored: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


def bundled() -> Path:
    """The file of the seeds that come with the program."""
    return shipped("seeds", "demo.jsonl")


def ingest(
    paths: Sequence[Path],
    folder: Path,
    *,
    skip_bad: bool = False,
    limit: int | None = None,
    allow: Callable[[Path], None] = lambda path: None,
) -> Ingested:
    """Reads seed files in order and writes ``folder``/seeds.jsonl, whole or not at all; a file that already
    holds the same bytes is left alone.

    An id that stands twice in one file, or in two files with the same content, makes the later row bad. Where
    two files number different rows alike, the later file's rows get its name after theirs ("7@belle").

    Args:
        paths: seed files; at least one.
        folder: the run's folder; made where it is not there.
        skip_bad: write bad rows to ``folder``/bad_seeds.jsonl and go on, instead of refusing them all.
        limit: take the first so many good seeds; what comes after them is not read.
        allow: told the file of the new seeds before anything is replaced; it may raise.

    Raises:
        InputError: bad rows (the message lists the first 20), no good row at all, or a missing file.
        StoppedError: the disk is full.
    """
    _check_paths(paths)
    intake = _Intake(tuple(paths), limit)
    with Replacement(folder / SEEDS) as seeds, Replacement(folder / BAD_SEEDS) as bad:
        for item in intake:
            if isinstance(item, Seed):
                seeds.write(item.model_dump_json().encode() + b"\n")
            elif skip_bad:
                bad.write(encode({**asdict(item), "path": str(item.path)}) + b"\n")
        if intake.bad and not skip_bad:
            raise InputError(intake.complaint())
        if intake.good:
            allow(seeds.written())
        bad.commit(keep_empty=False)
        if not intake.good:
            raise InputError(intake.complaint() if intake.bad else f"{paths[0]}: the file holds no rows")
        digest = seeds.commit()
    return intake.result(folder / SEEDS, digest)


def _check_paths(paths: Sequence[Path]) -> None:
    if not paths:
        raise InputError("no seed file is given")
    for path in paths:
        try:
            mode = path.stat().st_mode
        except (OSError, ValueError) as exc:
            raise unreadable(path, exc) from None
        if S_ISDIR(mode):
            raise InputError(f"{path}: is a folder, not a seed file")
        if S_ISCHR(mode) or S_ISBLK(mode):  # it may never end
            raise InputError(f"{path}: is a device, not a seed file")


class _Intake:
    """Iterates over the seeds and bad rows of all files, with ids made unique, and counts."""

    def __init__(self, paths: tuple[Path, ...], limit: int | None) -> None:
        self._paths = paths
        self._limit = limit
        self._index = IdIndex()
        self._sources: Counter[str] = Counter()
        self._langs: Counter[str] = Counter()
        self._ignored: Counter[str] = Counter()
        self._problems: list[str] = []
        self._renamed = 0
        self.good = 0
        self.bad = 0

    def __iter__(self) -> Iterator[Seed | BadSeed]:
        for number, path in enumerate(self._paths):
            for row in read_rows(path, self._ignored):
                item = self._admit(row, number)
                self._count(item)
                yield item
                if self.good == self._limit:
                    return

    def complaint(self) -> str:
        more = self.bad - len(self._problems)
        end = [f"... and {more:,} more"] if more else []
        hint = "--skip-bad-seeds goes on without them" if self.good else "there is no good one"
        head = f"{self.bad:,} bad row{'s' if self.bad != 1 else ''} in the seeds ({hint}):"
        return "\n".join([head, *self._problems, *end])

    def result(self, path: Path, digest: str) -> Ingested:
        return Ingested(
            path=path,
            seeds=self.good,
            bad=self.bad,
            digest=digest,
            sources=dict(sorted(self._sources.items())),
            langs=dict(sorted(self._langs.items())),
            renamed=self._renamed,
            ignored=dict(self._ignored.most_common(20)),
            problems=tuple(self._problems),
        )

    def _count(self, item: Seed | BadSeed) -> None:
        if isinstance(item, BadSeed):
            self.bad += 1
            if len(self._problems) < LISTED:
                self._problems.append(str(item))
            return
        self.good += 1
        self._langs[item.lang] += 1
        source = item.source or ""
        self._sources[source if source in self._sources or len(self._sources) < _SOURCES else "(other)"] += 1

    def _admit(self, row: Row, number: int) -> Seed | BadSeed:
        path = self._paths[number]
        if row.seed is None:
            return row.bad(path)
        seed = row.seed
        content = _content(seed)
        first = self._index.claim(seed.id, content, number, row.line)
        if first is None:
            return seed
        for name in (f"{seed.id}@{stem(path)}", f"{seed.id}@{stem(path)}-{_digest(seed)}"):
            if first.file == number or first.content == content:
                break
            first = self._index.claim(name, content, number, row.line)
            if first is None:
                self._renamed += 1
                return seed.model_copy(update={"id": name})
        what = "row" if first.content == content else f"id {seed.id!r}"
        return row.bad(path, f"the same {what} is already at {self._paths[first.file]}:{first.line}")


def _content(seed: Seed) -> int:
    text = f"{seed.instruction}\0{seed.input or ''}"
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest(), "big")


def _digest(seed: Seed) -> str:
    """8 hex digits that tell seeds of one id apart where their files are named alike."""
    content = [seed.lang, seed.instruction, seed.input, seed.source]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()[:8]
