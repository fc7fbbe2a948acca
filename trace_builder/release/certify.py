"""Certifies a run's records: each accepted one is made again, by its own stage, from the answers that its
calls have brought, and has to come out the same. An edited record is found here, before anything is
written."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, TypeVar

from pydantic import ValidationError

from trace_builder.config import CallConfig, RunConfig
from trace_builder.errors import InputError
from trace_builder.records import IopoGroup, Outcome, Record, Rejection, Seed
from trace_builder.release.examples import SeedRecords
from trace_builder.run.asking.answers import read_answer
from trace_builder.stages.base import Answer, Stage, Unanswered
from trace_builder.stages.stage_registry import build_stages, recorded_config
from trace_builder.storage.calls import Call
from trace_builder.storage.jsonl import encode, first_error, parse_row
from trace_builder.storage.layout import product_file
from trace_builder.storage.run_folder import RunFolder
from trace_builder.taxonomy import Taxonomy, load_taxonomy

T = TypeVar("T")

_AGAIN = "if the program has changed since, `trace-build run` makes it again from the stored answers"


class CertificateError(ValueError):
    """A record that its calls do not give; the message says how."""


@dataclass(frozen=True)
class RunSetup:
    """What a run was set up with; ``stages`` are those that it walked, by name, without those of packages
    that are not installed here: nothing of theirs is released."""

    config: RunConfig
    taxonomy: Taxonomy
    stages: dict[str, Stage[Any, Any]]

    @classmethod
    def of(cls, run: RunFolder) -> RunSetup:
        """Raises InputError: the configuration no longer fits, or the taxonomy is not the one that the run
        had."""
        try:
            config = recorded_config(run.manifest.config)
        except ValidationError as exc:
            raise InputError(f"{run.path}: the run's configuration: {first_error(exc)}") from None
        taxonomy, entry = load_taxonomy(config.taxonomy), run.manifest.taxonomy
        if entry is not None and entry.digest != taxonomy.digest():
            raise InputError(
                f"{config.taxonomy or entry.path}: the taxonomy has changed since the run was made"
            )
        stages = {stage.name: stage for stage in build_stages(config, taxonomy) if stage.name in run.stages}
        return cls(config, taxonomy, stages)


class Certifier:
    """Makes the records of a run again."""

    def __init__(self, run: RunFolder, setup: RunSetup) -> None:
        self._run = run
        self._stages = setup.stages
        found = run.manifest.modes
        self._modes = {
            name: found.get(name, "json_schema") if model.structured == "auto" else model.structured
            for name, model in setup.config.models.items()
        }
        self._products: dict[str, _ProductRows] = {}
        #: Stages whose rows stand behind another's in the same product, with the ids that they accepted.
        self._behind: dict[str, list[str]] = {}
        for name, stage in sorted(setup.stages.items(), key=lambda item: item[1].takes_rejected):
            if stage.product is not None and stage.product.name in self._products:
                self._behind[name] = []
            elif stage.product is not None:
                self._products[stage.product.name] = _ProductRows(run, stage.product.name)
        self._kept = {stage.follows for stage in setup.stages.values() if stage.takes_rejected}
        self._loop = asyncio.new_event_loop()

    def records(self) -> Iterator[tuple[Seed, SeedRecords | None]]:
        """Every seed with what its stages accepted, in the run's order; None where quality accepted nothing.

        Raises:
            InputError: a record is not what its calls give, or a product file says something else; names file
                and line.
        """
        try:
            for seed in self._run.seeds():
                yield seed, self._loop.run_until_complete(self._of_seed(seed))
        finally:
            self._loop.close()
        for name, ids in self._behind.items():
            stage = self._stages[name]
            for id_ in ids:
                self._compare(stage, self._run.record(name, id_, stage.makes))
        for product in self._products.values():
            product.end()

    async def _of_seed(self, seed: Seed) -> SeedRecords | None:
        made: dict[str | None, Any] = {None: seed}
        kept: dict[str | None, Any] = {}
        lineage: dict[str, Outcome] = {}
        drawn = None
        for stage in self._run.stages:
            outcome = self._run.outcome(stage, seed.id)
            if outcome is None:
                continue
            if stage in self._stages and outcome.status == "accepted":
                before = {**kept, **made} if self._stages[stage].takes_rejected else made
                made[stage] = await self._made(outcome, self._incoming(stage, before))
            elif stage in self._kept and outcome.status == "rejected" and outcome.record is not None:
                kept[stage] = await self._made(outcome, self._incoming(stage, made))
            if stage == "iopo":
                drawn = self._drawn(outcome, made.get(stage))
            lineage[stage] = outcome.model_copy(update={"record": None})
        checked = made.get("bind") or made.get("quality")
        if checked is None:
            return None
        answered, preference, group = map(made.get, ("respond", "dpo", "iopo"))
        harvested = made["harvest"].groups if "harvest" in made else ()
        return SeedRecords(checked, answered, preference, group, drawn, lineage, harvested)

    def _incoming(self, stage: str, made: Mapping[str | None, Any]) -> Record:
        before = self._run.follows(stage)
        if before not in made:
            raise InputError(
                f"{self._run.path}: {stage} follows the stage {before!r}, which is not installed here"
            )
        record: Record = made[before]
        return record

    async def _made(self, outcome: Outcome, incoming: Record) -> Record:
        stage = self._stages[outcome.stage]
        try:
            record = await self._again(outcome, incoming)
        except (CertificateError, Unanswered) as exc:
            raise self._error(outcome, f"is not what its calls give: {exc}; {_AGAIN}") from None
        if stage.name in self._behind:
            self._behind[stage.name].append(outcome.id)
        elif outcome.status == "accepted":
            self._compare(stage, record)
        return record

    def _compare(self, stage: Stage[Any, Any], record: Record) -> None:
        if stage.product is not None:
            for row in stage.product.rows(record):
                self._products[stage.product.name].compare(stage.name, row)

    async def _again(self, outcome: Outcome, incoming: Record) -> Record:
        stage, stored = self._stages[outcome.stage], self._run.calls_of(outcome.stage, outcome.id)
        for key in outcome.calls:
            if key not in stored:
                raise CertificateError(f"the call {key} is missing")
        ask = StoredAnswers([stored[key] for key in outcome.calls], self._modes)
        made: Record | Rejection = await stage.decide(incoming, ask)
        if isinstance(made, Rejection):
            if made.reason != outcome.reason or made.kept is None:
                raise CertificateError(f"they give {made.reason}")
            made = made.kept
        elif outcome.status != "accepted":
            raise CertificateError("they give an accepted record")
        again = made.model_dump(mode="json")
        if again == outcome.record:
            return made
        if json.loads(encode(again)) != outcome.record:
            raise CertificateError(_difference(outcome.record, again))
        # What is no character in an answer became a question mark on disk.
        as_written: Record = outcome.made(type(made))
        return as_written

    def _drawn(self, outcome: Outcome, group: IopoGroup | None) -> str | None:
        """The operation of an IOPO group, also of one that was not accepted: each has a prompt of its own."""
        if group is not None:
            return group.operation
        calls = self._run.calls_of(outcome.stage, outcome.id)
        first = next((calls[key] for key in outcome.calls if key in calls), None)
        return first.prompt.removeprefix("iopo_") if first else None

    def _error(self, outcome: Outcome, what: str) -> InputError:
        return InputError(f"{self._run.where(outcome.stage, outcome.id)}: record {outcome.id!r} {what}")


class StoredAnswers:
    """Stands in for a stage's ``ask``: every question gets the answers that it got in the run, in their
    order."""

    def __init__(self, calls: Sequence[Call], modes: Mapping[str, Any]) -> None:
        self._modes = modes
        self._left: defaultdict[tuple[str, int, int], deque[Call]] = defaultdict(deque)
        for call in calls:
            self._left[call.prompt, call.sample, call.attempt].append(call)
        # The same question has one answer, however often it is asked.
        self._known: dict[tuple[object, ...], Call] = {}

    async def __call__(
        self,
        prompt: str,
        values: Mapping[str, str | None],
        want: type[T],
        call: CallConfig,
        *,
        sample: int = 0,
        check: Callable[[T], None] | None = None,
    ) -> Answer[T]:
        for attempt in count():
            question = (prompt, sample, attempt, *sorted(values.items(), key=lambda item: item[0]))
            if question not in self._known:
                left = self._left[prompt, sample, attempt]
                if not left:
                    raise CertificateError(f"none of them answers the prompt {prompt!r}")
                self._known[question] = left.popleft()
            try:
                return read_answer(self._known[question], want, self._modes[call.model], check)
            except ValueError:
                continue
        raise AssertionError("a question has no end of attempts")


class _ProductRows:
    """A product at the end of a run is a view of its stages; one that was edited is better named than passed
    over."""

    def __init__(self, run: RunFolder, product: str) -> None:
        self._path = product_file(run.path, product)
        written = run.finished and self._path.is_file()
        self._rows = run.product_rows(product) if written else None

    def compare(self, stage: str, row: dict[str, Any]) -> None:
        """The next row is this one, of a record of this stage. Raises InputError."""
        if self._rows is None:
            return
        line, raw = next(self._rows, (0, b"{}"))
        if raw == json.dumps(row, ensure_ascii=False).encode():
            return
        found = parse_row(self._path, line, raw) if line else {}
        if found.get("id") != row["id"]:
            raise self._error(
                line, f"the row of {row['id']!r} is not in its place; the file was edited or cut short"
            )
        raise self._error(
            line, f"record {row['id']!r} is not what {stage} accepted: {_difference(found, row)}"
        )

    def end(self) -> None:
        """There is no further row. Raises InputError."""
        line, _ = next(self._rows or iter(()), (0, b""))
        if line:
            raise self._error(line, "a row that no stage has a record for")

    def _error(self, line: int, what: str) -> InputError:
        place = f"{self._path}:{line}" if line else str(self._path)
        return InputError(f"{place}: {what}; `trace-build run` writes the products anew")


def _difference(found: Any, wanted: Any, at: str = "") -> str:
    """The first place in which two JSON values differ, in words."""
    if isinstance(found, dict) and isinstance(wanted, dict):
        keys = [*wanted, *(found.keys() - wanted.keys())]
        pairs = [(str(key), found.get(key), wanted.get(key)) for key in keys]
    elif isinstance(found, list) and isinstance(wanted, list) and len(found) == len(wanted):
        pairs = [(str(number), *pair) for number, pair in enumerate(zip(found, wanted, strict=True))]
    else:
        return f"{at} is {_short(found)}, not {_short(wanted)}"
    key, one, other = next((pair for pair in pairs if pair[1] != pair[2]), ("", None, "something"))
    return _difference(one, other, f"{at}.{key}" if at else key)


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:60]}…"
