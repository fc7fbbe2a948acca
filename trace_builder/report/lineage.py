"""``trace-build trace``: where a record comes from: seed, stages, prompts, models, scores, calls."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from trace_builder.errors import InputError
from trace_builder.records import (
    TOP_SCORE,
    BoundCheck,
    Cells,
    Instruction,
    IopoGroup,
    Item,
    Judgement,
    Outcome,
    Seed,
    Terms,
)
from trace_builder.release.atomic_folder import MARK
from trace_builder.report.page.labels import spaced
from trace_builder.stages.stage_registry import stage_classes
from trace_builder.storage.layout import MANIFEST, is_run
from trace_builder.storage.run_folder import RunFolder


def find_run(folder: Path | None) -> Path:
    """The run's folder that is meant: the one given, else the current one, else the newest under outputs/.

    Raises:
        InputError: there is none.
    """
    if folder is not None:
        if (folder / MARK).is_file() and not is_run(folder):
            raise InputError(f"{folder} is a release; name the run's folder that it was made from")
        return folder
    if is_run(Path()):
        return Path()
    runs = [path for path in Path("outputs").glob("*") if is_run(path)]
    if not runs:
        raise InputError("no run here and none under outputs/; name its folder: trace-build trace ID DIR")
    return max(runs, key=lambda path: ((path / MANIFEST).stat().st_mtime, path))


def lineage(folder: Path, id_: str, *, raw: bool = True) -> str:
    """The lineage of one record as text.

    Args:
        folder: a run's folder, finished or not.
        id_: a seed's id, or a released row's, which carries more behind a ``#``.
        raw: with the raw answers.

    Raises:
        InputError: no such run, or no such id in it.
    """
    with RunFolder.open(folder) as run:
        seed = _seed_of(run, id_)
        lines = [f"{id_}  in {folder} (profile {run.profile})", "", "seed"]
        lines += _field("source", seed.source or "not stated") + _field("language", seed.lang)
        lines += _field("instruction", seed.instruction) + _field("input", seed.input)
        for stage in run.stages:
            outcome = run.outcome(stage, seed.id)
            if outcome is not None:
                lines += ["", *_outcome(outcome), *_calls(run, outcome, raw)]
    # What is no character, in an answer, could be shown on no terminal.
    return "\n".join(lines).encode("utf-8", "replace").decode()


def _seed_of(run: RunFolder, id_: str) -> Seed:
    """The seed that a row's id belongs to: the longest seed id that the row's id is, or is followed in by a
    ``#``."""
    names = [id_, *(id_[: mark.start()] for mark in reversed([*re.finditer("#", id_)]))]
    for name in names:
        if name in run:
            return run.seed(name)
    raise InputError(f"{run.path}: no record {id_!r} in this run")


def _outcome(outcome: Outcome) -> list[str]:
    verdict = outcome.status + (f": {outcome.reason}" if outcome.reason else "")
    lines = [f"{outcome.stage}  {verdict}  (fingerprint {outcome.fingerprint})"]
    lines += _field("detail", outcome.detail or None)
    stage = stage_classes().get(outcome.stage)
    if outcome.status == "accepted" and stage is not None:
        record = outcome.made(stage.makes)
        for name in stage.shows or type(record).model_fields:
            if name not in Item.model_fields:
                lines += _value(name, getattr(record, name))
    return lines


def _value(name: str, value: Any) -> list[str]:
    """A field of a record, by what it is."""
    if isinstance(value, Instruction):
        lines = _field(name, value.description)
        for constraint in value.constraints:
            lines += _field(f"  {constraint.id} [{constraint.dimension or 'no dimension'}]", constraint.text)
            lines += _field("    code verifies", _check(constraint.check))
        return lines + _field("  input", value.input)
    if isinstance(value, Judgement):
        return _judgement(f"judge, {spaced(name.removesuffix('judgement').strip('_')) or 'response'}", value)
    if isinstance(value, Cells):
        cells = ((f"({cell[:2]}, {cell[2:]})", judgement) for cell, judgement in value)
        return [line for cell, judged in cells if judged for line in _judgement(f"judge, {cell}", judged)]
    if isinstance(value, Terms):
        return _field("proven", [term for term, holds in value if holds] or "nothing")
    if isinstance(value, tuple) and any(isinstance(part, IopoGroup) for part in value):
        return [line for group in value for line in _group(group)]
    parts = value if isinstance(value, tuple) else (value,)
    told = parts and not any(isinstance(part, BaseModel) for part in parts)
    return _field(name, value) if told else []


def _check(check: BoundCheck | None) -> str | None:
    """The claims of a check in a few words, and who found them."""
    if check is None:
        return None
    claims = "; ".join(f"{claim.kind} of {claim.scope} {claim.parameters}" for claim in check.claims)
    return f"{claims} ({'all of it' if check.whole else 'a part'}, by the {check.by})"


def _group(group: IopoGroup) -> list[str]:
    lines = _field("group", group.id)
    for name, value in group:
        if name not in Item.model_fields:
            lines += _value(name, value)
    return lines


def _judgement(name: str, judgement: Judgement) -> list[str]:
    lines = [f"  {name}" + (f" ({judgement.votes} votes)" if judgement.votes != 1 else "")]
    for score in (*([judgement.task] if judgement.task else []), *judgement.scores):
        value = "unscored" if score.score is None else f"{score.score}/{TOP_SCORE}"
        doubt = ", disputed" if score.disputed else ""
        code = f", code finds it {'kept' if score.found == 'holds' else 'broken'}" if score.found else ""
        told = " ".join(score.reasoning.split())
        lines.append(f"    {score.constraint}: {value} by {score.by}{doubt}{code}  {told}")
    return lines


def _calls(run: RunFolder, outcome: Outcome, raw: bool) -> Iterator[str]:
    calls = run.calls_of(outcome.stage, outcome.id)
    for key in outcome.calls:
        call = calls.get(key)
        if call is None:
            yield f"  call {key}: not among the calls of {outcome.stage}"
            continue
        yield (
            f"  call {key}: prompt {call.prompt}, model {call.model}, sample {call.sample}, "
            f"attempt {call.attempt}, {call.finish_reason}, {call.usage.prompt} prompt "
            f"({call.usage.cached} cached) and {call.usage.completion} completion tokens, "
            f"{call.latency:.2f} s, {call.retries} retries"
        )
        if raw:
            yield from (f"    | {line}" for line in call.text.splitlines())


def _field(name: str, value: Any) -> list[str]:
    if value is None:
        return []
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    first, *rest = text.splitlines() or [""]
    return [f"  {name}: {first}", *(f"  {' ' * len(name)}  {line}" for line in rest)]
