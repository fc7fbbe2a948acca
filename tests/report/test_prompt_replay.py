"""Prompts are shown again for a run that the real pipeline made with the embedded model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from run_folders import small_run

from trace_builder.report.page.prompt_replay import PromptReplay
from trace_builder.report.page.record_entries import CallEntry, Step, run_entries
from trace_builder.storage.run_folder import RunFolder

#: Most samples are tried, so that every way through a stage is walked.
_SAMPLES = ("respond.samples=3", "iopo.samples=2", "judge.votes=2")


def _steps(folder: Path) -> tuple[PromptReplay, list[Step]]:
    with RunFolder.open(folder) as run:
        entries = run_entries(run, set(run.ids))
        replay = PromptReplay(run)
        replay.add(entries)
    return replay, [step for entry in entries.values() for step in entry.steps]


def _calls(steps: list[Step]) -> list[CallEntry]:
    return [call for step in steps for call in step.calls]


@pytest.mark.parametrize("overrides", [(), _SAMPLES, ("models.default.structured=text",)])
def test_every_call_of_a_run_shows_its_prompt(tmp_path: Path, overrides: tuple[str, ...]) -> None:
    replay, steps = _steps(small_run(tmp_path / "run", *overrides))
    calls = _calls(steps)
    assert len(calls) > 60
    assert all(call.user for call in calls)
    assert not any(step.note for step in steps)
    judged = next(call for call in calls if call.prompt == "judge")
    assert judged.system in replay.systems
    assert '{"id": "c1", "text": ' in str(judged.user)


def test_a_prompt_that_was_not_sent_is_not_shown(tmp_path: Path) -> None:
    folder = small_run(tmp_path / "run")
    path = folder / "run.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["config"]["quality"]["call"]["temperature"] = 0.123
    path.write_text(json.dumps(manifest), encoding="utf-8")
    _, steps = _steps(folder)
    assert {call.prompt for call in _calls(steps) if call.user is None} == {"quality"}
    assert {step.stage for step in steps if step.note} == {"quality"}


def test_a_configuration_that_no_longer_holds_costs_the_prompts_alone(tmp_path: Path) -> None:
    folder = small_run(tmp_path / "run")
    path = folder / "run.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["config"]["prompts"] = str(tmp_path / "nowhere")
    path.write_text(json.dumps(manifest), encoding="utf-8")
    _, steps = _steps(folder)
    assert not any(call.user for call in _calls(steps))
    assert all(str(step.note).startswith("The prompts cannot be shown: ") for step in steps if step.calls)
