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
from trace_builder.llm.structured import schema_instruction
from trace_builder.llm.types import ChatAnswer, ChatRequest, WireError
from trace_builder.prompts import PromptBook
from trace_builder.records import Lang
from trace_builder.run.asking.answers import read_answer
from trace_builder.stages.base import Answer, Unanswered
from trace_builder.storage.calls import Call, CallLog, Usage
from trace_builder.support.randomness import derive_seed

T = TypeVar("T")

#: How much larger the one further try of a cut-off answer may be.
_GROWTH = 4
#: Tokens left free below the model's length, since servers count a few more than they report.
_MARGIN = 16
#: Least temperature of the second attempt; of the third, twice that.
_WARMING = 0.3


class ChatClient(Protocol):
    """The wire as seen from here; ``run.client.LazyClient`` is the real one."""

    async def complete(self, request: ChatRequest, *, depth: int, budget: Any) -> ChatAnswer: ...

    async def mode(self, model: str) -> Any: ...

    def context_length(self, model: str) -> int | None: ...

    def new_budget(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class AskContext:
    """What all asking of a run has in common."""

    rng_seed: int
    prompts: PromptBook
    models: Mapping[str, ModelConfig]
    wire: WireConfig
    client: ChatClient
    answered: Callable[[str, Call, bool], None]
    #: Raises when no further question may be sent.
    raise_if_stopping: Callable[[], None]


def _temperature(call: CallConfig, attempt: int) -> float:
    """Greedy decoding repeats an unusable answer under every seed, so new attempts warm it up a little."""
    return max(call.temperature, min(1.0, _WARMING * attempt))


@cache
def _schema(want: type[Any]) -> tuple[str, str]:
    """The name a reply type goes by on the wire (snake case), and its schema's text."""
    from trace_builder.llm.schema import schema_text

    return re.sub(r"(?<!^)(?=[A-Z])", "_", want.__name__).lower(), schema_text(want)


@dataclass(slots=True)
class Asked:
    """What a call is asked for. ``wasted``: completion tokens of the unusable answers that it replaces."""

    prompt: str
    attempt: int = 0
    wasted: int = 0


@dataclass(slots=True)
class RecordAsk:
    """The ``Ask`` of one record in one stage."""

    context: AskContext
    record: str
    lang: Lang
    stage: str
    depth: int
    log: CallLog
    stored: dict[str, Call]
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
        secret = f"{self.context.rng_seed}\x1f{self.record}"
        messages = self.context.prompts.get(prompt, self.lang).render(values, secret)
        asked = Asked(prompt)
        trouble, cut, room = "", False, 1
        for attempt in range(self.context.wire.attempts * (self.tries + 1)):
            asked.attempt = attempt
            request = await self._request(prompt, messages, want, call, sample, attempt)
            answer = await self._whole(asked, replace(request, max_tokens=room * request.max_tokens))
            cut = answer.cut and want is not str
            try:
                return read_answer(answer, want, request.mode, check)
            except ValueError as exc:
                trouble = str(exc).splitlines()[0][:300]
                asked.wasted = answer.usage.completion
                room = _GROWTH if cut else room
        raise Unanswered("failed", "truncated_output" if cut else "unfit_answer", f"{prompt}: {trouble}")

    async def _request(
        self,
        prompt: str,
        messages: list[dict[str, str]],
        want: type[T],
        call: CallConfig,
        sample: int,
        attempt: int,
    ) -> ChatRequest:
        model = self.context.models[call.model]
        mode = "json_schema"
        name = schema = None
        turns = [(m["role"], m["content"]) for m in messages]
        if want is not str:
            mode = await self.context.client.mode(call.model)
            name, schema = _schema(cast(Any, want))
            if mode != "json_schema":
                role, content = turns[0]
                # Beside the rules, where it is part of the constant prefix.
                turns[0] = (role, f"{content}\n\n{schema_instruction(schema, self.lang)}")
        return ChatRequest(
            client=call.model,
            model=model.name,
            messages=tuple(turns),
            seed=derive_seed(self.context.rng_seed, self.record, self.stage, prompt, sample, attempt),
            max_tokens=call.max_tokens,
            sampling=(("temperature", _temperature(call, attempt)), ("top_p", call.top_p)),
            schema_name=name,
            schema=schema,
            sample=sample,
            mode=mode,  # type: ignore[arg-type]
            extra=json.dumps(model.extra_body, sort_keys=True) if model.extra_body else None,
        )

    async def _whole(self, asked: Asked, request: ChatRequest) -> Call:
        """The answer to a request; one that was cut off is asked for once more with more room. At temperature
        0 it is not: a model that is stuck would repeat itself under the same seed, for four times as much."""
        call = await self._once(asked, request)
        if not call.cut or dict(request.sampling)["temperature"] == 0:
            return call
        room = self._room(request, call)
        if room <= max(request.max_tokens, call.max_tokens):
            return call
        asked.wasted += call.usage.completion
        return await self._once(asked, replace(request, max_tokens=room))

    def _room(self, request: ChatRequest, call: Call) -> int:
        grown = request.max_tokens * _GROWTH
        length = self.context.client.context_length(request.client)
        return grown if length is None else min(grown, length - call.usage.prompt - _MARGIN)

    async def _once(self, asked: Asked, request: ChatRequest) -> Call:
        if not self.keys or self.keys[-1] != request.key:
            self.keys.append(request.key)
        stored = self.stored.get(request.key)
        if stored is not None and (not stored.cut or stored.max_tokens >= request.max_tokens):
            self.context.answered(self.stage, stored, False)
            return stored
        self.context.raise_if_stopping()
        call = self._call(asked, request, await self._send(request))
        self.log.append(call)
        asked.wasted = 0
        self.context.answered(self.stage, call, True)
        self.stored[request.key] = call
        return call

    def _call(self, asked: Asked, request: ChatRequest, answer: ChatAnswer) -> Call:
        usage = answer.usage
        return Call(
            id=self.record,
            key=request.key,
            stage=self.stage,
            prompt=asked.prompt,
            sample=request.sample,
            attempt=asked.attempt,
            model=request.model,
            server=answer.server,
            finish_reason=answer.finish_reason,
            usage=Usage(prompt=usage.prompt, cached=usage.cached, completion=usage.completion),
            latency=round(answer.latency, 4),
            retries=answer.retries,
            wasted=asked.wasted,
            max_tokens=answer.max_tokens,
            at=round(time.time(), 3),
            text=answer.text,
        )

    async def _send(self, request: ChatRequest) -> ChatAnswer:
        if self._budget is None:
            self._budget = self.context.client.new_budget()
        try:
            return await self.context.client.complete(request, depth=self.depth, budget=self._budget)
        except WireError as exc:
            if exc.kind == "context_overflow":
                raise Unanswered("rejected", "context_overflow", str(exc)) from exc
            if exc.kind in ("auth", "unknown_model"):
                raise InputError(str(exc)) from exc
            raise Unanswered("failed", exc.kind, str(exc)) from exc
