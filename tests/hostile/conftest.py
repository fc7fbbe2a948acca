"""What all hostile tests share: a loop for servers, a warm command, and the runs that nothing disturbs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hostile_run import run
from hostile_server import Loop, Manners
from warm_command import WarmCommand


@pytest.fixture(scope="session")
def loop() -> Loop:
    return Loop()


class Calm:
    """The runs that nothing disturbs, one for each way of asking and number of seeds."""

    def __init__(self, loop: Loop, warm: WarmCommand, folder: Path) -> None:
        self._loop = loop
        self._warm = warm
        self._folder = folder
        self._known: dict[tuple[str, int], dict[str, bytes]] = {}

    def products(self, mode: str, seeds: int) -> dict[str, bytes]:
        mode = "json_schema" if mode == "auto" else mode
        if (mode, seeds) not in self._known:
            with self._loop.serving(Manners()) as server:
                settings = [f"models.default.structured={mode}"]
                folder = self._folder / f"{mode}-{seeds}"
                ended = run(folder, [server.url], seeds=seeds, settings=settings, warm=self._warm)
            assert ended.code == 0, ended.err
            assert all(ended.rows(name) for name in ("sft", "dpo", "iopo"))
            self._known[mode, seeds] = ended.products()
        return self._known[mode, seeds]


@pytest.fixture(scope="session")
def warm() -> Iterator[WarmCommand]:
    command = WarmCommand()
    yield command
    command.close()


@pytest.fixture(scope="session")
def calm(loop: Loop, warm: WarmCommand, tmp_path_factory: pytest.TempPathFactory) -> Calm:
    return Calm(loop, warm, tmp_path_factory.mktemp("calm"))
