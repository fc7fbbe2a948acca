"""What stands behind a stage's ``ask``: prompt, seed, stored answers, the wire, parsing and new attempts."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Protocol, TypeVar, cast

from trace_builder.config import CallConfig, ModelConfig, WireConfig
from trace_builder.errors import InputError
from trace_builder.llm.types import ChatAnswer, ChatRequest, WireError
from trace_builder.prompts import PromptBook
from trace_builder.randomness import derive_seed
from trace_builder.records import Lang
from trace_builder.stages.base import Answer, Unanswered
from trace_builder.storage.calls import Asked, CallLog

T = TypeVar("T")

#: How much larger the one further try of a cut-off answer may be.
_GROWTH = 4
#: Tokens left free below the model's length, since servers count a few more than they report.
_MARGIN = 16
#: Least temperature of the second attempt; of the third, twice that.
_WARMING = 0.3


class Line(Protocol):
    """The wire as seen from here; ``run.wire.LazyWire`` is the real one."""

    async def complete(self, request: ChatRequest, *, depth: int, budget: Any) -> ChatAnswer: ...

    async def mode(self, model: str) -> Any: ...

    def context_length(self, model: str) -> int | None: ...

    def new_budget(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class AskContext:
    """What all asking of a run has in common."""

    seed: int
    prompts: PromptBook
    models: Mapping[str, ModelConfig]
    wire: WireConfig
    line: Line
    answered: Callable[[str, ChatAnswer, bool], None]
    #: Raises when no further question may be sent, because the run is being stopped.
    gate: Callable[[], None]


def _temperature(call: CallConfig, attempt: int) -> float:
    """Greedy decoding repeats an unusable answer under every seed, so new attempts warm it up a little."""
    return max(call.temperature, min(1.0, _WARMING * attempt))


@cache
def _schema(want: type[Any]) -> tuple[str, str]:
    """The name a reply type goes by on the wire (snake case), and its schema's text."""
    from trace_builder.llm.schema import schema_text

    return re.sub(r"(?<!^)(?=[A-Z])", "_", want.__name__).lower(), schema_text(want)


@dataclass(slots=True)
class RecordAsk:
    """The ``Ask`` of one record in one stage."""

    desk: AskContext
    record: str
    lang: Lang
    stage: str
    depth: int
    log: CallLog
    stored: dict[str, ChatAnswer]
    #: Completed walks this record has failed in; each grants a further set of attempts.
    tries: int = 0
    keys: list[str] = field(default_factory=list)
    _budget: Any = None

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
        """See ``stages.base.Ask``."""
        messages = self.desk.prompts.get(prompt, self.lang).render(values)
        asked = Asked(self.record, self.stage, prompt)
        trouble = ""
        for attempt in range(self.desk.wire.attempts * (self.tries + 1)):
            asked.attempt = attempt
            request = await self._request(prompt, messages, want, call, sample, attempt)
            answer = await self._whole(asked, request)
            try:
                return self._read(answer, want, request.mode, check)
            except ValueError as exc:
                trouble = str(exc).splitlines()[0][:300]
                asked.wasted = answer.usage.completion
        raise Unanswered("failed", "unfit_answer", f"{prompt}: {trouble}")

    async def _request(
        self,
        prompt: str,
        messages: list[dict[str, str]],
        want: type[T],
        call: CallConfig,
        sample: int,
        attempt: int,
    ) -> ChatRequest:
        from trace_builder.llm.structured import schema_instruction

        model = self.desk.models[call.model]
        mode = "json_schema"
        name = schema = None
        turns = [(m["role"], m["content"]) for m in messages]
        if want is not str:
            mode = await self.desk.line.mode(call.model)
            name, schema = _schema(cast(Any, want))
            if mode != "json_schema":
                role, content = turns[0]
                # Beside the rules, where it is part of the constant prefix.
                turns[0] = (role, f"{content}\n\n{schema_instruction(schema, self.lang)}")
        return ChatRequest(
            client=call.model,
            model=model.name,
            messages=tuple(turns),
            seed=derive_seed(self.desk.seed, self.record, self.stage, prompt, sample, attempt),
            max_tokens=call.max_tokens,
            sampling=(("temperature", _temperature(call, attempt)), ("top_p", call.top_p)),
            schema_name=name,
            schema=schema,
            sample=sample,
            mode=mode,  # type: ignore[arg-type]
            extra=json.dumps(model.extra_body, sort_keys=True) if model.extra_body else None,
        )

    async def _whole(self, asked: Asked, request: ChatRequest) -> ChatAnswer:
        """The answer to a request; one that was cut off is asked for once more with more room."""
        answer = await self._once(asked, request)
        if answer.finish_reason != "length":
            return answer
        room = self._room(request, answer)
        if room <= max(request.max_tokens, answer.max_tokens):
            return answer
        asked.wasted += answer.usage.completion
        return await self._once(asked, replace(request, max_tokens=room))

    def _room(self, request: ChatRequest, answer: ChatAnswer) -> int:
        grown = request.max_tokens * _GROWTH
        length = self.desk.line.context_length(request.client)
        return grown if length is None else min(grown, length - answer.usage.prompt - _MARGIN)

    async def _once(self, asked: Asked, request: ChatRequest) -> ChatAnswer:
        if not self.keys or self.keys[-1] != request.key:
            self.keys.append(request.key)
        stored = self.stored.get(request.key)
        if stored is not None and (
            stored.finish_reason != "length" or stored.max_tokens >= request.max_tokens
        ):
            self.desk.answered(self.stage, stored, False)
            return stored
        self.desk.gate()
        answer = await self._send(request)
        self.log.append(asked, request, answer, time.time())
        asked.wasted = 0
        self.desk.answered(self.stage, answer, True)
        self.stored[request.key] = answer
        return answer

    async def _send(self, request: ChatRequest) -> ChatAnswer:
        if self._budget is None:
            self._budget = self.desk.line.new_budget()
        try:
            return await self.desk.line.complete(request, depth=self.depth, budget=self._budget)
        except WireError as exc:
            if exc.kind == "context_overflow":
                raise Unanswered("rejected", "context_overflow", str(exc)) from exc
            if exc.kind in ("auth", "unknown_model"):
                raise InputError(str(exc)) from exc
            raise Unanswered("failed", exc.kind, str(exc)) from exc

    def _read(
        self, answer: ChatAnswer, want: type[T], mode: Any, check: Callable[[T], None] | None
    ) -> Answer[T]:
        from trace_builder.llm.structured import parse, strip_thinking

        cut = answer.finish_reason == "length"
        if want is str:
            # A lone surrogate is no character: it could be written to no file.
            text = strip_thinking(answer.text).strip().encode("utf-8", "replace").decode()
            return Answer(text, truncated=cut)  # type: ignore[arg-type]
        if cut:
            raise Unanswered("rejected", "truncated_output", f"cut off at {answer.max_tokens} tokens")
        value = parse(answer.text, want, mode)
        if check is not None:
            check(value)
        return Answer(value)
