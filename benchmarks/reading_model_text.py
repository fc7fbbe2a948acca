"""How long it takes to read what models write, against its size: every reader, every text of
tests/llm/wild_texts.py. Linear means that ten times the size takes about ten times as long.

    python benchmarks/reading_model_text.py                 # sizes from 10 kB to 10 MB; about five minutes
    python benchmarks/reading_model_text.py --sizes 10000 100000 --texts braces
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "llm")]

from wild_texts import READERS, TEXTS, read  # noqa: E402


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000, 10_000_000])
    options.add_argument("--texts", nargs="+", default=list(TEXTS), choices=list(TEXTS), metavar="TEXT")
    options.add_argument("--all", action="store_true", help="a line for every pair, not the slowest ten")
    chosen = options.parse_args()
    rows = [
        (name, text, [seconds(name, text, size) for size in chosen.sizes])
        for text in chosen.texts
        for name in READERS
    ]
    rows.sort(key=lambda row: row[2][-1], reverse=True)
    print("| reader | text | " + " | ".join(f"{size:,}" for size in chosen.sizes) + " | last step |")
    print("| --- | --- |" + " --- |" * (len(chosen.sizes) + 1))
    for name, text, times in rows if chosen.all else rows[:10]:
        cells = " | ".join(f"{value * 1000:.1f} ms" for value in times)
        step = f"x {times[-1] / times[-2]:.1f}" if len(times) > 1 else ""
        print(f"| {name} | {text} | {cells} | {step} |")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\n{len(rows)} pairs; peak memory {peak:.0f} MB")


def seconds(reader: str, text: str, size: int) -> float:
    """The least of three readings; of one where it takes long."""
    written = TEXTS[text](size)
    times = []
    while len(times) < 3 and sum(times) < 0.2:
        began = time.perf_counter()
        read(READERS[reader], written)
        times.append(time.perf_counter() - began)
    return min(times)


if __name__ == "__main__":
    main()
