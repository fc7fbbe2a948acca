"""A real vLLM server on the CPU with the tiny model, on loopback; for the tests, and by hand:

python3 tests/vllm/vllm_server.py [PORT]
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
ENVIRONMENT = HERE.parents[1] / ".venv-vllm"
MODEL = ENVIRONMENT / "tiny-qwen2"
#: The name the model is served under, which is the one in the shipped configuration.
NAME = "qwen2-72b-instruct"
LENGTH = 8192
START_LIMIT = 180.0
#: The environment variable that the tests' configurations read the key from.
KEY_VARIABLE = "TRACE_TEST_VLLM_KEY"

FLAGS = (
    *("--served-model-name", NAME, "--host", "127.0.0.1", "--max-model-len", str(LENGTH)),
    # Without chunked prefill a prompt must fit one batch. With it, this build's engine dies when the prompt
    # of a seeded request is split.
    *("--no-enable-chunked-prefill", "--max-num-batched-tokens", str(LENGTH)),
    *("--enforce-eager", "--block-size", "32", "--enable-prompt-tokens-details"),
)
SETTINGS = {
    "VLLM_CPU_KVCACHE_SPACE": "1",  # GiB
    "VLLM_NO_USAGE_STATS": "1",
    "DO_NOT_TRACK": "1",
    "HF_HUB_OFFLINE": "1",
    "VLLM_LOGGING_LEVEL": "WARNING",
}


class VllmServer:
    """One server that can be killed and started again on its port.

    Args:
        log: where its output goes.
        api_key: asked of every request.
        port: 0 takes a free one.
        backend: of structured outputs; docs/vllm.md says why not vLLM's own choice.
    """

    def __init__(
        self, log: Path, api_key: str | None = None, port: int = 0, backend: str = "guidance"
    ) -> None:
        self.log = log
        self._structured = json.dumps({"backend": backend, "disable_any_whitespace": True})
        self.port = port or _free_port()
        self._key = api_key
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def base_url(self) -> str:
        return f"{self.root}/v1"

    def start(self) -> None:
        """Start without waiting."""
        command = [str(ENVIRONMENT / "bin" / "vllm"), "serve", str(MODEL), "--port", str(self.port), *FLAGS]
        command += ["--structured-outputs-config", self._structured]
        environment = {**os.environ, **SETTINGS, "PATH": f"{ENVIRONMENT / 'bin'}:{os.environ['PATH']}"}
        if self._key is not None:
            environment["VLLM_API_KEY"] = self._key
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )

    def wait_until_ready(self) -> None:
        """Return once it answers.

        Raises:
            RuntimeError: it ended, or START_LIMIT seconds went by; with the end of its log.
        """
        deadline = time.monotonic() + START_LIMIT
        while not self._healthy():
            if self._process is None or self._process.poll() is not None or time.monotonic() > deadline:
                tail = self.log.read_text("utf-8", "replace")[-3000:]
                raise RuntimeError(f"vLLM did not start on port {self.port}; the end of its log:\n{tail}")
            time.sleep(0.5)

    def kill(self) -> None:
        """SIGKILL for the server and its engine."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def wait(self) -> int:
        """Wait for its end and return its exit code."""
        return self._process.wait() if self._process is not None else 0

    def _healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.root}/health", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> None:
    server = VllmServer(Path("vllm.log"), port=int(sys.argv[1]) if len(sys.argv) > 1 else 8000)
    server.start()
    try:
        server.wait_until_ready()
        print(f"{server.base_url} serves {NAME} (a tiny model with random weights); its log is {server.log}")
        server.wait()
    except KeyboardInterrupt:
        pass
    finally:
        server.kill()


if __name__ == "__main__":
    main()
