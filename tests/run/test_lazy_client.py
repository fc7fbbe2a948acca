"""What a run can see of its servers before any has answered."""

from __future__ import annotations

import asyncio
import socket

import pytest

from trace_builder.config import ModelConfig, WireConfig
from trace_builder.errors import StoppedError
from trace_builder.run.asking.client import LazyClient


def test_servers_gone_from_the_start_are_seen_while_the_run_waits_for_them() -> None:
    asyncio.run(_wait_for_nobody())


async def _wait_for_nobody() -> None:
    with socket.socket() as held:  # bound and not listening: every connection is refused
        held.bind(("127.0.0.1", 0))
        model = ModelConfig(name="m", base_urls=(f"http://127.0.0.1:{held.getsockname()[1]}/v1",))
        wire = LazyClient({"default": model}, WireConfig(outage_limit=2.0), None, {}, lambda modes: None)
        assert wire.snapshot() is None
        connecting = asyncio.ensure_future(wire.mode("default"))
        seen = []
        while not connecting.done():
            shot = wire.snapshot()
            if shot is not None and shot.paused_for is not None:
                seen.append(shot)
            await asyncio.sleep(0.01)
        with pytest.raises(StoppedError, match="no server answered"):
            await connecting
        await wire.close()
    assert seen
    assert all(shot.limit and shot.stops_in is not None for shot in seen)
    assert wire.snapshot() is None
