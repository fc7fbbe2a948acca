"""One real vLLM server for all tests of this folder. It is skipped where the environment was never made, and
fails where it was made and does not work."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from vllm_server import ENVIRONMENT, KEY_VARIABLE, VllmServer

KEY = "a-key-for-the-tests"


@pytest.fixture(scope="session")
def vllm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VllmServer]:
    if not ENVIRONMENT.exists():
        pytest.skip("needs .venv-vllm; `make test-vllm` makes it")
    log = Path(tmp_path_factory.mktemp("vllm")) / "server.log"
    server = VllmServer(log, api_key=KEY)
    server.start()
    try:
        server.wait_until_ready()
        yield server
    finally:
        server.kill()


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> str:
    """The server's key, in the environment variable that the tests' configs name."""
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    return KEY
