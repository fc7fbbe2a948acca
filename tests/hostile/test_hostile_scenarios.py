"""What takes more than one server to try: addresses with secrets in them, servers that go, keys that must not
travel, descriptors that run out, signals."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hostile_run import KEY, Ended, arguments, check_accounting, check_promises, run
from hostile_server import HostileServer, Loop, Manners, Reply, after, always, basic, every
from warm_command import WarmCommand

pytestmark = pytest.mark.hostile

AUTO = ("models.default.structured=auto",)
PASSWORD = "pl@nted/Zq7:0123456789"
QUOTED = "pl%40nted%2FZq7%3A0123456789"


def test_a_fresh_command_does_what_a_warm_one_does(loop: Loop, calm: Any, tmp_path: Path) -> None:
    with loop.serving(Manners()) as server:
        ended = run(tmp_path / "run", [server.url], settings=AUTO)
    check_promises(ended, 3)
    assert (ended.code, ended.products()) == (0, calm.products("auto", 3))


@pytest.mark.parametrize("page", ["chat", "models", "metrics"])
@pytest.mark.parametrize("status", [302, 307, 308])
def test_no_key_follows_a_redirect(
    page: str, status: int, loop: Loop, calm: Any, warm: WarmCommand, tmp_path: Path
) -> None:
    with loop.serving(Manners()) as trap:
        where = {"chat": "/chat/completions", "models": "/models", "metrics": "/../metrics"}[page]
        away = Reply(status, headers={"Location": trap.url + where}, body=b"")
        with loop.serving(Manners(away, every(2), page, delay=0.1 if page == "metrics" else 0)) as server:
            ended = run(tmp_path / "run", [server.url], warm=warm)
        assert trap.keys <= {""}
        if status != 302 and page == "chat":
            assert trap.asked
        assert server.keys == {f"Bearer {KEY}"}
    check_promises(ended, 3)
    assert (ended.code, ended.products()) == (0, calm.products("json_schema", 3))


@pytest.mark.parametrize("told", [PASSWORD, QUOTED])
def test_user_and_password_open_a_server_and_are_written_nowhere(
    told: str, loop: Loop, calm: Any, warm: WarmCommand, tmp_path: Path
) -> None:
    if "/" in told:  # a slash would end the address's first part
        told = told.replace("/", "%2F")
    header = basic(f"me:{PASSWORD}")
    secrets = (PASSWORD, QUOTED, told, "nted/Zq7", "nted%2FZq7", header.removeprefix("Basic ").rstrip("="))
    echo = Reply(500, body={"error": {"message": f"no place for me:{PASSWORD} ({header})"}})
    with loop.serving(Manners(echo, every(3), requires=header)) as server:
        url = server.url.replace("//", f"//me:{told}@")
        ended = run(tmp_path / "run", [url], settings=AUTO, warm=warm)
    check_promises(ended, 3, secrets)
    assert (ended.code, ended.products()) == (0, calm.products("auto", 3))


def test_a_password_that_is_refused_is_written_nowhere(loop: Loop, warm: WarmCommand, tmp_path: Path) -> None:
    with loop.serving(Manners(requires="Basic other")) as server:
        url = server.url.replace("//", f"//me:{QUOTED}@")
        ended = run(tmp_path / "run", [url], warm=warm)
    told = basic(f"me:{PASSWORD}").removeprefix("Basic ").rstrip("=")
    check_promises(ended, 3, (PASSWORD, QUOTED, told))
    assert ended.code == 2
    assert "401" in ended.err


def test_a_key_in_the_query_is_written_nowhere(
    loop: Loop, calm: Any, warm: WarmCommand, tmp_path: Path
) -> None:
    echo = Reply(500, body={"error": {"message": "no place for /v1/models?api_key=planted-0123456789"}})
    with loop.serving(Manners(echo, every(3))) as server:
        ended = run(tmp_path / "run", [f"{server.url}?api_key=planted-0123456789"], warm=warm)
    check_promises(ended, 3, ("planted",))
    assert (ended.code, ended.products()) == (0, calm.products("json_schema", 3))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1:8000/v1",
        "me:planted@127.0.0.1:8000/v1",
        "ftp://me:planted@127.0.0.1/v1",
        f"http://me:planted@{'a' * 300}/v1",
        "http://me:planted/x@127.0.0.1/v1",
        "http://127.0.0.1:99999/v1",
        "http://127.0.0.1:0/v1",
        "http://",
        "",
    ],
)
def test_an_address_that_can_never_work_is_refused_before_the_first_question(
    address: str, warm: WarmCommand, tmp_path: Path
) -> None:
    ended = run(tmp_path / "run", [address], warm=warm)
    check_promises(ended, 3, ("planted",))
    assert ended.code == 2
    assert "is not a server's address" in ended.err
    assert not ended.folder.exists()


@pytest.mark.parametrize("host", ["127.0.0.1:9", "nowhere.invalid:8000", "[::1]:9"])
def test_where_nobody_answers_the_run_stops_and_can_be_resumed(
    host: str, warm: WarmCommand, tmp_path: Path
) -> None:
    ended = run(tmp_path / "run", [f"http://me:{QUOTED}@{host}/v1"], warm=warm)
    check_promises(ended, 3, (PASSWORD, QUOTED))
    assert ended.code == 3
    assert "no server answered" in ended.err


def test_a_server_that_goes_for_a_second_is_waited_for(
    loop: Loop, calm: Any, warm: WarmCommand, tmp_path: Path
) -> None:
    with loop.serving(Manners(delay=0.05)) as server:
        gone: list[float] = []

        def going(question: Any) -> bool:
            if question.nth == 12 and not gone:
                gone.append(time.monotonic())
                loop.leave(server, 1.0)
            return bool(gone) and time.monotonic() - gone[0] < 1.0

        server.manners = Manners(Reply(raw=b"", then="reset"), going, delay=0.05)
        ended = run(tmp_path / "run", [server.url], settings=("wire.outage_limit=20",), warm=warm)
    check_promises(ended, 3)
    assert (ended.code, ended.products()) == (0, calm.products("json_schema", 3))


@pytest.mark.parametrize(
    "bad",
    [
        Manners(Reply(500), always),
        Manners(Reply(body=b"<html>"), always),
        Manners(Reply(404), after(4)),
        Manners(Reply(401), after(4)),
        Manners(Reply(raw=b"", then="reset"), always),
        Manners(Reply(503), always, "models"),
    ],
)
def test_of_two_servers_the_better_one_does_the_work(
    bad: Manners, loop: Loop, calm: Any, warm: WarmCommand, tmp_path: Path
) -> None:
    with loop.serving(bad) as one, loop.serving(Manners()) as two:
        ended = run(tmp_path / "run", [one.url, two.url], warm=warm)
    check_promises(ended, 3)
    assert (ended.code, ended.products()) == (0, calm.products("json_schema", 3))


def _with_descriptors(hard: int, loop: Loop, folder: Path) -> Ended:
    """A run in a process that may open so many files; resumed without that limit where it stopped."""

    def limits() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

    with loop.serving(Manners(Reply(500), every(3), delay=0.02)) as server:
        settings = ("wire.concurrency=100", "wire.start=100", "wire.adaptive=false")
        ended = run(folder, [server.url], settings=settings, limits=limits)
        check_promises(ended, 3)
        assert ended.code in (0, 3), ended.err
        return ended if ended.code == 0 else run(folder, [server.url], settings=settings)


@pytest.mark.parametrize("hard", [64, 128])
def test_with_few_descriptors_a_run_opens_few_connections(
    hard: int, loop: Loop, calm: Any, tmp_path: Path
) -> None:
    ended = _with_descriptors(hard, loop, tmp_path / "run")
    assert (ended.code, ended.products()) == (0, calm.products("json_schema", 3))


def test_with_too_few_descriptors_a_run_stops_and_can_be_resumed(
    loop: Loop, calm: Any, tmp_path: Path
) -> None:
    for hard in range(18, 40, 2):
        ended = _with_descriptors(hard, loop, tmp_path / f"run{hard}")
        assert (ended.code, ended.products()) == (0, calm.products("json_schema", 3))


def test_that_there_is_room_for_fewer_connections_is_said(loop: Loop, tmp_path: Path) -> None:
    def limits() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))

    with loop.serving(Manners()) as server:
        ended = run(tmp_path / "run", [server.url], settings=("wire.concurrency=1000",), limits=limits)
    assert ended.code == 0
    assert "the system lets this process open no more files" in ended.err


def test_impatient_signals_leave_a_run_that_can_be_resumed(loop: Loop, calm: Any, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with loop.serving(Manners(delay=0.3)) as server:
        words = [sys.executable, "-m", "trace_builder", *arguments(folder, [server.url], 3, ())]
        environment = {**os.environ, "OPENAI_API_KEY": KEY}
        with subprocess.Popen(words, stderr=subprocess.PIPE, env=environment, text=True) as process:
            _wait_for(server, 8)
            for _ in range(5):
                process.send_signal(signal.SIGINT)
                time.sleep(0.002)
            _, said = process.communicate(timeout=30)
        assert process.returncode == 130, said
        assert "Traceback" not in said
        check_accounting(folder, 3)
        server.manners = Manners()
        ended = run(folder, [server.url])
    assert (ended.code, ended.products()) == (0, calm.products("json_schema", 3))


def test_a_concurrency_beyond_all_measure_costs_no_time(loop: Loop, tmp_path: Path) -> None:
    with loop.serving(Manners()) as server:
        ended = run(tmp_path / "run", [server.url], seeds=1, settings=("wire.concurrency=200000",))
    check_promises(ended, 1)
    assert ended.code == 0
    assert ended.seconds < 40  # it took minutes


def test_what_went_wrong_and_how_often_is_shown(loop: Loop, warm: WarmCommand, tmp_path: Path) -> None:
    bad = Reply(500, body={"error": {"message": f"worker 7 is down, {KEY}"}})
    with loop.serving(Manners(bad, every(3))) as server:
        ended = run(tmp_path / "run", [server.url], warm=warm)
    check_promises(ended, 3)
    assert "worker 7 is down" in ended.err
    status = [sys.executable, "-m", "trace_builder", "status", str(tmp_path / "run"), "--json"]
    shown = subprocess.run(status, capture_output=True, text=True, timeout=60).stdout
    assert "worker 7 is down" in shown
    assert KEY not in shown
    json.loads(shown)


def _wait_for(server: HostileServer, questions: int) -> None:
    deadline = time.monotonic() + 30
    while server.asked["chat"] < questions and time.monotonic() < deadline:
        time.sleep(0.01)
