"""The wire's front door: asks models and knows nothing of stages."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from types import TracebackType

from trace_builder.config import ModelConfig, WireConfig
from trace_builder.llm.codec import encode
from trace_builder.llm.servers.descriptors import make_room
from trace_builder.llm.servers.dispatch import Dispatch
from trace_builder.llm.servers.endpoints import Endpoint
from trace_builder.llm.servers.handshake import find_mode, read_key, require_model
from trace_builder.llm.servers.pool import Pool
from trace_builder.llm.servers.retry import RetryBudget, RetryPolicy
from trace_builder.llm.servers.transport import SPARE_CONNECTIONS
from trace_builder.llm.types import ChatAnswer, ChatRequest, ErrorKind, FaultCount, Mode, WireSnapshot
from trace_builder.support.addresses import read_address


class LLMClient:
    """Asks the models of a config, each over its own servers.

    Models with the same servers and the same key share one limit, for it is the servers' capacity that is
    looked for.

    Args:
        models: the config's ``models``.
        wire: concurrency, timeouts, retries.
        probe_interval: seconds between probes of a server that is set aside; less where the outage limit
            would leave no time for a few.
        probe_timeout: seconds for one probe.
        say: takes a line for the user.
    """

    def __init__(
        self,
        models: Mapping[str, ModelConfig],
        wire: WireConfig,
        *,
        probe_interval: float = 2.0,
        probe_timeout: float = 10.0,
        say: Callable[[str], None] = lambda line: None,
    ) -> None:
        self._models = dict(models)
        self._wire = wire
        self._probe_interval = min(probe_interval, wire.outage_limit / 4)
        self._probe_timeout = probe_timeout
        self._say = say
        self._policy = RetryPolicy(
            wire.retries, wire.backoff, wire.backoff_max, max(wire.backoff_max, wire.outage_limit)
        )
        self._pools: dict[str, Pool] = {}
        self._extras = {
            name: json.dumps(m.extra_body, ensure_ascii=False) if m.extra_body else None
            for name, m in self._models.items()
        }
        self._modes: dict[str, Mode] = {
            name: m.structured for name, m in self._models.items() if m.structured != "auto"
        }

    async def __aenter__(self) -> LLMClient:
        """Raises InputError for an address or a key that no request can be made with."""
        groups: dict[tuple[tuple[str, ...], str], list[str]] = {}
        for name, model in self._models.items():
            groups.setdefault((tuple(sorted(set(model.base_urls))), model.api_key_env), []).append(name)
        connections = self._connections(sum(len(urls) for urls, _ in groups))
        for names in groups.values():
            pool = self._open(self._models[names[0]], connections)
            self._pools |= dict.fromkeys(names, pool)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        pools = self._unique_pools()
        self._pools = {}
        for pool in pools:
            await pool.close()

    async def prepare(self) -> None:
        """Gets to know the servers: what they serve, how long a context they take, how they give structure.

        Raises:
            InputError: a wrong key, a wrong address, or a model that the servers do not offer.
            StoppedError: no server came up within the outage limit.
        """
        for name, model in self._models.items():
            await require_model(self._pools[name], model)
        for name, model in self._models.items():
            if name not in self._modes:
                self._modes[name] = await find_mode(self, name, model.name)
        for pool in self._unique_pools():
            pool.begin()
            pool.start_reading_metrics()

    def mode(self, model: str) -> Mode:
        """How structure is asked of a model (its name in the config). ``prepare`` finds it out for "auto"."""
        return self._modes.get(model, "json_schema")

    def context_length(self, model: str) -> int | None:
        """Tokens a model's context holds, where its servers say; the smallest over the servers."""
        served = self._models[model].name
        lengths = [(e.models or {}).get(served) for e in self._pools[model].endpoints]
        return min((x for x in lengths if x is not None), default=None)

    async def complete(
        self, request: ChatRequest, *, depth: int = 0, budget: RetryBudget | None = None
    ) -> ChatAnswer:
        """Asks until there is an answer.

        Args:
            depth: where places are short, the deepest request goes first.
            budget: retries left to this request's record.

        Raises:
            WireError: refused, or the retries are spent.
            InputError: the servers refuse all questions alike.
            StoppedError: no server was up for longer than the outage limit, or no connection can be opened.
        """
        body = encode(request, self._extras[request.client])
        pool = self._pools[request.client]
        return await Dispatch(pool, body, request.model, request.max_tokens, depth).run(self._policy, budget)

    def turn_away(self, error: BaseException) -> None:
        """Raises ``error`` in all that waits for a place and in all that asks from now on; what has been sent
        is still answered."""
        for pool in self._unique_pools():
            pool.limit.stop(error)

    def snapshot(self) -> WireSnapshot:
        """The wire as it is now, over all servers."""
        pools = self._unique_pools()
        pauses = [p.health.paused_for for p in pools if p.health.paused_for is not None]
        left = [p.health.stops_in for p in pools if p.health.stops_in is not None]
        return WireSnapshot(
            in_flight=sum(p.limit.in_flight for p in pools),
            limit=sum(int(p.limit.limit) for p in pools),
            waiting=sum(p.limit.waiting for p in pools),
            servers=tuple(e.snapshot() for p in pools for e in p.endpoints),
            retries=sum(p.retries for p in pools),
            faults=_together(pools),
            paused_for=max(pauses, default=None),
            stops_in=min(left, default=None),
        )

    def _connections(self, servers: int) -> int:
        """How many connections each server gets: as many as may be in flight, where the system has room for
        them; says so where it has not."""
        wanted = self._wire.concurrency
        room = make_room(servers * (wanted + SPARE_CONNECTIONS))
        connections = max(1, min(wanted, room // servers - SPARE_CONNECTIONS))
        if connections < wanted:
            self._say(
                f"the system lets this process open no more files: {connections} requests in flight at most "
                f"for each server, not {wanted} (see ulimit -n)"
            )
        return connections

    def _open(self, model: ModelConfig, connections: int) -> Pool:
        key = read_key(model.api_key_env)
        endpoints = [
            Endpoint(
                read_address(url), key, connections=connections, connect_timeout=self._wire.connect_timeout
            )
            for url in dict.fromkeys(model.base_urls)
        ]
        return Pool(
            endpoints,
            self._wire,
            bound=min(self._wire.concurrency, connections * len(endpoints)),
            interval=self._probe_interval,
            probe_timeout=self._probe_timeout,
        )

    def _unique_pools(self) -> list[Pool]:
        return list(dict.fromkeys(self._pools.values()))


def _together(pools: list[Pool]) -> tuple[FaultCount, ...]:
    """The faults of all pools, the most frequent kind first."""
    counts: Counter[ErrorKind] = Counter()
    latest: dict[ErrorKind, str] = {}
    for pool in pools:
        for fault in pool.faults.values():
            counts[fault.kind] += fault.count
            latest[fault.kind] = fault.latest
    return tuple(FaultCount(kind, count, latest[kind]) for kind, count in counts.most_common())
