"""The main job: from seed files to SFT, DPO and IOPO data in one folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from trace_builder.config import RunConfig
from trace_builder.errors import InputError
from trace_builder.prompts import PromptBook
from trace_builder.records import Lang
from trace_builder.run.asking.model_names import name_models
from trace_builder.run.engine import RunSpec, RunSummary, run_stages
from trace_builder.run.products import Written, write_products
from trace_builder.run.seed_changes import seed_guard
from trace_builder.run.seeding import bring_in
from trace_builder.run.stage_run import StageRun
from trace_builder.run.stop import run_to_end
from trace_builder.seeds.ingest import Ingested
from trace_builder.stages.common.binding_answers import describe_kinds
from trace_builder.stages.stage_registry import build_stages, prompt_folders
from trace_builder.storage.lock import folder_lock
from trace_builder.storage.manifest import Manifest, SeedsEntry, TaxonomyEntry, find_manifest
from trace_builder.support.bilingual import LANGS
from trace_builder.support.resources import shipped
from trace_builder.taxonomy import Taxonomy, load_taxonomy


@dataclass(frozen=True)
class PipelineResult:
    """What a run left behind. ``products``: rows by product, and ``certificates``: rows by product and
    certificate where they have one; both empty when the run was interrupted."""

    folder: Path
    summary: RunSummary
    seeds: Ingested
    products: dict[str, int] = field(default_factory=dict)
    certificates: dict[str, dict[str, int]] = field(default_factory=dict)


def refuse(question: str) -> bool:
    """Takes no step that drops rows of a run's products.

    Raises:
        InputError: always; it says what would be dropped.
    """
    raise InputError(f"{question}; --yes goes on")


def run_pipeline(
    config: RunConfig,
    stage: str = "all",
    say: Callable[[str], None] = lambda line: None,
    agree: Callable[[str], bool] = refuse,
) -> PipelineResult:
    """Runs the whole pipeline, or one stage over what the stage before has accepted.

    Args:
        say: takes one line for the user.
        agree: asked where other seeds would drop what the folder's products hold; told what, in numbers. Not
            asked where nothing is lost; under ``config.strict`` there is nothing to agree to.

    Raises:
        InputError: configuration, seeds, prompts or taxonomy are wrong, or another run holds the folder.
        StoppedError: servers gone or disk full; run again to resume.
    """
    taxonomy = load_taxonomy(config.taxonomy)
    prompts = open_prompts(config, taxonomy)
    stages = build_stages(config, taxonomy)
    for stage_ in stages:
        prompts.digest(stage_.prompts)  # a broken prompt file stops the run before the first request
    products: dict[str, Written] = {}
    with folder_lock(config.output):
        known = find_manifest(config.output)
        allow = seed_guard(config, stages, refuse if config.strict else agree)
        seeds, about_seeds = bring_in(config, known.seeds if known else None, allow)
        _say_seeds(seeds, say)
        config = name_models(config, known.models if known and not known.rehearsal else {})
        stages = build_stages(config, taxonomy)

        def finish(runs: tuple[StageRun, ...]) -> None:
            products.update(write_products(config.output, runs))

        spec = RunSpec(
            folder=config.output,
            stages=stages,
            prompts=prompts,
            models=config.models,
            wire=config.wire,
            rng_seed=config.seed,
            rehearsal=config.rehearsal,
            only=None if stage == "all" else stage,
            strict=config.strict,
            about=_about(config, about_seeds, taxonomy),
            finish=finish,
            say=say,
        )
        summary = run_to_end(run_stages(spec))
    rows = {name: made.rows for name, made in products.items()}
    certificates = {name: dict(made.certificates) for name, made in products.items() if made.certificates}
    return PipelineResult(config.output, summary, seeds, rows, certificates)


def open_prompts(config: RunConfig, taxonomy: Taxonomy) -> PromptBook:
    """The prompts folder of a configuration, with the taxonomy filled in where a prompt asks for it."""
    constants: dict[str, dict[Lang, str]] = {
        "taxonomy": {lang: taxonomy.describe(lang) for lang in LANGS},
        "kinds": {lang: describe_kinds(lang) for lang in LANGS},
    }
    ours = shipped("prompts")
    return PromptBook(config.prompts or ours, constants, prompt_folders(), ours)


def _say_seeds(seeds: Ingested, say: Callable[[str], None]) -> None:
    langs = ", ".join(f"{count} {lang}" for lang, count in sorted(seeds.langs.items()))
    say(f"{seeds.seeds} seeds ({langs})")
    if seeds.renamed:
        say(f"{seeds.renamed} seeds renamed: another file had used their ids for other instructions")
    if seeds.ignored:
        keys = ", ".join(f"{key} ({count})" for key, count in sorted(seeds.ignored.items()))
        say(f"keys of no known format were ignored: {keys}")
    if seeds.bad:
        say(f"{seeds.bad} bad seeds skipped, written to {seeds.path.with_name('bad_seeds.jsonl')}")


def _about(config: RunConfig, seeds: SeedsEntry, taxonomy: Taxonomy) -> Manifest:
    path = str(config.taxonomy) if config.taxonomy else "trace.yaml"
    return Manifest(
        profile=config.profile,
        config=config.model_dump(mode="json"),
        seeds=seeds,
        taxonomy=TaxonomyEntry(path=path, digest=taxonomy.digest()),
    )
