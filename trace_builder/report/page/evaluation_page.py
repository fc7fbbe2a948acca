"""The page of one evaluation, or of several side by side."""

from __future__ import annotations

from collections.abc import Container, Sequence
from pathlib import Path
from typing import Any

from trace_builder.errors import InputError
from trace_builder.evaluate.results import InstructionResult, read_instructions, read_results
from trace_builder.records import Constraint, Instruction, Judgement, Score
from trace_builder.report.page.html import Markup, number
from trace_builder.report.page.payload import pack
from trace_builder.report.page.record_entries import Entry, Step, clipped, title_of
from trace_builder.report.page.sampling import order
from trace_builder.report.page.sections.evaluation_section import (
    Model,
    by_count,
    by_dimension,
    by_language,
    headline,
    judging,
)
from trace_builder.report.page.shell import render
from trace_builder.taxonomy import Taxonomy

#: What the browser calls its filters here: the stages of a run are models.
LABELS = {"stage": "Model", "status": "Result", "reason": "Because"}


def evaluation_page(paths: Sequence[Path], head: dict[str, Any], taxonomy: Taxonomy, most: int) -> str:
    """The page.

    Args:
        paths: the results.json of each evaluation.
        head: names for the browser; most: how many instructions are read as candidates.

    Raises:
        InputError: a file is not what an evaluation writes, or they are of different data.
    """
    models = evaluated_models(paths)
    chosen = _chosen(paths, most)
    entries = evaluation_entries(paths, models, set(chosen))
    payload, shown = pack({**head, "labels": LABELS}, (entries[name] for name in chosen))
    title, facts, sections = evaluation_figures(models, taxonomy)
    return render(title, facts, sections, payload, shown, models[0].results.data.instructions)


def evaluation_figures(
    models: Sequence[Model], taxonomy: Taxonomy
) -> tuple[str, list[str], list[tuple[str, Markup | None]]]:
    """Title, facts and sections of the page."""
    data, judge = models[0].results.data, models[0].results.models.judge
    sections: list[tuple[str, Markup | None]] = [
        ("Overview", headline(models)),
        ("Counts", by_count(models)),
        ("Dimensions", by_dimension(models, taxonomy)),
        ("Languages", by_language(models)),
        ("Judge", judging(models)),
    ]
    facts = ["a drill with the embedded model"] if judge.rehearsal else []
    facts += [f"{number(data.instructions)} instructions", f"{number(data.constraints)} constraints"]
    facts.append(f"judged by {judge.name}")
    return " and ".join(model.name for model in models) + f" on {Path(data.path).name}", facts, sections


def evaluated_models(paths: Sequence[Path]) -> list[Model]:
    """What was evaluated. Raises InputError: of different data, or no evaluation."""
    models: list[Model] = []
    for place, path in enumerate(paths):
        results = read_results(path)
        if models and results.data.digest != models[0].results.data.digest:
            raise InputError(f"{path}: another data set than {paths[0]}; only one can be shown side by side")
        name = results.models.tested.name
        taken = {model.name for model in models}
        models.append(Model(results, place, f"{name} ({path.parent.name})" if name in taken else name))
    return models


def _chosen(paths: Sequence[Path], most: int) -> list[str]:
    """A sample of the instructions, by result with each model, and number of constraints."""
    kinds: dict[str, tuple[Any, ...]] = {}
    for path in paths:
        for row in read_instructions(path):
            kinds[row.id] = (*kinds.get(row.id, (row.count,)), row.result)
    return order(kinds)[:most]


def evaluation_entries(
    paths: Sequence[Path], models: Sequence[Model], wanted: Container[str] | None = None
) -> dict[str, Entry]:
    """The entries of some instructions, or of all."""
    entries: dict[str, Entry] = {}
    for path, model in zip(paths, models, strict=True):
        for row in read_instructions(path):
            if wanted is None or row.id in wanted:
                entries.setdefault(row.id, _entry(row)).steps.append(_step(row, model.name))
    return entries


def _entry(row: InstructionResult) -> Entry:
    constraints = tuple(
        Constraint(id=c.id, text=clipped(c.text), dimension=c.dimension) for c in row.constraints
    )
    return Entry(
        row.id,
        row.lang,
        title_of(row.prompt.strip().split("\n")[0]),
        dims=list(dict.fromkeys(c.dimension for c in row.constraints if c.dimension)),
        prompt=clipped(row.prompt),
        instruction=Instruction(description="", constraints=constraints),
    )


def _step(row: InstructionResult, model: str) -> Step:
    task = row.task and row.task.model_copy(update={"reasoning": clipped(row.task.reasoning)})
    scores = tuple(
        Score(
            constraint=c.id,
            score=c.score,
            reasoning=clipped(c.reasoning),
            by=c.by or "judge",
            found=c.found,
            disputed=c.disputed,
        )
        for c in row.constraints
    )
    answer = {"kind": "answer", "response": clipped(row.response), "overall": row.overall}
    judgement = Judgement(scores=scores, task=task, votes=max(len(row.votes), 1))
    return Step(model, row.result, row.fault or row.why, data={**answer, "judgement": judgement})
