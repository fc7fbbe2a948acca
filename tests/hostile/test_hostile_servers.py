"""Every behaviour of a hostile server against the installed command: ``make test-hostile``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from behaviours import Behaviour
from content_behaviours import CONTENT
from hostile_run import Ended, check_promises, run
from hostile_server import HostileServer, Loop, Manners
from warm_command import WarmCommand
from wire_behaviours import WIRE

pytestmark = pytest.mark.hostile

BEHAVIOURS = [*WIRE, *CONTENT]


def asked(behaviour: Behaviour, server: HostileServer, warm: WarmCommand, folder: Path) -> Ended:
    settings = [f"models.default.structured={behaviour.mode}", *behaviour.settings]
    return run(folder, [server.url], seeds=behaviour.seeds, settings=settings, warm=warm)


def test_there_are_enough_behaviours() -> None:
    names = [behaviour.name for behaviour in BEHAVIOURS]
    assert len(names) == len(set(names)) >= 120


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda behaviour: behaviour.name)
def test_a_run_survives(
    behaviour: Behaviour, loop: Loop, calm: Any, warm: WarmCommand, tmp_path: Path
) -> None:
    manners = Manners(behaviour.reply, behaviour.when, behaviour.on, delay=behaviour.delay)
    folder = tmp_path / "run"
    with loop.serving(manners) as server:
        ended = asked(behaviour, server, warm, folder)
        check_promises(ended, behaviour.seeds)
        assert ended.code == behaviour.code, ended.err + ended.out
        assert behaviour.says in ended.err.splitlines()[-1]
        assert not any(ended.rows(name) for name in behaviour.empty)
        if behaviour.code == 3:
            server.manners = Manners()
            ended = asked(behaviour, server, warm, folder)
            check_promises(ended, behaviour.seeds)
            assert ended.code == 0, ended.err
    if behaviour.same:
        assert ended.products() == calm.products(behaviour.mode, behaviour.seeds)
