"""Where a live page's records come from: a run that may go on, or files and evaluations as they lie there."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from trace_builder.errors import InputError
from trace_builder.records import Seed
from trace_builder.report.build import Figures, file_figures, page_head, release_figures, run_figures
from trace_builder.report.detect import Source, detect
from trace_builder.report.live.record_index import Indexed
from trace_builder.report.live.search_text import texts_of
from trace_builder.report.page.evaluation_page import (
    LABELS,
    evaluated_models,
    evaluation_entries,
    evaluation_figures,
)
from trace_builder.report.page.payload import entry_json
from trace_builder.report.page.prompt_replay import PromptReplay
from trace_builder.report.page.record_entries import Entry, example_entry, run_entry, title_of
from trace_builder.report.page.release_rows import chat_files, row_entries
from trace_builder.report.page.tags import tags_of
from trace_builder.report.stats.instructions import examples
from trace_builder.report.stats.release_stats import release_files
from trace_builder.report.stats.statistics import run_taxonomy
from trace_builder.storage.layout import MANIFEST, SEEDS, outcomes_file
from trace_builder.storage.run_folder import RunFolder
from trace_builder.taxonomy import Taxonomy, load_taxonomy

#: Size and time of change of each file that is there.
Stamps = tuple[tuple[str, int, int], ...]


def open_source(paths: Sequence[Path], taxonomy: Taxonomy | None = None) -> LiveSource:
    """What paths hold; several are evaluations of the same data.

    Raises:
        InputError: nothing that can be shown.
    """
    found = [detect(path) for path in paths]
    if len(found) > 1 and any(one.kind != "evaluation" for one in found):
        raise InputError("only evaluations can be shown side by side; give one path for anything else")
    if found[0].kind == "run":
        return RunSource(found[0].path, taxonomy)
    return FileSource(found, taxonomy or load_taxonomy())


class LiveSource(ABC):
    """Records, and what is said of all of them. One thread asks for what has changed; others read records."""

    finished = True

    def __init__(self) -> None:
        self._seen: Stamps | None = None

    @abstractmethod
    def files(self) -> Iterable[Path]:
        """What the records lie in."""

    def changed(self) -> bool:
        """Whether a file is another one than when this was asked last."""
        now = _stamps(self.files())
        before, self._seen = self._seen, now
        return now != before

    @abstractmethod
    def news(self) -> Iterator[Indexed]:
        """The records that are new, or other ones than before.

        Raises:
            InputError: a file is damaged; names it and the line.
        """

    @abstractmethod
    def total(self) -> int:
        """How many records there are, by what was read last."""

    @abstractmethod
    def record(self, id_: str, body: bytes | None) -> str:
        """One record as JSON {"record", "systems"}. Raises KeyError: there is none."""

    @abstractmethod
    def row(self, id_: str, body: bytes | None) -> str:
        """One record as a line of an export: without prompts and raw answers. Raises KeyError."""

    @abstractmethod
    def head(self) -> dict[str, Any]:
        """The names that the browser shows for codes."""

    @abstractmethod
    def figures(self) -> Figures:
        """Title, facts and sections. Raises InputError, as ``news``."""


class RunSource(LiveSource):
    """A run's folder, opened anew whenever it has changed."""

    def __init__(self, path: Path, taxonomy: Taxonomy | None) -> None:
        super().__init__()
        self._path = path
        self._taxonomy = taxonomy
        self._lock = threading.Lock()
        self._run = RunFolder.open(path)
        self._versions: array[int] = array("q")
        self.finished = self._run.finished

    def files(self) -> Iterable[Path]:
        own = (self._path / name for name in (MANIFEST, SEEDS))
        return [*own, *(outcomes_file(self._path, stage) for stage in self._run.stages)]

    def news(self) -> Iterator[Indexed]:
        run = RunFolder.open(self._path)
        with self._lock:
            before, self._run = self._run, run
            before.close()
        self.finished = run.finished
        # One for the thread that indexes alone: a folder's readers have one place in each file.
        with RunFolder.open(self._path) as own:
            known = self._versions
            self._versions = array("q", (hash(own.version(place)) for place in range(own.seed_count)))
            for place, id_ in enumerate(own.ids):
                if place >= len(known) or known[place] != self._versions[place]:
                    yield _indexed(own, place, id_)

    def total(self) -> int:
        return self._run.seed_count

    def record(self, id_: str, body: bytes | None) -> str:
        with self._lock:
            entry = run_entry(self._run, id_)
            replay = PromptReplay(self._run)
            replay.add({id_: entry})
        return entry_json({"record": entry, "systems": replay.systems})

    def row(self, id_: str, body: bytes | None) -> str:
        with self._lock:
            entry = run_entry(self._run, id_)
        for step in entry.steps:
            step.calls = []
        return entry_json(entry)

    def head(self) -> dict[str, Any]:
        with self._lock:
            return page_head(self._taxonomy or run_taxonomy(self._run))

    def figures(self) -> Figures:
        with RunFolder.open(self._path) as run:
            return run_figures(run, self._taxonomy or run_taxonomy(run))


def _indexed(run: RunFolder, place: int, id_: str) -> Indexed:
    """A record of a run from its outcomes as they are stored, without what they would be as records."""
    seed: Seed = run.seed(id_)
    found = Indexed(place, id_, seed.lang, seed.source, title_of(seed.instruction))
    outcomes = [outcome for stage in run.stages if (outcome := run.outcome(stage, id_)) is not None]
    records = [outcome.record for outcome in outcomes]
    found.steps = [(o.stage, o.status, o.reason, None) for o in outcomes]
    found.tags = {tag for record in records for tag in _tags(record)}
    found.constraints = max(map(_constraints, records), default=0)
    found.texts = texts_of([seed.instruction, seed.input, records, [o.detail for o in outcomes]])
    return found


def _constraints(value: Any) -> int:
    """How many constraints the instruction of a record has."""
    for name in ("instruction", "x1"):
        inner = value.get(name) if isinstance(value, dict) else None
        if isinstance(inner, dict) and isinstance(inner.get("constraints"), list):
            return len(inner["constraints"])
    return 0


def _tags(value: Any) -> Iterator[tuple[str, str]]:
    yield from tags_of(value)
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            if isinstance(item.get("dimension"), str) and "text" in item:
                yield "dimension", item["dimension"]
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)


class FileSource(LiveSource):
    """A file of records, a release's files, or evaluations. The index keeps the records themselves."""

    def __init__(self, found: Sequence[Source], taxonomy: Taxonomy) -> None:
        super().__init__()
        self._kind = found[0].kind
        self._paths = [one.path for one in found]
        self._taxonomy = taxonomy
        self._total = 0

    def files(self) -> Iterable[Path]:
        if self._kind == "release":
            return sorted(self._paths[0].rglob("*.jsonl"))
        if self._kind == "evaluation":
            return [file for path in self._paths for file in sorted(path.parent.glob("*.json*"))]
        return self._paths

    def news(self) -> Iterator[Indexed]:
        place = -1
        seen: Counter[str] = Counter()
        for place, entry in enumerate(self._entries()):
            seen[entry.id] += 1
            if seen[entry.id] > 1:  # a link must lead to one
                entry.id = f"{entry.id} ({seen[entry.id]})"
            yield _indexed_entry(place, entry)
        self._total = place + 1

    def _entries(self) -> Iterator[Entry]:
        if self._kind == "evaluation":
            yield from evaluation_entries(self._paths, evaluated_models(self._paths)).values()
            return
        groups = release_files(self._paths[0]).values() if self._kind == "release" else [self._paths]
        for file in (file for group in groups for file in group):
            yield from (example_entry(example, self._taxonomy) for example in examples(file))
        for file in chat_files(self._paths[0]) if self._kind == "release" else ():
            yield from row_entries(file)

    def total(self) -> int:
        return self._total

    def record(self, id_: str, body: bytes | None) -> str:
        if body is None:
            raise KeyError(id_)
        return f'{{"record":{body.decode()},"systems":{{}}}}'

    def row(self, id_: str, body: bytes | None) -> str:
        if body is None:
            raise KeyError(id_)
        return body.decode()

    def head(self) -> dict[str, Any]:
        labels = {"labels": LABELS} if self._kind == "evaluation" else {}
        return {**page_head(self._taxonomy), **labels}

    def figures(self) -> Figures:
        if self._kind == "evaluation":
            return evaluation_figures(evaluated_models(self._paths), self._taxonomy)
        make = release_figures if self._kind == "release" else file_figures
        return make(self._paths[0], self._taxonomy)


def _indexed_entry(place: int, entry: Entry) -> Indexed:
    body = entry_json(entry)
    steps: list[tuple[str, str, str | None, str | None]] = [
        (step.stage, step.status, step.reason, (step.data or {}).get("kind")) for step in entry.steps
    ]
    tags = {("dimension", dimension) for dimension in entry.dims}
    tags |= {(name, value) for name, values in entry.tags.items() for value in values}
    return Indexed(
        place,
        entry.id,
        entry.lang,
        entry.source,
        entry.title,
        constraints=len(entry.instruction.constraints) if entry.instruction else 0,
        steps=steps,
        tags=tags,
        texts=texts_of(_plain(body)),
        body=body.encode("utf-8", "replace"),
    )


def _plain(body: str) -> Any:
    from pydantic_core import from_json

    return from_json(body)


def _stamps(files: Iterable[Path]) -> Stamps:
    stamps = []
    for file in files:
        with suppress(OSError):
            found = file.stat()
            stamps.append((str(file), found.st_size, found.st_mtime_ns))
    return tuple(stamps)
