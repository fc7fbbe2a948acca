"""Makes runs' folders for tests with the real writer: without a server, or by a whole rehearsal run."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from trace_builder.config import RunConfig
from trace_builder.records import Record, Rejection, Seed
from trace_builder.run.config_file import load_config
from trace_builder.run.engine import RunSpec, open_stages
from trace_builder.run.pipeline import open_prompts, run_pipeline
from trace_builder.run.products import write_products
from trace_builder.run.stage_run import Verdict
from trace_builder.stages.stage_registry import build_stages
from trace_builder.storage.calls import Call
from trace_builder.storage.jsonl import write_jsonl
from trace_builder.storage.layout import SEEDS
from trace_builder.storage.manifest import Manifest, SeedsEntry, TaxonomyEntry
from trace_builder.taxonomy import load_taxonomy


@dataclass(frozen=True)
class Failure:
    """What a stage's function returns for a record that is to fail."""

    reason: str = "unfit_answer"
    detail: str = "no answer that fits"


#: What a stage makes of a record that comes in; None leaves it pending.
Decide = Callable[[Any], Record | Rejection | Failure | None]
#: The answers that a stage got for a record, beside what it made of it.
Calls = Callable[[str, Any, Any], Iterable[Call]]


def make_run(
    folder: Path,
    seeds: Sequence[Seed],
    decide: Mapping[str, Decide],
    *,
    calls: Calls = lambda stage, incoming, made: (),
    config: RunConfig | None = None,
    finish: bool = True,
) -> Path:
    """A run's folder in which every stage of ``decide`` has decided by its function; the others stay pending.

    Manifest, outcomes, calls and products are written by the engine's own code. ``finish`` false leaves the
    folder as a run that was killed before its end. Called again on the same folder, it goes on there.
    """
    config = config or load_config(values={"profile": "made-by-tests", "bind.enabled": False})
    taxonomy = load_taxonomy(config.taxonomy)
    write_jsonl(folder / SEEDS, seeds)
    about = Manifest(
        profile=config.profile,
        config=config.model_dump(mode="json"),
        seeds=SeedsEntry(
            count=len(seeds),
            langs=dict(Counter(seed.lang for seed in seeds)),
            sources=dict(Counter(seed.source or "" for seed in seeds)),
        ),
        taxonomy=TaxonomyEntry(path="trace.yaml", digest=taxonomy.digest()),
    )
    spec = RunSpec(
        folder=folder,
        stages=build_stages(config, taxonomy),
        prompts=open_prompts(config, taxonomy),
        models=config.models,
        wire=config.wire,
        about=about,
        finish=lambda runs: _write(folder, runs),
    )
    with open_stages(spec) as walk:
        pending = walk.open_pending()
        for run in walk.runs:
            if run.name not in decide:
                continue
            for place in range(len(pending)):
                if run.outcomes.status(place) or run.outcomes.incoming(place) is None:
                    continue
                incoming: Any = run.incoming(place)
                made = decide[run.name](incoming)
                if made is None:
                    continue
                keys = []
                for call in calls(run.name, incoming, made):
                    run.calls.append(call)
                    keys.append(call.key)
                failed = Verdict("failed", made.reason, made.detail) if isinstance(made, Failure) else None
                run.decide(place, incoming.id, failed or Verdict.of(made), keys)  # type: ignore[arg-type]
        if finish:
            walk.finish()
        else:
            walk.note(finished=False)
    return folder


def _write(folder: Path, runs: Any) -> None:
    write_products(folder, runs)


def small_run(to: Path, *overrides: str, limit: int = 12) -> Path:
    """A copy of a whole rehearsal run over the first bundled seeds; the run itself is made once a process.

    Args:
        overrides: as ``--set`` takes them, such as ``"respond.samples=1"``.
    """
    shutil.copytree(_rehearsed(limit, overrides), to)
    return to


@cache
def _rehearsed(limit: int, overrides: tuple[str, ...]) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="rehearsed-")) / "run"
    run_pipeline(load_config(overrides=overrides, values={"output": str(folder), "limit": limit}))
    return folder
