"""The wire of a run, set up when the first question really has to be sent.

A run that finds every answer on disk contacts no server and starts none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from trace_builder.config import ModelConfig, RehearsalConfig, WireConfig
from trace_builder.llm.types import ChatAnswer, ChatRequest

if TYPE_CHECKING:
    from trace_builder.llm.llm_client import LLMClient
    from trace_builder.llm.types import WireSnapshot
    from trace_builder.rehearsal.server.process import RehearsalProcess


class LazyClient:
    """Starts the embedded model if the configuration has one, connects, and passes requests on.

    Args:
        modes: how structure is asked for, where an earlier run on the same folder has found it out: a mode
            that changed between two runs would change every question.
        found: takes the modes once the servers are known.
        say: takes one line for the user.
    """

    def __init__(
        self,
        models: Mapping[str, ModelConfig],
        wire: WireConfig,
        rehearsal: RehearsalConfig | None,
        modes: Mapping[str, Any],
        found: Callable[[dict[str, Any]], None],
        say: Callable[[str], None] = lambda line: None,
    ) -> None:
        self._models = {
            name: model.model_copy(update={"structured": modes[name]})
            if model.structured == "auto" and name in modes
            else model
            for name, model in models.items()
        }
        self._wire = wire
        self._found = found
        self._say = say
        self._rehearsal = rehearsal
        self._process: RehearsalProcess | None = None
        self._client: LLMClient | None = None
        #: Shown while it waits for servers that are not up yet.
        self._arriving: LLMClient | None = None
        self._connecting = asyncio.Lock()

    async def complete(self, request: ChatRequest, *, depth: int, budget: Any) -> ChatAnswer:
        client = self._client or await self._connect()
        return await client.complete(request, depth=depth, budget=budget)

    async def mode(self, model: str) -> Any:
        """How structure is asked of this model; found out from the server only where the config leaves it
        open."""
        configured = self._models[model].structured
        if configured != "auto":
            return configured
        client = self._client or await self._connect()
        return client.mode(model)

    def context_length(self, model: str) -> int | None:
        return self._client.context_length(model) if self._client else None

    def new_budget(self) -> Any:
        from trace_builder.llm.servers.retry import RetryBudget

        return RetryBudget(self._wire.record_retries)

    def snapshot(self) -> WireSnapshot | None:
        client = self._client or self._arriving
        return client.snapshot() if client else None

    def turn_away(self, error: BaseException) -> None:
        """Sends nothing more: whoever waits or asks gets ``error``."""
        client = self._client or self._arriving
        if client is not None:
            client.turn_away(error)

    @property
    def in_flight(self) -> int:
        """Requests that have been sent and not been answered."""
        shot = self.snapshot()
        return shot.in_flight if shot is not None else 0

    async def _connect(self) -> LLMClient:
        async with self._connecting:
            if self._client is None:
                from trace_builder.llm.llm_client import LLMClient

                client = LLMClient(self._served(), self._wire, say=self._say)
                await client.__aenter__()
                self._arriving = client
                try:
                    await client.prepare()
                except BaseException:
                    await client.__aexit__(None, None, None)
                    raise
                finally:
                    self._arriving = None
                self._client = client
                self._found({name: client.mode(name) for name in self._models})
        return self._client

    def _served(self) -> dict[str, ModelConfig]:
        if self._rehearsal is None:
            return self._models
        from trace_builder.rehearsal.server.process import start

        names = tuple(dict.fromkeys(m.name for m in self._models.values()))
        if self._process is None:
            self._process = start(self._rehearsal, models=names)
        urls = (self._process.base_url,)
        return {k: m.model_copy(update={"base_urls": urls}) for k, m in self._models.items()}

    async def close(self) -> None:
        if self._client is not None:
            await self._client.__aexit__(None, None, None)
        if self._process is not None:
            self._process.stop()
