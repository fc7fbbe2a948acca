"""The manners of servers other than vLLM (docs/servers.md), in stand-ins around the rule model: a run comes
to its products, with the settings that the page says."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from trace_builder.rehearsal.rule_model import RuleModel


@dataclass(frozen=True)
class Manners:
    """What a stand-in does otherwise than vLLM.

    Attributes:
        refuses: kinds of response_format that it answers with 400.
        ignores: kinds that it takes and does not keep to.
        models: what it lists; None: it has no list.
        finish: how it calls the end of an answer; thinks: it writes its thoughts down first.
        needs: a field that must be in each request, or it is refused.
        odd: every so many questions it answers 200 with an error for a body.
    """

    refuses: tuple[str, ...] = ()
    ignores: tuple[str, ...] = ()
    models: tuple[str, ...] | None = ("the-model",)
    finish: str = "stop"
    thinks: bool = False
    needs: str = ""
    odd: int = 0


@contextmanager
def standing_in(manners: Manners) -> Iterator[str]:
    rules = RuleModel(seed=0)
    asked = iter(range(10**9))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if self.path != "/v1/models" or manners.models is None:
                self._send(404, {"error": {"message": "not found"}})
                return
            self._send(200, {"object": "list", "data": [{"id": name} for name in manners.models]})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            form = (body.get("response_format") or {}).get("type", "text")
            if form in manners.refuses or (manners.needs and manners.needs not in body):
                self._send(400, {"error": {"message": f"{form} is not supported", "code": 400}})
            elif manners.odd and next(asked) % manners.odd == manners.odd - 1:
                self._send(200, {"error": {"message": "Provider returned error", "code": 502}})
            else:
                self._send(200, self._answer(body, form))

        def _answer(self, body: dict[str, Any], form: str) -> dict[str, Any]:
            structured = form != "text" or "JSON" in body["messages"][0]["content"]
            text = rules.answer(body)
            if form in manners.ignores and "mood" in text:
                text = "Hello there!"
            if manners.thinks and structured:
                text = f"<think>\nLet me {{see}}.\n</think>\n\n{text}"
            message = {"role": "assistant", "content": text}
            return {
                "id": "x",
                "object": "chat.completion",
                "created": 0,
                "model": body["model"],
                "choices": [{"index": 0, "message": message, "finish_reason": manners.finish}],
                "usage": {"prompt_tokens": 9, "completion_tokens": 9, "total_tokens": 18},
            }

        def _send(self, status: int, value: dict[str, Any]) -> None:
            data = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        server.server_close()


CASES: dict[str, tuple[Manners, tuple[str, ...], str]] = {
    "SGLang, Ollama, llama.cpp: like vLLM, without its /metrics": (Manners(), (), "json_schema"),
    "LM Studio: no json_object": (Manners(refuses=("json_object",)), (), "json_schema"),
    "a server without schemas": (Manners(refuses=("json_schema",)), (), "json_object"),
    "TGI: another word for the end, no schemas at all": (
        Manners(refuses=("json_schema", "json_object"), finish="eos_token"),
        (),
        "text",
    ),
    "no list of models": (Manners(models=None), ("--model", "any"), "json_schema"),
    "OpenRouter: many models, errors under 200": (
        Manners(models=("a/b", "c/d"), odd=7),
        ("--model", "a/b"),
        "json_schema",
    ),
    "DashScope: thinking has to be switched off": (
        Manners(needs="enable_thinking", refuses=("json_schema",)),
        ("--set", "models.default.extra_body={enable_thinking: false}"),
        "json_object",
    ),
    "thoughts in the answer": (Manners(thinks=True, refuses=("json_schema",)), (), "text"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_run_comes_to_its_products(name: str, tmp_path: Path) -> None:
    manners, options, mode = CASES[name]
    with standing_in(manners) as url:
        command = [sys.executable, "-m", "trace_builder", "run", "--base-url", url, "--limit", "3", *options]
        made = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert made.returncode == 0, made.stderr
    folder = tmp_path / "outputs" / "server"
    assert json.loads((folder / "run.json").read_text())["modes"] == {"default": mode}
    assert (folder / "sft.jsonl").read_text().count("\n") > 0
