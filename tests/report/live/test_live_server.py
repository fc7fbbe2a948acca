"""The live view over HTTP: who may look, what is there, and what follows a run."""

from __future__ import annotations

import http.client
import json
import threading
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from harbour_run import harbour_run

from trace_builder.report.live.live_server import ViewServer, is_loopback
from trace_builder.report.live.live_sources import open_source
from trace_builder.report.live.live_view import LiveView


@contextmanager
def serving(path: Path, room: Path, host: str = "127.0.0.1") -> Iterator[ViewServer]:
    room.mkdir()
    with LiveView(open_source([path]), room) as view, ViewServer(view, "title", host) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            until(lambda: not view.state.building and not view.state.counting)
            yield server
        finally:
            server.shutdown()
            thread.join()


def until(condition: Any, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def get(server: ViewServer, path: str, **headers: str) -> tuple[int, bytes, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=30)
    connection.request("GET", path, headers={"Host": f"127.0.0.1:{server.server_address[1]}", **headers})
    answer = connection.getresponse()
    found = answer.status, answer.read(), answer.headers
    connection.close()
    return found


def asked(server: ViewServer, path: str, **wanted: str) -> Any:
    status, body, _ = get(server, f"/api/{path}?{urllib.parse.urlencode(wanted)}")
    assert status == 200, body
    return json.loads(body)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return harbour_run(tmp_path_factory.mktemp("live") / "run", 60)


@pytest.fixture
def server(run: Path, tmp_path: Path) -> Iterator[ViewServer]:
    with serving(run, tmp_path / "room") as made:
        yield made


def test_all_records_are_there_with_their_journey_prompts_and_answers(server: ViewServer, run: Path) -> None:
    found = asked(server, "records", limit="1000")
    assert found["total"] == found["all"] == len(found["records"]) == 60
    for row in found["records"]:
        record = asked(server, "record", id=row["id"])["record"]
        assert [(step["stage"], step["status"]) for step in record["steps"]] == [
            (step["stage"], step["status"]) for step in row["steps"]
        ]
    texts = [call["text"] for step in asked(server, "record", id="s00001")["record"]["steps"] for call in step["calls"]]
    assert any("raw answer to expand" in text for text in texts)


def test_the_index_lies_outside_the_run(server: ViewServer, run: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in run.rglob("*")}
    asked(server, "records", search="harbour")
    assert {path: path.stat().st_mtime_ns for path in run.rglob("*")} == before


def test_an_export_is_what_the_filters_leave(server: ViewServer) -> None:
    wanted = {"language": "zh", "stage": "respond", "status": "accepted"}
    ids = [row["id"] for row in asked(server, "records", limit="1000", **wanted)["records"]]
    status, body, headers = get(server, f"/api/export?{urllib.parse.urlencode(wanted)}")
    assert status == 200
    assert "attachment" in headers["Content-Disposition"]
    assert [json.loads(line)["id"] for line in body.decode().splitlines()] == ids
    assert ids


@pytest.mark.parametrize(
    "path",
    ["/../run.json", "/run.json", "/stages/expand.jsonl", "/%2e%2e/run.json", "//etc/passwd", "/api/record?id=../x", "/x"],
)
def test_no_file_is_handed_out(server: ViewServer, path: str) -> None:
    status, body, _ = get(server, path)
    assert status == 404
    assert body == b"There is nothing here.\n"


def test_another_sites_name_for_this_machine_is_refused(server: ViewServer) -> None:
    assert get(server, "/api/state", Host="evil.example")[0] == 403
    assert get(server, "/api/state", Host="localhost:1")[0] == 200


def test_the_page_may_run_its_own_script_and_ask_its_own_server_alone(server: ViewServer) -> None:
    status, body, headers = get(server, "/")
    assert status == 200
    assert b"default-src 'none'" in body
    assert b"connect-src 'self'" in body
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_elsewhere_a_token_is_asked_for(run: Path, tmp_path: Path) -> None:
    with serving(run, tmp_path / "room", "0.0.0.0") as server:
        assert get(server, "/")[0] == 403
        assert get(server, "/api/state?token=wrong")[0] == 403
        status, _, headers = get(server, f"/?token={server.token}")
        assert status == 200
        cookie = headers["Set-Cookie"].split(";")[0]
        assert "HttpOnly" in headers["Set-Cookie"]
        assert get(server, "/api/state", Cookie=cookie)[0] == 200
        assert get(server, "/api/state", Cookie="trace_build_view=wrong")[0] == 403
        assert get(server, "/api/state", Cookie="\x01;=")[0] == 403


def test_what_is_this_machines_alone() -> None:
    assert [is_loopback(host) for host in ("127.0.0.1", "::1", "[::1]", "localhost")] == [True] * 4
    assert [is_loopback(host) for host in ("0.0.0.0", "::", "10.0.0.1", "example.com", "")] == [False] * 5


def test_figures_are_escaped_as_on_the_page(server: ViewServer) -> None:
    status, body, _ = get(server, "/figures")
    assert status == 200
    assert b"<script" not in body
    assert b"From seeds to products" in body


def test_a_run_that_goes_on_is_followed(tmp_path: Path) -> None:
    half = harbour_run(tmp_path / "run", 40, stages=2, finish=False)
    with serving(half, tmp_path / "room") as server:
        assert asked(server, "records", stage="dpo")["total"] == 0
        harbour_run(half, 40)
        until(lambda: asked(server, "records", stage="dpo", status="accepted")["total"] > 0)
        assert asked(server, "facets")["stage"]["dpo"] > 0
