"""Picking an evaluation set from a run's folder, or from another set."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from evaluation_set import evaluation_file
from run_folders import make_run

from trace_builder.errors import InputError
from trace_builder.evalset.select import select
from trace_builder.records import Checked, Constraint, Expanded, Instruction, Rejection, Seed, Structured

SEEDS = [Seed(id=str(n), lang="en", instruction=f"Sing {n}.", source="mine") for n in range(5)]
INSTRUCTION = Instruction(
    description="Sing.",
    constraints=(
        Constraint(id="c1", text="Twice.", dimension="numerical"),
        Constraint(id="c2", text="Softly.", dimension="emotion"),
    ),
)

#: With a constraint whose label lies outside the taxonomy.
UNLABELLED = INSTRUCTION.model_copy(
    update={"constraints": (INSTRUCTION.constraints[0], Constraint(id="c2", text="Softly."))}
)


def expand(seed: Seed) -> Expanded:
    fields = seed.model_dump(exclude={"complex"})
    return Expanded(**fields, text="Sing twice, softly.", target=2, offered=("numerical",))


def structure(record: Expanded) -> Structured:
    instruction = UNLABELLED if record.id == "4" else INSTRUCTION
    return Structured(id=record.id, lang=record.lang, source=record.source, instruction=instruction)


def quality(record: Structured) -> Checked | Rejection:
    if record.id == "1":
        return Rejection(reason="missing_input")
    return Checked(**dict(record), completeness="", redundancy="")


def run_folder(path: Path, seeds: list[Seed]) -> Path:
    return make_run(path, seeds, {"expand": expand, "structure": structure, "quality": quality})


def test_a_sets_instructions_by_quotas(tmp_path: Path) -> None:
    found = select(evaluation_file(tmp_path, 24), {1: 2, 3: 9})
    assert Counter(len(item.constraints) for item in found.items) == {1: 2, 3: 6}
    assert (found.short, found.offered) == ({3: 3}, 24)
    assert [item.id for item in found.items] == sorted((item.id for item in found.items), key=int)


def test_a_runs_instructions_are_those_that_passed_quality_and_are_labelled_throughout(
    tmp_path: Path,
) -> None:
    found = select(run_folder(tmp_path, SEEDS), {2: 10})
    assert [item.id for item in found.items] == ["0", "2", "3"]
    assert found.items[0].instruction == INSTRUCTION
    assert found.items[0].labels == ("数值约束", "情感情绪约束")
    assert found.items[0].source == "mine"


def test_what_rests_on_an_edited_seed_is_not_taken(tmp_path: Path) -> None:
    run_folder(tmp_path, SEEDS)
    edited = [SEEDS[0].model_copy(update={"instruction": "Hum."}), *SEEDS[1:]]
    make_run(tmp_path, edited, {})
    assert [item.id for item in select(tmp_path, {2: 10}).items] == ["2", "3"]


def test_no_run_and_no_quality_stage(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no run here"):
        select(tmp_path, {1: 1})
    make_run(tmp_path / "run", SEEDS, {})
    with pytest.raises(InputError, match="none of its 0 instructions"):
        select(tmp_path / "run", {1: 1})
