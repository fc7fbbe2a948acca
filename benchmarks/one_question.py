"""The pipeline with a stage that asks one question of each record, for measuring what a call costs.

Everything of a run is there: the prompt is rendered, the answer parsed into its type, call and outcome
journaled, the manifest written. The stage is the shipped `quality` stage, stopped at its first question by an
answer that says "incomplete".
"""

from __future__ import annotations

from pathlib import Path

from trace_builder.config import ModelConfig, RunConfig, WireConfig
from trace_builder.records import Constraint, Instruction, Structured
from trace_builder.run.engine import RunSpec, run_stages
from trace_builder.run.pipeline import open_prompts
from trace_builder.stages.common.prompt_values import instruction_values
from trace_builder.stages.quality import Quality
from trace_builder.support.resources import shipped
from trace_builder.taxonomy import load_taxonomy

PROMPT = "complete"


class FirstQuestion(Quality):
    follows = None  # type: ignore[assignment]


def record(n: int) -> Structured:
    constraints = tuple(
        Constraint(id=f"c{i}", text=f"A constraint of some length, number {i}.") for i in range(5)
    )
    described = Instruction(
        description=f"Record {n}. " + "Some text of a task. " * 20, constraints=constraints
    )
    return Structured(id=f"r{n:07d}", lang="en", instruction=described)


def messages(n: int) -> list[dict[str, str]]:
    """The question about a record as the pipeline renders it, for the other legs to send the same."""
    prompts = open_prompts(RunConfig(), load_taxonomy(shipped("taxonomy", "trace.yaml")))
    return prompts.get(PROMPT, "en").render(instruction_values(record(n).instruction))


def write_records(folder: Path, count: int) -> Path:
    """Copies of one line, so that writing them is no part of what is measured."""
    source = folder / "source.jsonl"
    line = record(0).model_dump_json() + "\n"
    with source.open("w", encoding="utf-8") as file:
        file.writelines(
            line.replace("r0000000", f"r{n:07d}", 1).replace("Record 0.", f"Record {n}.", 1)
            for n in range(count)
        )
    return source


async def walk(folder: Path, model: ModelConfig, wire: WireConfig, count: int) -> None:
    """Runs the stage over ``count`` records into a folder."""
    source = write_records(folder, count)
    config = RunConfig()
    await run_stages(
        RunSpec(
            folder=folder,
            source=source,
            stages=(FirstQuestion(config),),
            prompts=open_prompts(config, load_taxonomy(shipped("taxonomy", "trace.yaml"))),
            models={"default": model},
            wire=wire,
        )
    )
