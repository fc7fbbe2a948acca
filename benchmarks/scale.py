"""How time and memory grow with a run, and how soon a large one resumes.

    python benchmarks/scale.py                              # 1,000 and 10,000 seeds, and a resume
    python benchmarks/scale.py --seeds 1000 10000 100000    # the whole table; about half an hour
    python benchmarks/scale.py --seeds --outcomes 1000000   # the resume alone

Every run is a process of its own against a rehearsal server with no latency, in a process of its own too.
Peak memory is the resident set's high-water mark of the process that runs the pipeline. The resumed folder is
made by repeating the outcomes and answers of a real run under new ids; its last records still lack their last
stage.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

from trace_builder.config import RehearsalConfig
from trace_builder.records import Seed
from trace_builder.rehearsal.server.process import start
from trace_builder.seeds.ingest import bundled
from trace_builder.storage.jsonl import parse_model, raw_lines

STAGES = ("expand", "structure", "quality", "bind", "respond", "dpo", "iopo")
TEMPLATE_SEEDS = 400
PENDING = 50
OPTIONS = ("--concurrency", "64", "--set", "wire.start=64")


def _seeds(path: Path) -> Iterator[Seed]:
    return (parse_model(path, number, line, Seed) for number, line in raw_lines(path))


def write_seeds(path: Path, count: int) -> None:
    """The bundled seeds over and over, under ids of their own."""
    models = list(_seeds(bundled()))
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            seed = models[number % len(models)].model_copy(update={"id": f"s{number:07}"})
            file.write(seed.model_dump_json() + "\n")


def command(seeds: Path, folder: Path, url: str) -> list[str]:
    base = [sys.executable, "-m", "trace_builder", "run", "--config", "rehearsal"]
    base += ["--seeds", str(seeds), "--output", str(folder)]
    return [*base, "--base-url", url, *OPTIONS]


def high_water(pid: int) -> float:
    """Peak resident memory of a process, in MB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0


def answers(folder: Path) -> int:
    return sum(file.stat().st_size for file in (folder / "calls").glob("*.jsonl"))


def watched(arguments: list[str], folder: Path, *, until_first: bool) -> dict[str, float]:
    """Runs a command; seconds to its first answer, seconds in all, peak memory. ``until_first``: ends it
    there."""
    before = answers(folder)
    began = time.perf_counter()
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    first = peak = 0.0
    while process.poll() is None:
        time.sleep(0.01 if not first else 0.2)
        if not first and answers(folder) > before:
            first = time.perf_counter() - began
            if until_first:
                peak = high_water(process.pid)
                process.kill()
        if process.poll() is None:
            peak = max(peak, high_water(process.pid))
    return {"first": first, "seconds": time.perf_counter() - began, "peak": peak}


def grow(work: Path, url: str, counts: list[int]) -> None:
    print(
        f"{'seeds':>9} {'outcomes':>9} {'calls':>9} {'seconds':>8} {'s/1000':>7} "
        f"{'first s':>8} {'peak MB':>8}"
    )
    for count in counts:
        seeds, folder = work / f"{count}.jsonl", work / f"run-{count}"
        write_seeds(seeds, count)
        seen = watched(command(seeds, folder, url), folder, until_first=False)
        lines = {kind: count_lines(folder / kind) for kind in ("stages", "calls")}
        print(
            f"{count:>9,} {lines['stages']:>9,} {lines['calls']:>9,} {seen['seconds']:>8.1f} "
            f"{seen['seconds'] / count * 1000:>7.2f} {seen['first']:>8.2f} {seen['peak']:>8.0f}",
            flush=True,
        )
        shutil.rmtree(folder)


def count_lines(folder: Path) -> int:
    total = 0
    for path in folder.glob("*.jsonl"):
        with path.open("rb") as file:
            total += sum(1 for _ in file)
    return total


def resume(work: Path, url: str, outcomes: int) -> None:
    template, folder = work / "template", work / "large"
    few, many = work / "few.jsonl", work / "many.jsonl"
    write_seeds(few, TEMPLATE_SEEDS)
    subprocess.run(command(few, template, url), check=True, capture_output=True)
    written = repeat_run(template, folder, outcomes, many)
    size = sum(file.stat().st_size for file in folder.rglob("*.jsonl")) / 1e6
    print(f"\nresume of {written:,} outcomes ({size:,.0f} MB on disk), from the start of the process:")
    for about in ("seed files read anew", "seed files unchanged"):
        seen = watched(command(many, folder, url), folder, until_first=True)
        print(f"  {about}: first answer after {seen['first']:.1f} s, peak {seen['peak']:.0f} MB", flush=True)


def repeat_run(template: Path, folder: Path, outcomes: int, seeds: Path) -> int:
    """Writes a run folder of about that many outcomes by repeating a real one; returns how many it has."""
    rows = {stage: _by_id(template / "stages" / f"{stage}.jsonl") for stage in STAGES}
    asked = {stage: _by_id(template / "calls" / f"{stage}.jsonl") for stage in STAGES}
    names = list(rows["expand"])
    each = sum(len(stage) for stage in rows.values()) / len(names)
    count = int(outcomes / each)
    write_seeds(seeds, count)
    for kind in ("stages", "calls"):
        (folder / kind).mkdir(parents=True)
    shutil.copy(template / "run.json", folder)
    digests = [f"{zlib.crc32(line):08x}" for line in _stored_lines(seeds)]
    written = 0
    for stage in STAGES:
        last = count - PENDING if stage == "iopo" else count
        with (folder / "stages" / f"{stage}.jsonl").open("wb") as out:
            for number in range(last):
                for line in rows[stage].get(names[number % len(names)], ()):
                    out.write(_renamed(line, names[number % len(names)], number, digests[number]))
                    written += 1
        with (folder / "calls" / f"{stage}.jsonl").open("wb") as out:
            for number in range(last):
                for line in asked[stage].get(names[number % len(names)], ()):
                    out.write(_renamed(line, names[number % len(names)], number, ""))
    return written


def _stored_lines(seeds: Path) -> Iterator[bytes]:
    """Lines as the run's own seeds.jsonl will have them."""
    for seed in _seeds(seeds):
        yield seed.model_dump_json().encode()


def _by_id(path: Path) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = {}
    for line in path.read_bytes().splitlines(keepends=True):
        found.setdefault(json.loads(line)["id"], []).append(line)
    return found


def _renamed(line: bytes, name: str, number: int, digest: str) -> bytes:
    line = line.replace(f'"id":"{name}"'.encode(), f'"id":"s{number:07}"'.encode())
    if digest:
        head, seed, rest = line.partition(b'"seed":"')
        line = head + seed + digest.encode() + rest[8:]
    return line


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, nargs="*", default=[1000, 10000])
    parser.add_argument("--outcomes", type=int, default=1_000_000, help="0 leaves the resume out")
    options = parser.parse_args()
    print(f"$ python {' '.join(sys.argv)}   ({os.cpu_count()} cores)")
    with (
        tempfile.TemporaryDirectory(prefix="scale-") as work,
        start(RehearsalConfig(), any_model=True) as server,
    ):
        if options.seeds:
            grow(Path(work), server.base_url, options.seeds)
        if options.outcomes:
            resume(Path(work), server.base_url, options.outcomes)


if __name__ == "__main__":
    main()
