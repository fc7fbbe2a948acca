"""Runs the installed command against a hostile server, and says what must hold however it behaves."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hostile_server import MODEL
from warm_command import WarmCommand

from trace_builder.storage.run_folder import RunFolder

KEY = "sk-planted/Zq7+0123456789abcdef"
PRODUCTS = ("sft.jsonl", "dpo.jsonl", "iopo.jsonl")
#: Seconds a run may take; none of the behaviours is slow, so more is a hang.
LONGEST = 60
#: Bytes a run over a handful of seeds may leave behind, whatever it is sent; answers of a million line ends
#: come to 68 MB in calls, stages and products.
LARGEST = 96 << 20
#: What Python and asyncio write when something was not caught.
NOISE = ("Traceback", "never retrieved", "was destroyed but it is pending", "Unclosed", "Exception ignored")
#: Impatient enough for a test; the rest is as users have it.
SETTINGS = (
    "wire.backoff=0.01",
    "wire.backoff_max=0.05",
    "wire.timeout=10",
    "wire.retries=6",
    "wire.outage_limit=1.5",
    "wire.concurrency=8",
    "wire.start=8",
)


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it left."""

    code: int
    out: str
    err: str
    seconds: float
    folder: Path

    def products(self) -> dict[str, bytes]:
        return {name: path.read_bytes() for name in PRODUCTS if (path := self.folder / name).exists()}

    def rows(self, name: str) -> int:
        path = self.folder / f"{name}.jsonl"
        return path.read_bytes().count(b"\n") if path.exists() else 0


def arguments(folder: Path, urls: Iterable[str], seeds: int, settings: Sequence[str]) -> list[str]:
    """Of ``trace-build`` for a run over the first bundled seeds."""
    words = ["run", "--output", str(folder), "--limit", str(seeds), "--model", MODEL]
    words += [word for url in urls for word in ("--base-url", url)]
    return words + [word for setting in (*SETTINGS, *settings) for word in ("--set", setting)]


def run(
    folder: Path,
    urls: Iterable[str],
    *,
    seeds: int = 3,
    settings: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    warm: WarmCommand | None = None,
    limits: Callable[[], None] | None = None,
) -> Ended:
    """A run, by a process that is warm already or by a fresh one; ``limits`` is called in the fresh one."""
    words = arguments(folder, urls, seeds, settings)
    known = {"OPENAI_API_KEY": KEY, **(environment or {})}
    out, err = folder.with_name(folder.name + ".out"), folder.with_name(folder.name + ".err")
    folder.parent.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    if warm is not None:
        code = warm.run(words, known, out, err, LONGEST)
    else:
        with out.open("wb") as out_file, err.open("wb") as err_file:
            code = subprocess.run(
                [sys.executable, "-m", "trace_builder", *words],
                stdout=out_file,
                stderr=err_file,
                timeout=LONGEST,
                env={**os.environ, **known},
                preexec_fn=limits,
            ).returncode
    said = [path.read_text(encoding="utf-8", errors="replace") for path in (out, err)]
    return Ended(code, *said, time.monotonic() - began, folder)


def check_promises(ended: Ended, seeds: int, secrets: Iterable[str] = ()) -> None:
    """What holds after every run: no traceback, every record accounted for, no secret anywhere, files of a
    size that fits."""
    shown = ended.out + ended.err
    noise = [word for word in NOISE if word in shown]
    assert not noise, ended.err
    assert "\x1b" not in shown
    if ended.code in (2, 3):
        assert ended.err.splitlines()[-1].startswith("error: "), ended.err
    files = [path for path in ended.folder.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < LARGEST
    for secret in (KEY, *secrets):
        assert secret not in shown
        assert not [path.name for path in files if secret.encode() in path.read_bytes()]
    if (ended.folder / "run.json").exists():
        check_accounting(ended.folder, seeds)


def check_accounting(folder: Path, seeds: int) -> None:
    entered = {None: seeds}
    rejected = {None: 0}
    opened = RunFolder.open(folder)
    for stage in opened.funnel():
        before = opened.follows(stage.name)
        if before in entered:
            # harvest lives on what respond has rejected too.
            most = entered[before] + (rejected[before] if stage.name == "harvest" else 0)
            assert entered[before] <= stage.entered <= most, stage.name
        counted = stage.accepted + stage.rejected + stage.failed + stage.pending
        assert stage.entered == counted, stage.name
        assert min(stage.accepted, stage.rejected, stage.failed, stage.pending) >= 0, stage.name
        assert sum(stage.reasons.values()) == stage.rejected + stage.failed, stage.name
        entered[stage.name] = stage.accepted
        rejected[stage.name] = stage.rejected
