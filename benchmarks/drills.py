"""Runs the pipeline while everything goes wrong, and says what it cost.

    python benchmarks/drills.py                                   # the 80 bundled seeds, 10 kills
    python benchmarks/drills.py --seeds a.jsonl b.jsonl --kills 50
    python benchmarks/drills.py --only killed,full-disk

Each drill is compared with a calm run: the same products byte for byte, where the drill promises that.
Requests are counted at the server, so a repeated question is seen even where its first answer was lost.
`full-disk` needs root, to mount a small tmpfs.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "run"))

from run_program import command, digests, lines, run, served
from trace_builder.run.status import read_status

from trace_builder.config import RehearsalConfig
from trace_builder.rehearsal.server.faults import CONTENT_FAULTS, WIRE_FAULTS
from trace_builder.rehearsal.server.process import start

ALL = 1_000_000
CONCURRENCY = 64
QUICK = ("--set", "wire.timeout=4", "--set", "wire.backoff=0.1", "--concurrency", str(CONCURRENCY))
WIRE = dict.fromkeys(WIRE_FAULTS, 0.05)
CONTENT = dict.fromkeys(CONTENT_FAULTS, 0.05)


class Drills:
    """The drills, over one list of seed files in one scratch folder."""

    def __init__(self, seeds: list[Path], work: Path, kills: int) -> None:
        self.work = work
        self.kills = kills
        self.options = [option for path in seeds for option in ("--seeds", str(path.resolve()))]
        self.options += QUICK

    def calm(self, name: str, **drill: object) -> Path:
        """An undisturbed run; made once for each name."""
        folder = self.work / name
        if not folder.exists():
            with served(**drill) as (url, _):
                run(folder, "--base-url", url, *self.options, limit=ALL, timeout=3000)
        return folder

    def wire(self) -> str:
        folder = self.work / "wire"
        with served(faults=WIRE) as (url, model):
            done = run(folder, "--base-url", url, *self.options, limit=ALL, timeout=3000)
        same = digests(folder) == digests(self.calm("calm"))
        return f"exit {done.returncode}, {model.total} requests answered, {told(folder)}, same bytes: {same}"

    def content(self) -> str:
        first, second = self.calm("content-a", faults=CONTENT), self.calm("content-b", faults=CONTENT)
        return f"{told(first)}, same bytes in two runs: {digests(first) == digests(second)}"

    def killed(self) -> str:
        faults = {**WIRE, **CONTENT, "dies": 0.0}
        calm = self.calm("all-faults", faults=faults)
        folder, rng, done = self.work / "killed", random.Random(0), 0
        with served(faults=faults) as (url, model):
            while done < self.kills:
                process = subprocess.Popen(self._command(folder, url), **QUIET)
                before = lines(folder, "calls")
                # A moment at random, but one at which something had been asked.
                while lines(folder, "calls") == before and process.poll() is None:
                    time.sleep(0.002)
                time.sleep(rng.uniform(0, 1.5))
                process.kill()
                done += process.wait() == -signal.SIGKILL
            run(folder, "--base-url", url, *self.options, limit=ALL, timeout=3000)
        doubled = lines(folder, "calls") - lines(calm, "calls")
        return (
            f"{done} kills, {told(folder)}, {model.repeated} questions asked again "
            f"(at most {done * CONCURRENCY} were in flight), {doubled} answers doubled on disk, "
            f"same bytes: {digests(folder) == digests(calm)}"
        )

    def outage(self) -> str:
        folder = self.work / "outage"
        server = start(RehearsalConfig(latency="0.2"), any_model=True)
        port = int(server.base_url.split(":")[2].split("/")[0])
        process = subprocess.Popen(self._command(folder, server.base_url), **QUIET)
        while lines(folder, "calls") < 50:
            time.sleep(0.05)
        server.stop()
        again: list[object] = []
        timer = threading.Timer(60, lambda: again.append(start(RehearsalConfig(), any_model=True, port=port)))
        timer.start()
        code = process.wait(1200)
        timer.join()
        again[0].stop()  # type: ignore[attr-defined]
        same = digests(folder) == digests(self.calm("calm"))
        return f"60 s without a server: exit {code}, {told(folder)}, same bytes: {same}"

    def full_disk(self) -> str:
        room = self.work / "tmpfs"
        room.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(room)], check=True)
        try:
            with served() as (url, _):
                full = run(room / "run", "--base-url", url, *self.options, limit=ALL, timeout=3000)
                subprocess.run(["mount", "-o", "remount,size=1g", str(room)], check=True)
                done = run(room / "run", "--base-url", url, *self.options, limit=ALL, timeout=3000)
            same = digests(room / "run") == digests(self.calm("calm"))
            last = full.stderr.strip().splitlines()[-1]
            return (
                f"exit {full.returncode} ({last}); with room again exit {done.returncode}, same bytes: {same}"
            )
        finally:
            subprocess.run(["umount", str(room)], check=False)

    def two_servers(self) -> str:
        folder = self.work / "two"
        doomed = start(RehearsalConfig(latency="0.2"), any_model=True)
        with served(latency="0.2") as (url, model):
            process = subprocess.Popen([*self._command(folder, url), "--base-url", doomed.base_url], **QUIET)
            while lines(folder, "calls") < 300:
                time.sleep(0.05)
            doomed.stop()
            before, began = model.total, time.monotonic()
            time.sleep(5)
            rate = (model.total - before) / (time.monotonic() - began)
            code = process.wait(1200)
        same = digests(folder) == digests(self.calm("calm"))
        return (
            f"one of two killed: exit {code}, {rate:.0f} requests/s on the other right after "
            f"({CONCURRENCY} in flight at 0.2 s would be {CONCURRENCY / 0.2:.0f}), same bytes: {same}"
        )

    def _command(self, folder: Path, url: str) -> list[str]:
        return command(folder, "--base-url", url, *self.options, limit=ALL)


QUIET: dict[str, int] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def told(folder: Path) -> str:
    """Whether every record is accounted for, and what was not kept."""
    rows = [stage.tally for stage in read_status(folder).stages]
    lost = sum(row.pending for row in rows)
    rejected, failed = sum(row.rejected for row in rows), sum(row.failed for row in rows)
    return f"{rows[0].entered} seeds, {rejected} rejected, {failed} failed, {lost} unaccounted for"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=Path, nargs="*", default=[])
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--only", default="", help="names, separated by commas")
    options = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="drills-"))
    drills = Drills(options.seeds, work, options.kills)
    known: dict[str, Callable[[], str]] = {
        "wire": drills.wire,
        "content": drills.content,
        "killed": drills.killed,
        "outage": drills.outage,
        "full-disk": drills.full_disk,
        "two-servers": drills.two_servers,
    }
    print(f"$ python {' '.join(sys.argv)}   ({os.cpu_count()} cores)")
    try:
        for name in options.only.split(",") if options.only else known:
            began = time.monotonic()
            print(f"{name:<12} {known[name]()}   [{time.monotonic() - began:.0f} s]", flush=True)
    finally:
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
