"""One record's way through a run, in the shape the page's browser shows it."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field
from typing import Any

from trace_builder.records import Constraint, Instruction, Outcome, Record, Seed, Status
from trace_builder.report.page.tags import tags_of
from trace_builder.report.stats.instructions import Example, record_examples
from trace_builder.stages.stage_registry import AnyStage, stage_classes
from trace_builder.storage.calls import Call
from trace_builder.storage.run_folder import RunFolder
from trace_builder.taxonomy import Taxonomy

#: Longer texts are cut in the page, which says so.
LONGEST = 20_000

#: Fields that every record has and the page shows once.
_HEAD = frozenset(("id", "lang", "source"))


@dataclass
class CallEntry:
    """A question and its raw answer. ``tokens``: prompt, cached, completion; ``user`` and ``system`` (a name
    in the page's table of system parts) are the prompt, where it can be shown. ``key`` stays out of the page.
    """

    key: str
    prompt: str
    sample: int
    attempt: int
    model: str
    finish: str
    tokens: tuple[int, int, int]
    latency: float
    retries: int
    text: str
    user: str | None = None
    system: str | None = None


@dataclass
class Step:
    """What a stage made of the record: ``data`` are the fields shown of it, ``note`` is on its calls."""

    stage: str
    status: str = "pending"
    reason: str | None = None
    detail: str = ""
    data: dict[str, Any] | None = None
    note: str | None = None
    calls: list[CallEntry] = field(default_factory=list)


@dataclass
class Entry:
    """A record of the page. A run's have a ``seed`` and steps, rows of a file an ``instruction`` with
    ``responses``, an evaluation's instructions a ``prompt`` and a step a model."""

    id: str
    lang: str
    title: str
    source: str | None = None
    dims: list[str] = field(default_factory=list)
    tags: dict[str, list[str]] = field(default_factory=dict)
    seed: dict[str, Any] | None = None
    prompt: str | None = None
    instruction: Instruction | None = None
    responses: list[str] | None = None
    steps: list[Step] = field(default_factory=list)

    def tag(self, data: Any) -> None:
        """Notes what the record can be filtered by, once each."""
        for name, value in tags_of(data):
            values = self.tags.setdefault(name, [])
            if value not in values:
                values.append(value)

    def step(self, stage: str) -> Step:
        """The step of a stage, which is begun where there is none yet."""
        for step in self.steps:
            if step.stage == stage:
                return step
        self.steps.append(Step(stage))
        return self.steps[-1]


def run_entries(run: RunFolder, ids: Container[str]) -> dict[str, Entry]:
    """The entries of some records of a run, by id."""
    entries = {seed.id: _seed_entry(seed) for seed in run.seeds(ids)}
    lost: tuple[Status, ...] = ("rejected", "failed")
    for stage in run.stages:
        kind = stage_classes().get(stage)
        if kind is None:
            lost = ("accepted", *lost)
        else:
            for record in run.records(stage, kind.makes, entries):
                _add_accepted(entries[record.id], kind, record)
        for status in lost:
            for outcome in run.outcomes(stage, entries, status):
                _add_outcome(entries[outcome.id], outcome)
        for call in run.calls(stage, entries):
            entries[call.id].step(stage).calls.append(_call(call))
    return entries


def run_entry(run: RunFolder, id_: str) -> Entry:
    """The entry of one record of a run, read at random.

    Raises:
        KeyError: the run has no such record.
    """
    entry = _seed_entry(run.seed(id_))
    for stage in run.stages:
        outcome, kind = run.outcome(stage, id_), stage_classes().get(stage)
        if outcome is not None and outcome.status == "accepted" and kind is not None:
            _add_accepted(entry, kind, run.record(stage, id_, kind.makes))
        elif outcome is not None:
            _add_outcome(entry, outcome)
        calls = sorted(run.calls_of(stage, id_).values(), key=lambda call: call.at)
        if calls:
            entry.step(stage).calls = [_call(call) for call in calls]
    return entry


def _seed_entry(seed: Seed) -> Entry:
    shown = {"instruction": clipped(seed.instruction), "input": clipped(seed.input)}
    return Entry(seed.id, seed.lang, title_of(seed.instruction), seed.source, seed=shown)


def title_of(text: str) -> str:
    """The beginning of a text as one line."""
    return " ".join(text.split())[:160]


def clipped(value: Any) -> Any:
    """A text, or every text inside a JSON value, as it goes into the page."""
    if isinstance(value, str):
        rest = len(value) - LONGEST
        return f"{value[:LONGEST]}… ({rest:,} more characters)" if rest > 0 else value
    if isinstance(value, dict):
        return {key: clipped(item) for key, item in value.items()}
    return [clipped(item) for item in value] if isinstance(value, list) else value


def _add_accepted(entry: Entry, kind: AnyStage, record: Record) -> None:
    step = entry.step(kind.name)
    step.status = "accepted"
    shown = set(kind.shows) or set(type(record).model_fields) - _HEAD
    step.data = clipped(record.model_dump(mode="json", include=shown))
    entry.tag(step.data)
    for example in record_examples(record, entry.id, entry.lang):
        labels = (label for _, label in example.constraints if label)
        entry.dims = list(dict.fromkeys([*entry.dims, *labels]))


def _add_outcome(entry: Entry, outcome: Outcome) -> None:
    step = entry.step(outcome.stage)
    step.status, step.reason, step.detail = outcome.status, outcome.reason, clipped(outcome.detail)
    if outcome.record:
        step.data = clipped({key: value for key, value in outcome.record.items() if key not in _HEAD})
        entry.tag(step.data)


def _call(call: Call) -> CallEntry:
    return CallEntry(
        key=call.key,
        prompt=call.prompt,
        sample=call.sample,
        attempt=call.attempt,
        model=call.model,
        finish=call.finish_reason,
        tokens=(call.usage.prompt, call.usage.cached, call.usage.completion),
        latency=call.latency,
        retries=call.retries,
        text=clipped(call.text),
    )


def example_entry(example: Example, taxonomy: Taxonomy) -> Entry:
    """The entry of an instruction of a file; labels that the taxonomy has are shown by their ids."""
    found = zip(example.constraints, example.bound, strict=True)
    constraints = tuple(
        Constraint(
            id=f"c{n}",
            text=clipped(text),
            dimension=dimension.id if (dimension := taxonomy.find(label or "")) else label,
            check=check,
        )
        for n, ((text, label), check) in enumerate(found, start=1)
    )
    return Entry(
        example.id,
        example.lang,
        title_of(example.description),
        dims=list(dict.fromkeys(c.dimension for c in constraints if c.dimension)),
        instruction=Instruction(
            description=clipped(example.description), constraints=constraints, input=clipped(example.input)
        ),
        responses=[clipped(text) for text in example.responses],
    )
