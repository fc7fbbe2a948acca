"""Uploading, against a loopback stand-in of the Hub's API: the routes that huggingface_hub really calls."""

from __future__ import annotations

import base64
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from trace_builder.release.builder import build
from trace_builder.release.options import ReleaseOptions

pytest.importorskip("huggingface_hub")


class Hub(ThreadingHTTPServer):
    """Takes a repository's creation and its commits; every file comes inside the commit."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str] = []
        self.created: list[dict[str, Any]] = []
        self.files: dict[str, bytes] = {}
        self.tokens: set[str] = set()
        self.refuse = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Hub

    def log_message(self, *_: object) -> None:
        """Stay quiet."""

    def do_GET(self) -> None:
        self.server.asked.append(f"GET {self.path}")
        self._answer({"id": "me/set", "sha": "0" * 40, "siblings": [], "private": True})

    def do_POST(self) -> None:
        body = self._body()
        self.server.asked.append(f"POST {self.path}")
        self.server.tokens.add(self.headers.get("authorization", ""))
        if self.server.refuse:
            self._answer({"error": "no"}, self.server.refuse)
        elif self.path == "/api/repos/create":
            self.server.created.append(json.loads(body))
            self._answer({"url": f"{self.server.address}/datasets/me/set", "name": "me/set"})
        elif "/preupload/" in self.path:
            files = json.loads(body)["files"]
            self._answer(
                {
                    "files": [
                        {"path": f["path"], "uploadMode": "regular", "shouldIgnore": False} for f in files
                    ]
                }
            )
        elif "/commit/" in self.path:
            for line in map(json.loads, body.splitlines()):
                if line["key"] == "file":
                    self.server.files[line["value"]["path"]] = base64.b64decode(line["value"]["content"])
            url = f"{self.server.address}/datasets/me/set/commit/{'1' * 40}"
            self._answer({"success": True, "commitOid": "1" * 40, "commitUrl": url, "pullRequestUrl": None})
        else:
            self._answer({"errors": [], "warnings": []})

    def _body(self) -> bytes:
        if "chunked" not in self.headers.get("transfer-encoding", ""):
            return self.rfile.read(int(self.headers.get("content-length", 0)))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _answer(self, value: Any, status: int = 200) -> None:
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@pytest.fixture
def hub() -> Iterator[Hub]:
    server = Hub()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def push(
    hub: Hub, folder: Path, repo: str = "me/set", endpoint: str | None = None
) -> subprocess.CompletedProcess[str]:
    """In a process of its own: huggingface_hub reads its settings when it is imported."""
    code = (
        "import sys\nfrom pathlib import Path\nfrom trace_builder.errors import TraceBuildError\n"
        "from trace_builder.release.upload import upload\n"
        "try:\n    print(upload(Path(sys.argv[1]), sys.argv[2]))\n"
        "except TraceBuildError as exc:\n    print(exc, file=sys.stderr)\n    sys.exit(exc.exit_code)\n"
    )
    settings = {
        "HF_ENDPOINT": endpoint or hub.address,
        "HF_TOKEN": "hf_planted",
        "HF_HUB_DISABLE_XET": "1",
        "HF_HOME": str(folder.parent / "hf"),
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "PATH": "/usr/bin:/bin",
    }
    command = [sys.executable, "-c", code, str(folder), repo]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env=settings)


@pytest.fixture
def released(scripted: Path, tmp_path: Path) -> Path:
    build(scripted, tmp_path / "out", ReleaseOptions(near_duplicates=None))
    return tmp_path / "out"


def test_every_file_arrives_as_it_is(hub: Hub, released: Path) -> None:
    done = push(hub, released)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith("1" * 40)
    assert hub.files == {
        path.relative_to(released).as_posix(): path.read_bytes()
        for path in released.rglob("*")
        if path.is_file()
    }
    assert hub.created[0]["type"] == "dataset"
    assert hub.created[0]["name"] == "set"
    assert hub.created[0].get("private") is True or hub.created[0].get("visibility") == "private"


def test_the_token_goes_to_the_hub_and_into_no_file(hub: Hub, released: Path) -> None:
    done = push(hub, released)
    assert hub.tokens == {"Bearer hf_planted"}
    assert "hf_planted" not in done.stdout + done.stderr
    assert not [path for path in released.rglob("*") if path.is_file() and b"hf_planted" in path.read_bytes()]


def test_a_hub_that_refuses_is_said_in_a_sentence(hub: Hub, released: Path) -> None:
    hub.refuse = 403
    done = push(hub, released)
    assert done.returncode == 3
    assert done.stderr.startswith("--push me/set: ")
    assert "Traceback" not in done.stderr


def test_a_hub_that_is_not_there_is_said_in_a_sentence(hub: Hub, released: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}"
    done = push(hub, released, endpoint=nobody)
    assert done.returncode == 3
    assert "the release lies in" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_name_that_is_none(hub: Hub, released: Path) -> None:
    done = push(hub, released, "no such name!")
    assert done.returncode == 2
    assert hub.files == {}
