"""Runs an evaluation in a folder: generate, judge, score; with the journal and the resuming of ``run``."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from trace_builder.config import CallConfig, RunConfig
from trace_builder.errors import InputError
from trace_builder.evaluate.bootstrap import Sampling
from trace_builder.evaluate.dataset import EvalSet, read_evalset
from trace_builder.evaluate.external import read_judge_texts, read_responses
from trace_builder.evaluate.metrics import score
from trace_builder.evaluate.results import (
    DataUsed,
    InstructionResult,
    JudgeModel,
    ModelsUsed,
    ModelUnderTest,
    Results,
    write_results,
)
from trace_builder.evaluate.stages import Generate, Generated, Judge, Judged
from trace_builder.llm.structured import parse
from trace_builder.prompts import PromptBook
from trace_builder.released_rows import EvalItem
from trace_builder.run.engine import RunSpec, RunSummary, run_stages
from trace_builder.run.pipeline import open_prompts
from trace_builder.run.stop import run_to_end
from trace_builder.stages.base import Stage
from trace_builder.stages.common.answer_schemas import verdict_names
from trace_builder.stages.respond import RespondConfig
from trace_builder.storage.jsonl import write_jsonl
from trace_builder.storage.lock import folder_lock
from trace_builder.storage.manifest import DataEntry, Manifest, TaxonomyEntry, find_manifest
from trace_builder.storage.run_folder import RunFolder
from trace_builder.taxonomy import Taxonomy, load_taxonomy

ITEMS = "items.jsonl"

Say = Callable[[str], None]

_MAKES: dict[str, type[Generated]] = {"generate": Generated, "judge": Judged}
_SHOWN = 5


@dataclass(frozen=True)
class EvaluationSpec:
    """What to evaluate, into the folder ``config.output``.

    Attributes:
        responses: answers already made; None asks the model under test.
        judgements: texts of the authors' judge already made; nobody is asked then.
        allow_missing: an instruction without a response counts as not followed instead of stopping.
    """

    config: RunConfig
    data: Path
    responses: Path | None = None
    judgements: Path | None = None
    allow_missing: bool = False
    sampling: Sampling = field(default_factory=Sampling)


@dataclass(frozen=True)
class Evaluation:
    """How an evaluation ended; ``results`` is None when it was interrupted."""

    folder: Path
    results: Results | None
    failed: int = 0


def evaluate(spec: EvaluationSpec, say: Say = lambda line: None) -> Evaluation:
    """Evaluates into a folder; what is answered there already is not asked again.

    Raises:
        InputError: data, responses, configuration or folder are wrong.
        StoppedError: servers gone or disk full; run again to resume.
    """
    config = spec.config
    taxonomy = load_taxonomy(config.taxonomy)
    if spec.judgements is not None:
        return _rescore(spec, spec.judgements, taxonomy, say)
    prompts = open_prompts(config, taxonomy)
    data = read_evalset(spec.data, taxonomy, config.limit, lambda lang: prompts.get("respond", lang).system)
    items: Sequence[EvalItem] = data.items
    stages: tuple[Stage[Any, Any], ...] = (Generate(config, taxonomy), Judge(config, taxonomy))
    if spec.responses is not None:
        items = read_responses(spec.responses, data, spec.allow_missing)
        stages = (Judge(config, taxonomy, follows=None),)
    say(f"{len(items)} instructions, {sum(len(i.constraints) for i in items)} constraints from {spec.data}")
    with folder_lock(config.output):
        summary = run_on_items(config, data, items, stages, prompts, taxonomy, say)
        if summary.interrupted:
            return Evaluation(config.output, None)
        with RunFolder.open(config.output) as run:
            found = list(_collected(run, Generated if spec.responses else EvalItem))
            _tell_unknown_verdicts(run, items, say)
        results = score(_data_used(data), _models_used(spec), found, taxonomy, spec.sampling)
        write_results(config.output, results, found)
    return Evaluation(config.output, results, summary.failed)


def run_on_items(
    config: RunConfig,
    data: EvalSet,
    items: Sequence[EvalItem],
    stages: tuple[Stage[Any, Any], ...],
    prompts: PromptBook,
    taxonomy: Taxonomy,
    say: Say,
) -> RunSummary:
    """Walks instructions through stages in ``config.output``, which the caller has locked.

    Raises:
        InputError: a run of the pipeline lives there.
    """
    known = find_manifest(config.output)
    if known is not None and known.source != ITEMS:
        raise InputError(f"{config.output}: a run of the pipeline lives here; choose another folder")
    for stage in stages:
        prompts.digest(stage.prompts)  # a broken prompt file stops it before the first request
    write_jsonl(config.output / ITEMS, items)
    about = Manifest(
        profile=config.profile,
        config=config.model_dump(mode="json"),
        taxonomy=TaxonomyEntry(path=str(config.taxonomy or "trace.yaml"), digest=taxonomy.digest()),
        data=DataEntry(**_data_used(data).model_dump()),
        source=ITEMS,
    )
    spec = RunSpec(
        folder=config.output,
        stages=stages,
        prompts=prompts,
        models=config.models,
        wire=config.wire,
        rng_seed=config.seed,
        rehearsal=config.rehearsal,
        strict=config.strict,
        about=about,
        say=say,
    )
    return run_to_end(run_stages(spec))


def _rescore(spec: EvaluationSpec, texts: Path, taxonomy: Taxonomy, say: Say) -> Evaluation:
    """Scores existing texts of the authors' judge again by Eq. 3, with their own reading beside it."""
    folder = spec.config.output
    data = read_evalset(spec.data, taxonomy, spec.config.limit)
    judged = read_judge_texts(texts, data, spec.allow_missing, say)
    models = ModelsUsed(
        tested=ModelUnderTest(name=texts.stem),
        judge=JudgeModel(name="judge texts", texts=str(texts), votes=1, rehearsal=False),
    )
    found = [InstructionResult.of(item) for item in judged]
    results = score(_data_used(data), models, found, taxonomy, spec.sampling)
    with folder_lock(folder):
        write_results(folder, results, found)
    return Evaluation(folder, results)


def _collected(run: RunFolder, kind: type[EvalItem]) -> Iterator[InstructionResult]:
    """How far each instruction has come, and what kept it from going on."""
    for given in run.inputs(kind):
        item, why = given, None
        for stage in reversed(run.stages):
            outcome = run.outcome(stage, given.id)
            if outcome is not None and outcome.status == "accepted":
                item = run.record(stage, given.id, _MAKES[stage])
                break
            why = outcome.reason if outcome is not None else why
        yield InstructionResult.of(item, why)


def _tell_unknown_verdicts(run: RunFolder, items: Sequence[EvalItem], say: Say) -> None:
    """Says which of the judge's answers scored a constraint that its instruction does not have: the first few
    by name, then how many in all."""
    known = {item.id: set(verdict_names(len(item.constraints), task=True)) for item in items}
    count = 0
    for call in run.calls("judge", known):
        unknown = sorted(_judged_names(call.text) - known[call.id])
        count += bool(unknown)
        if unknown and count <= _SHOWN:
            names = ", ".join(json.dumps(name[:60], ensure_ascii=False) for name in unknown[:_SHOWN])
            say(
                f"the judge scored {names}, which the instruction {call.id} does not have; left out "
                f"(call {call.key})"
            )
    if count > _SHOWN:
        say(f"{count} answers of the judge score constraints that do not exist; {_SHOWN} are named above")


class _AnyVerdicts(BaseModel):
    """A judge's answer, whatever the names of its verdicts."""

    model_config = ConfigDict(extra="allow")


def _judged_names(text: str) -> set[str]:
    try:
        return set(parse(text, _AnyVerdicts, "text").model_extra or ())
    except ValueError:
        return set()


def _data_used(data: EvalSet) -> DataUsed:
    return DataUsed(
        path=str(data.path),
        digest=data.digest,
        instructions=len(data.items),
        constraints=sum(len(item.constraints) for item in data.items),
        languages=dict(Counter(item.lang for item in data.items)),
    )


def _models_used(spec: EvaluationSpec) -> ModelsUsed:
    config = spec.config
    judge = config.judge

    def sampled(call: CallConfig) -> dict[str, Any]:
        return {
            "name": config.models[call.model].name,
            **call.model_dump(include={"temperature", "top_p", "max_tokens"}),
            "rehearsal": config.rehearsal is not None,
        }

    if spec.responses:
        tested = ModelUnderTest(name=spec.responses.stem, responses=str(spec.responses))
    else:
        tested = ModelUnderTest(**sampled(config.section(RespondConfig).call))
    return ModelsUsed(
        tested=tested,
        judge=JudgeModel(**sampled(judge.call), votes=judge.votes, code_checks=judge.code_checks),
    )
