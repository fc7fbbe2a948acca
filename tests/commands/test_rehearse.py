from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request

import pytest


def rehearse(*arguments: str, **settings: str) -> subprocess.Popen[str]:
    program = "from trace_builder.cli import main; main()"
    command = [sys.executable, "-c", program, "rehearse", "--port", "0", *arguments]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **settings}
    )


@pytest.mark.parametrize("name", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_listens_and_ends_on_a_signal(name: signal.Signals) -> None:
    with rehearse("--model", "one", "--model", "two") as server:
        assert server.stdout is not None
        line = server.stdout.readline()
        with urllib.request.urlopen(f"{line.split()[0]}/models", timeout=10) as answer:
            names = [model["id"] for model in json.load(answer)["data"]]
        server.send_signal(name)
        _, errors = server.communicate()
    assert names == ["one", "two"]
    assert "one, two" in line
    assert (server.returncode, errors) == (0, "")


def test_the_key_comes_from_the_environment() -> None:
    with rehearse("--api-key-env", "DRILL_KEY", DRILL_KEY="planted-key") as server:
        assert server.stdout is not None
        line = server.stdout.readline()
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(f"{line.split()[0]}/models", timeout=10)
        server.send_signal(signal.SIGTERM)
        rest, errors = server.communicate()
    assert "planted-key" not in line + rest + errors


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--fault", "flood=0.1"), "rate_limit"),
        (("--fault", "hang"), "KIND=RATE"),
        (("--latency", "soon"), "lognormal"),
        (("--api-key-env", "NOT_SET_ANYWHERE"), "NOT_SET_ANYWHERE"),
        (("--miss", "2"), "miss"),
    ],
)
def test_what_is_not_understood_is_one_sentence_and_exit_code_2(
    arguments: tuple[str, ...], said: str
) -> None:
    with rehearse(*arguments) as server:
        out, errors = server.communicate()
    assert (server.returncode, out) == (2, "")
    assert said in errors
    assert "Traceback" not in errors
