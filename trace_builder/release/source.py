"""Reads a run's folder for the release: the stage files are the truth, and they are read as they lie.

Nothing but ids and places in the files is kept in memory; a record is read from disk when it is wanted.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from trace_builder.errors import InputError
from trace_builder.records import Answered, Checked, IopoGroup, Outcome, Preference, Seed
from trace_builder.stages.order import AFTER

T = TypeVar("T", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an outcome lies in its file, and its status."""

    offset: int
    line: int
    status: str


@dataclass
class StageFile:
    """One ``stages/<stage>.jsonl``: where each id's last outcome lies, and the funnel's numbers."""

    path: Path
    places: dict[str, Place] = field(default_factory=dict)
    torn: bool = False
    stale: int = 0

    def accepted(self) -> list[str]:
        """Ids of the accepted records, in the file's order."""
        return [id_ for id_, place in self.places.items() if place.status == "accepted"]

    def outcome(self, id_: str) -> Outcome:
        """The last outcome of a record. Raises KeyError for an id that is not there."""
        with self.path.open("rb") as file:
            return self._read(file, self.places[id_])

    def outcomes(self) -> Iterator[tuple[int, Outcome]]:
        """Every record's last outcome with its line number, in the file's order."""
        if not self.places:
            return
        with self.path.open("rb") as file:
            for place in self.places.values():
                yield place.line, self._read(file, place)

    def _read(self, file: Any, place: Place) -> Outcome:
        file.seek(place.offset)
        return _outcome(self.path, place.line, file.readline())


@dataclass
class Run:
    """A run's folder, opened for reading.

    Attributes:
        folder: the folder.
        manifest: ``run.json`` as it is.
        seeds: the seeds by id, in the run's order.
        stages: the stage files by name.
        unfinished: why the run is not complete; empty for a finished one.
    """

    folder: Path
    manifest: dict[str, Any]
    seeds: dict[str, Seed]
    stages: dict[str, StageFile]
    unfinished: tuple[str, ...] = ()

    @cached_property
    def order(self) -> dict[str, int]:
        """Each seed's place in the run."""
        return {id_: number for number, id_ in enumerate(self.seeds)}

    def has(self, stage: str, id_: str) -> bool:
        """Whether ``stage`` accepted the record."""
        place = self.stages[stage].places.get(id_)
        return place is not None and place.status == "accepted"

    def record(self, stage: str, id_: str, kind: type[T]) -> T:
        """The record ``stage`` accepted.

        Raises:
            InputError: the stage's record does not have the fields of ``kind``; names file and line.
        """
        file = self.stages[stage]
        return record_of(file.path, file.places[id_].line, file.outcome(id_), kind)

    def checked(self, id_: str) -> Checked:
        return self.record("quality", id_, Checked)

    def answered(self, id_: str) -> Answered:
        return self.record("respond", id_, Answered)

    def preference(self, id_: str) -> Preference:
        return self.record("dpo", id_, Preference)

    def group(self, id_: str) -> IopoGroup:
        return self.record("iopo", id_, IopoGroup)

    @property
    def profile(self) -> str:
        return str(self.manifest.get("profile") or self.config.get("profile") or "unknown")

    @property
    def config(self) -> dict[str, Any]:
        config = self.manifest.get("config")
        return config if isinstance(config, dict) else {}


def open_run(folder: Path, *, partial: bool = False) -> Run:
    """Opens a run's folder and counts every record through the stages.

    Args:
        folder: the run's folder.
        partial: take an unfinished run too; what it lacks is listed in ``Run.unfinished``.

    Raises:
        InputError: no run there, a line that cannot be read, a record without an outcome, or a run that is
            not finished and ``partial`` was not asked for.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: no such run folder")
    manifest = read_manifest(folder)
    seeds, digests = _seeds(folder / str(manifest.get("source", "seeds.jsonl")))
    unfinished = [] if manifest.get("finished") else ["run.json says that the run is not finished"]
    stages = {}
    for name in AFTER:
        index = _Index(folder / "stages" / f"{name}.jsonl", name, fingerprint_of(manifest, name), digests)
        stages[name] = index.read(torn_end=bool(unfinished))
    for name, file in stages.items():
        if file.torn:
            unfinished.append(f"stages/{name}.jsonl ends in a line that was cut off, which is left out")
    gaps = _gaps(seeds, stages)
    if gaps and manifest.get("finished"):
        raise InputError(
            f"{folder / gaps[0]}; the file is incomplete though run.json says that the run is finished"
        )
    unfinished += gaps
    if unfinished and not partial:
        raise InputError(
            f"{folder}: {unfinished[-1]}; run `trace-build run --output {folder}` again to finish it, "
            "or release what there is with --partial"
        )
    return Run(folder, manifest, seeds, stages, tuple(unfinished))


def record_of(path: Path, line: int, outcome: Outcome, kind: type[T]) -> T:
    """An outcome's record as ``kind``. Raises InputError naming file, line and field."""
    try:
        return kind.model_validate(outcome.record)
    except ValidationError as exc:
        raise InputError(f"{path}:{line}: record {outcome.id!r}: {_first(exc)}") from None


def read_manifest(folder: Path) -> dict[str, Any]:
    """A run's ``run.json``.

    Raises:
        InputError: there is none, or it is not JSON.
    """
    path = folder / "run.json"
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path.parent}: not a run's folder, it has no run.json") from None
    except (json.JSONDecodeError, UnicodeDecodeError) as exc:
        raise InputError(f"{path}: not JSON ({exc})") from None
    if not isinstance(manifest, dict):
        raise InputError(f"{path}: a JSON object was expected")
    return manifest


def fingerprint_of(manifest: dict[str, Any], stage: str) -> str | None:
    """The fingerprint that a stage's outcomes have now; None where the manifest does not say."""
    stages = manifest.get("stages")
    known = stages.get(stage) if isinstance(stages, dict) else None
    return known.get("fingerprint") if isinstance(known, dict) else None


def _seeds(path: Path) -> tuple[dict[str, Seed], dict[str, str]]:
    """The seeds by id, and each one's digest as the run writes it into outcomes."""
    if not path.is_file():
        raise InputError(f"{path}: no such file; a run's folder has one")
    seeds: dict[str, Seed] = {}
    digests: dict[str, str] = {}
    with path.open("rb") as file:
        for line, raw in enumerate(file, start=1):
            seed = parse_line(path, line, raw, Seed)
            seeds[seed.id] = seed
            digests[seed.id] = seed_digest(raw)
    return seeds, digests


def seed_digest(line: bytes) -> str:
    """A seed's digest as the run writes it into outcomes, to notice an edited seed under an old id."""
    digest = zlib.crc32(line.rstrip(b"\r\n"))
    return f"{digest:08x}"


@dataclass(frozen=True, slots=True)
class _Index:
    """Reads a stage file once, keeping where the outcome lies that counts for each seed: the last one with
    the stage's present fingerprint and the seed's present digest."""

    path: Path
    stage: str
    fingerprint: str | None
    digests: dict[str, str]

    def read(self, *, torn_end: bool) -> StageFile:
        index = StageFile(self.path)
        if not self.path.is_file():
            return index
        offset = 0
        with self.path.open("rb") as file:
            for line, raw in enumerate(file, start=1):
                if not raw.endswith(b"\n"):
                    if not torn_end:
                        raise InputError(f"{self.path}:{line}: the file is cut off in this line")
                    index.torn = True
                    break
                self._take(index, raw, offset, line)
                offset += len(raw)
        return index

    def _take(self, index: StageFile, raw: bytes, offset: int, line: int) -> None:
        outcome = _outcome(self.path, line, raw)
        if outcome.stage != self.stage:
            raise InputError(f"{self.path}:{line}: an outcome of the stage {outcome.stage!r} in this file")
        if outcome.status == "accepted" and outcome.record is None:
            raise InputError(f"{self.path}:{line}: record {outcome.id!r} is accepted and has no record")
        if self._stale(outcome):
            index.stale += 1
            return
        index.places.pop(outcome.id, None)
        index.places[outcome.id] = Place(offset, line, outcome.status)

    def _stale(self, outcome: Outcome) -> bool:
        if self.fingerprint is not None and outcome.fingerprint != self.fingerprint:
            return True
        return self.digests.get(outcome.id) != outcome.seed


def _gaps(seeds: dict[str, Seed], stages: dict[str, StageFile]) -> list[str]:
    """What is missing in the stages' accounts: in = accepted + rejected + failed."""
    gaps = []
    for name, file in stages.items():
        before = AFTER[name]
        wanted = list(seeds) if before is None else stages[before].accepted()
        missing = [id_ for id_ in wanted if id_ not in file.places]
        if missing:
            gaps.append(
                f"stages/{name}.jsonl: {len(missing)} of {len(wanted)} records have no outcome "
                f"({missing[0]!r})"
            )
        known = set(wanted)
        stray = next((id_ for id_ in file.places if id_ not in known), None)
        if stray is not None:
            line = file.places[stray].line
            raise InputError(f"{file.path}:{line}: record {stray!r}, which {before} did not accept")
    return gaps


def _outcome(path: Path, line: int, raw: bytes) -> Outcome:
    return parse_line(path, line, raw, Outcome)


def parse_line(path: Path, line: int, raw: bytes, kind: type[T]) -> T:
    """A line as ``kind``. Raises InputError naming file, line and field."""
    try:
        return kind.model_validate_json(raw)
    except ValidationError as exc:
        raise InputError(f"{path}:{line}: {_first(exc)}") from None


def _first(exc: ValidationError) -> str:
    error = exc.errors()[0]
    where = ".".join(str(part) for part in error["loc"])
    return f"{where}: {error['msg']}" if where else error["msg"]
