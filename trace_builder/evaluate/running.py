"""Runs an evaluation in a folder: generate, judge, score; with the journal and the resuming of ``run``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trace_builder.config import RunConfig
from trace_builder.evaluate.answers import read_responses
from trace_builder.evaluate.items import EvalItem, Generated, Judged
from trace_builder.evaluate.reading import EvalSet, read_evalset
from trace_builder.evaluate.resample import Sampling
from trace_builder.evaluate.results import describe_data, describe_models, write_results
from trace_builder.evaluate.scored import Scored, scored
from trace_builder.evaluate.stages import Generate, Judge
from trace_builder.evaluate.strangers import tell_strangers
from trace_builder.run.engine import RunSpec, RunSummary, run_stages
from trace_builder.run.pipeline import open_prompts
from trace_builder.run.stage_run import StageRun, stage_file
from trace_builder.stages.base import Stage
from trace_builder.storage.lock import folder_lock
from trace_builder.storage.outcomes import ACCEPTED, PENDING
from trace_builder.taxonomy import Taxonomy, load_taxonomy

ITEMS = "items.jsonl"

Say = Callable[[str], None]


@dataclass(frozen=True)
class EvaluationSpec:
    """What to evaluate. ``responses``: answers already made; None asks the model under test."""

    config: RunConfig
    data: Path
    responses: Path | None = None
    allow_missing: bool = False
    sampling: Sampling = field(default_factory=Sampling)

    @property
    def folder(self) -> Path:
        return self.config.output


@dataclass(frozen=True)
class Evaluation:
    """How an evaluation ended; ``results`` is what ``results.json`` says, empty when it was interrupted."""

    folder: Path
    summary: RunSummary
    results: dict[str, Any]


def evaluate(spec: EvaluationSpec, say: Say = lambda line: None) -> Evaluation:
    """Evaluates into a folder; what is answered there already is not asked again.

    Raises:
        InputError: data, responses, configuration or folder are wrong.
        StoppedError: servers gone or disk full; run again to resume.
    """
    config = spec.config
    taxonomy = load_taxonomy(config.taxonomy)
    prompts = open_prompts(config, taxonomy)
    stages = build_stages(spec)
    for stage in stages:
        prompts.digest(stage.prompts)
    data = read_evalset(spec.data, taxonomy, config.limit, lambda lang: prompts.get("respond", lang).system)
    items = _with_responses(spec, data, taxonomy)
    say(f"{len(items)} instructions, {sum(len(i.constraints) for i in items)} constraints from {spec.data}")
    results: dict[str, Any] = {}
    about = {
        "profile": config.profile,
        "config": config.model_dump(mode="json"),
        "data": describe_data(data),
        "taxonomy": {"path": str(config.taxonomy or "trace.yaml"), "digest": taxonomy.digest()},
    }

    def finish(rooms: tuple[StageRun, ...]) -> None:
        models = describe_models(config, spec.responses)
        found = collect(rooms, items)
        results.update(write_results(spec.folder, data, models, found, taxonomy, spec.sampling))
        tell_strangers(stage_file(spec.folder, "calls", "judge"), items, say)

    with folder_lock(spec.folder):
        write_items(spec.folder / ITEMS, items)
        run = RunSpec(
            folder=spec.folder,
            source=spec.folder / ITEMS,
            stages=stages,
            prompts=prompts,
            models=config.models,
            wire=config.wire,
            seed=config.seed,
            rehearsal=config.rehearsal,
            strict=config.strict,
            about=about,
            finish=finish,
            say=say,
        )
        summary = asyncio.run(run_stages(run))
    return Evaluation(spec.folder, summary, results)


def build_stages(spec: EvaluationSpec) -> tuple[Stage, ...]:
    """generate and judge; judge alone where the answers are there."""
    if spec.responses is not None:
        return (Judge(spec.config.judge, after=None),)
    return (Generate(spec.config.respond.call), Judge(spec.config.judge))


def _with_responses(spec: EvaluationSpec, data: EvalSet, taxonomy: Taxonomy) -> tuple[EvalItem, ...]:
    if spec.responses is None:
        return data.items
    everything = data if spec.config.limit is None else read_evalset(spec.data, taxonomy)
    known = {item.id for item in everything.items}
    return tuple(read_responses(spec.responses, data.items, known, spec.allow_missing))


def write_items(path: Path, items: Iterable[EvalItem]) -> None:
    """The engine's source: a record a line, beginning with its id."""
    from trace_builder.storage.atomic import Replacement

    with Replacement(path) as out:
        for item in items:
            out.write(item.model_dump_json().encode() + b"\n")
        out.commit()


def collect(rooms: tuple[StageRun, ...], items: tuple[EvalItem, ...]) -> list[tuple[EvalItem, Scored]]:
    """How far each instruction has come, and what kept it from going on."""
    judge = next(room for room in rooms if room.name == "judge")
    found: list[tuple[EvalItem, Scored]] = []
    for place, given in enumerate(items):
        item, why = given, None
        for room in (judge, judge.before):
            if room is None:
                continue
            status = room.outcomes.status(place)
            if status == ACCEPTED:
                made = room.made(place)
                assert isinstance(made, Generated | Judged)
                item = made
                break
            if status != PENDING:
                why = room.outcomes.read(place).reason
        found.append((item, scored(item, why)))
    return found
