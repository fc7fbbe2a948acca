"""Shows the prompts again that a run sent: each stage is walked once more with the stored answers.

A run keeps answers and keys, not prompts, since every prompt follows from the record and the prompt files.
The questions are made by the run's own ``ask``, and a prompt is shown only beside the answer whose key it
has: it is what was sent, or it is not shown. Nothing is asked of any server here.
"""

from __future__ import annotations

from collections.abc import Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, cast

from pydantic import ValidationError

from trace_builder.config import ModelConfig
from trace_builder.errors import TraceBuildError
from trace_builder.llm.types import ChatAnswer, ChatRequest
from trace_builder.records import Item, Seed
from trace_builder.report.page.record_entries import Entry, Step, clipped
from trace_builder.report.stats.statistics import run_taxonomy
from trace_builder.run.asking.ask import AskContext, Asked, RecordAsk
from trace_builder.run.pipeline import open_prompts
from trace_builder.stages.base import Stage
from trace_builder.stages.stage_registry import build_stages, recorded_config
from trace_builder.storage.calls import Call, CallLog
from trace_builder.storage.run_folder import RunFolder

_CHANGED = "Prompts are shown only where the stage still asks the same as it did then."


class _NotStored(Exception):
    """A question that the run has no answer to: the replay ends here."""


class PromptReplay:
    """Adds the prompts to the calls of entries.

    Attributes:
        systems: the parts of prompts that are the same for every record, by the name that calls refer to.
    """

    def __init__(self, run: RunFolder) -> None:
        self.systems: dict[str, str] = {}
        self._run = run
        self._stages: tuple[Stage[Any, Any], ...] = ()
        self._trouble = ""
        try:
            config = recorded_config(run.manifest.config)
            taxonomy = run_taxonomy(run)
            self._context = AskContext(
                rng_seed=config.seed,
                prompts=open_prompts(config, taxonomy),
                models=config.models,
                wire=config.wire,
                client=_Offline(config.models, run.manifest.modes),
                answered=lambda stage, call, new: None,
                raise_if_stopping=_not_stored,
            )
            self._stages = build_stages(config, taxonomy)
        except (ValidationError, TraceBuildError) as exc:
            self._trouble = f"The prompts cannot be shown: {str(exc).splitlines()[0]}"

    def add(self, entries: Mapping[str, Entry]) -> None:
        """Fills ``user`` (the prompt) and ``system`` (a name in ``systems``) of every call it can."""
        run = self._run
        for stage in self._stages:
            if stage.name not in run.stages:
                continue
            for name, entry in entries.items():
                for step in entry.steps:
                    if step.stage == stage.name and step.calls:
                        record = run.incoming_of(stage.name, stage.reads, name)
                        if record is not None:
                            self._replay(stage, record, step)
        for step in (step for entry in entries.values() for step in entry.steps):
            if any(call.user is None for call in step.calls):
                step.note = self._trouble or _CHANGED

    def _replay(self, stage: Stage[Any, Any], record: Item | Seed, step: Step) -> None:
        stored = self._run.calls_of(stage.name, record.id)
        log = cast(CallLog, None)  # nothing is written
        ask = _Replay(self._context, record.id, record.lang, stage.name, 0, log, stored, tries=len(stored))
        # Answers of another version, or a folder edited by hand: what was found so far is shown.
        with suppress(Exception):
            _walk(stage.process(record, ask))
        for call in step.calls:
            if call.key in ask.shown:
                prompt, messages = ask.shown[call.key]
                call.user = clipped(messages[-1][1])
                if len(messages) > 1:
                    call.system = f"{prompt} · {record.lang}"
                    self.systems.setdefault(call.system, messages[0][1])


def _walk(process: Coroutine[Any, Any, Any]) -> None:
    """Runs a stage to its end. Nothing here waits for anything, so no event loop is needed, and the caller
    may have one of its own."""
    try:
        process.send(None)
    except StopIteration:
        return
    process.close()


def _not_stored() -> None:
    raise _NotStored


@dataclass
class _Replay(RecordAsk):
    """Notes every question by its key: the prompt's name, and its turns."""

    shown: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = field(default_factory=dict)

    async def _once(self, asked: Asked, request: ChatRequest) -> Call:
        self.shown[request.key] = (asked.prompt, request.messages)
        return await super()._once(asked, request)


@dataclass(frozen=True)
class _Offline:
    """A ``ChatClient`` without servers, which knows how structure was asked for."""

    models: Mapping[str, ModelConfig]
    modes: Mapping[str, str]

    async def complete(self, request: ChatRequest, *, depth: int, budget: Any) -> ChatAnswer:
        raise _NotStored

    async def mode(self, model: str) -> Any:
        configured = self.models[model].structured
        if configured == "auto" and model not in self.modes:
            raise _NotStored
        return self.modes[model] if configured == "auto" else configured

    def context_length(self, model: str) -> int | None:
        """None at all: of an answer that was cut off, the longest that was got is the last one."""
        return 0

    def new_budget(self) -> Any:
        return None
