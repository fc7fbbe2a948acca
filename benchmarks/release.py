"""A whole release at scale: certifying, duplicates, writing; seconds of CPU and peak memory.

    python benchmarks/release.py [--seeds 10000] [--near-duplicates 0.6]

The run is made by the tests' script (real stages, real files, no server): instructions of one to four
constraints and responses of some 1,000 characters, half English and half Chinese.
"""

from __future__ import annotations

import argparse
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parents[1] / "tests"
sys.path[:0] = [str(TESTS), str(TESTS / "release")]

from scripted_runs import FATES, Scripted, scripted_run, seed_of  # noqa: E402

from trace_builder.release.certify import Certifier, RunSetup  # noqa: E402
from trace_builder.storage.run_folder import RunFolder  # noqa: E402


def cast(number: int) -> Iterator[Scripted]:
    rng = random.Random(5)
    for place in range(number):
        lang: Any = ("en", "zh")[place % 2]
        base = seed_of(lang, place // 2 % 60)
        words = [
            rng.choice("水火山木石田花鸟鱼虫") * 2 if lang == "zh" else f"w{rng.randrange(5000)}"
            for _ in range(160)
        ]
        seed = base.model_copy(
            update={"id": f"{lang}-{place:07d}", "instruction": f"{base.instruction} {' '.join(words[:30])}"}
        )
        response = f"Response {place}: {' '.join(words * 2)}"
        yield Scripted(seed, place // 2 % 60, FATES[place % len(FATES)], response)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=10_000)
    parser.add_argument("--near-duplicates", default="off")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run = scripted_run(Path(folder) / "run", list(cast(options.seeds)))
        size = sum(path.stat().st_size for path in run.rglob("*.jsonl"))
        print(f"{options.seeds:,} seeds, {size / 1e6:.0f} MB")
        started = time.process_time()
        with RunFolder.open(run) as opened:
            opening = time.process_time() - started
            started = time.process_time()
            for stage in opened.stages:
                for outcome in opened.outcomes(stage):
                    opened.calls_of(stage, outcome.id)
            reading = time.process_time() - started
        with RunFolder.open(run) as opened:
            certifier = Certifier(opened, RunSetup.of(opened))
            started = time.process_time()
            found = sum(records is not None for _, records in certifier.records())
            certifying = time.process_time() - started
        print(f"{found:,} instructions; opening {opening:.1f} s, reading records and calls {reading:.1f} s")
        print(f"certifying {certifying:.1f} s")
        command = [sys.executable, "-m", "trace_builder", "release", str(run), "--to", f"{folder}/out"]
        subprocess.run(
            [*command, "--near-duplicates", options.near_duplicates], check=True, stdout=subprocess.DEVNULL
        )
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = used.ru_utime + used.ru_stime
        print(f"whole release {seconds:.1f} s, peak memory {used.ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
