"""Shows the prompts again that a run sent: each stage is walked once more with the stored answers.

A run keeps answers and keys, not prompts, since every prompt follows from the record and the prompt files.
Nothing is asked of any server here.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import ValidationError

from trace_builder.config import CallConfig, RunConfig
from trace_builder.errors import TraceBuildError
from trace_builder.llm.types import Mode
from trace_builder.prompts import PromptBook
from trace_builder.records import Lang
from trace_builder.report.page.record_entries import Entry, clip
from trace_builder.report.runs import RunFolder
from trace_builder.resources import shipped
from trace_builder.stages.base import Answer, Stage, Unanswered
from trace_builder.stages.order import AFTER
from trace_builder.stages.registry import build_stages, config_model, prompt_folders
from trace_builder.taxonomy import Taxonomy

T = TypeVar("T")

#: How answers may have to be read; which of them a server needed is not kept.
_MODES: tuple[Mode, ...] = ("json_schema", "text")


class Rendering:
    """Adds the prompts to the calls of entries.

    Attributes:
        systems: the parts of prompts that are the same for every record, by the name that calls refer to.
        trouble: why prompts cannot be shown at all; empty otherwise.
    """

    def __init__(self, run: RunFolder, taxonomy: Taxonomy) -> None:
        self.systems: dict[str, str] = {}
        self.trouble = ""
        self._run = run
        self._stages: dict[str, Stage] = {}
        try:
            config = config_model().model_validate(run.manifest.get("config") or {})
            constants: dict[str, Mapping[Lang, str]] = {
                "taxonomy": {"en": taxonomy.describe("en"), "zh": taxonomy.describe("zh")}
            }
            self._book = PromptBook(config.prompts or shipped("prompts"), constants, prompt_folders())
            self._stages = {stage.name: stage for stage in build_stages(config, taxonomy)}
            self._changed = self._find_changed()
        except (ValidationError, TraceBuildError, ValueError) as exc:
            self.trouble = str(exc).splitlines()[0]

    def _find_changed(self) -> set[str]:
        """Stages whose prompt files are no longer those of the run."""
        recorded = self._run.manifest.get("stages") or {}
        changed = set()
        for name, stage in self._stages.items():
            parts = (recorded.get(name) or {}).get("parts") or {}
            if parts.get("prompts") not in (None, self._book.digest(stage.prompts)):
                changed.add(name)
        return changed

    def add(self, entries: Mapping[str, Entry]) -> None:
        """Fills ``user`` (the prompt) and ``system`` (a name in ``systems``) of every call it can."""
        if self.trouble:
            return
        for name, stage in self._stages.items():
            before = AFTER.get(name)
            sources = self._run.seeds(entries.keys()) if before is None else self._records(before, entries)
            for row in sources:
                step = next((s for s in entries[str(row["id"])]["steps"] if s["stage"] == name), None)
                if step is not None:
                    self._add(stage, row, step)

    def _records(self, stage: str, entries: Mapping[str, Entry]) -> Any:
        for outcome in self._run.outcomes(stage, entries.keys()):
            if outcome["status"] == "accepted" and isinstance(outcome.get("record"), dict):
                yield outcome["record"]

    def _add(self, stage: Stage, row: dict[str, Any], step: Entry) -> None:
        if stage.name in self._changed:
            step["note"] = "The prompt files have changed since; the prompts of this stage cannot be shown."
            return
        try:
            record = stage.reads.model_validate(row)
        except ValidationError:
            return
        replay = _Replay(self, str(row.get("lang") or "en"), step["calls"])
        try:
            _walk(stage.process(record, replay))
        except Exception:
            # Answers of another version, or a folder edited by hand: what was found so far is shown.
            return

    def show(self, prompt: str, lang: str, values: Mapping[str, str | None]) -> tuple[str, str]:
        """The name of the part that never changes, and the part with the record."""
        known: Lang = "zh" if lang == "zh" else "en"
        messages = self._book.get(prompt, known).render(values)
        name = f"{prompt} · {known}"
        if len(messages) > 1:
            self.systems.setdefault(name, messages[0]["content"])
        return name, str(clip(messages[-1]["content"]))


def _walk(process: Coroutine[Any, Any, Any]) -> None:
    """Runs a stage to its end. Nothing here waits for anything, so no event loop is needed, and the caller
    may have one of its own."""
    try:
        process.send(None)
    except StopIteration:
        return
    process.close()


@dataclass
class _Replay:
    """An ``Ask`` that answers from the calls of one record, and notes the prompts there."""

    rendering: Rendering
    lang: str
    calls: list[Entry]
    _used: set[int] = field(default_factory=set)

    async def __call__(
        self,
        prompt: str,
        values: Mapping[str, str | None],
        want: type[T],
        call: CallConfig,
        *,
        sample: int = 0,
        check: Callable[[T], None] | None = None,
    ) -> Answer[T]:
        name, user = self.rendering.show(prompt, self.lang, values)
        series = self._series(prompt, sample)
        for one in series:
            one.update(user=user, **({"system": name} if name in self.rendering.systems else {}))
        if not series:
            raise Unanswered("failed", "no_answer", prompt)
        return _read(series[-1], want)

    def _series(self, prompt: str, sample: int) -> list[Entry]:
        """The calls of the next question: those with its prompt and sample, from one first attempt up to the
        next one."""
        series: list[Entry] = []
        for place, one in enumerate(self.calls):
            if place in self._used or (one["prompt"], one["sample"]) != (prompt, sample):
                continue
            if series and one["attempt"] == 0 and series[-1]["finish"] != "length":
                break
            self._used.add(place)
            series.append(one)
        return series


def _read(call: Entry, want: type[T]) -> Answer[T]:
    from trace_builder.llm.structured import parse, strip_thinking

    cut = call["finish"] == "length"
    if want is str:
        return Answer(strip_thinking(call["text"]).strip(), truncated=cut)  # type: ignore[arg-type]
    for mode in _MODES:
        try:
            return Answer(parse(call["text"], want, mode))
        except ValueError:
            continue
    raise Unanswered("failed", "unfit_answer", call["prompt"])
