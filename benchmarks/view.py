"""What `trace-build view` costs: the index's time and size, memory, and the time of searches over HTTP.

    python benchmarks/view.py                      # 100,000 records; about five minutes
    python benchmarks/view.py --records 10000

The records are the rows of a rehearsed run over the bundled seeds (sft.jsonl, English and Chinese), over and
over, each with an id and a sentence of its own. Every search is sent eight times; the slowest counts.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

PROGRAM = (sys.executable, "-m", "trace_builder")
TIMES = 8
#: What is searched for, and how.
SEARCHES: dict[str, dict[str, str]] = {
    "everything": {},
    "an id": {"search": "s0054321"},
    "a part of an id": {"search": "54321"},
    "a rare word": {"search": "harbour54321"},
    "a common word": {"search": "the"},
    "three words": {"search": "write exactly points"},
    "one Chinese character": {"search": "一"},
    "two Chinese characters": {"search": "句子"},
    "a piece of a Chinese sentence": {"search": "使用至少"},
    "a dimension": {"dimension": "inclusion"},
    "language and a word": {"language": "zh", "search": "港口"},
    "most constraints first": {"sort": "constraints"},
    "by id, deep in the list": {"sort": "id", "offset": "90000"},
    "a common word, by id, deep": {"search": "the", "sort": "id", "offset": "20000"},
}


def write_rows(path: Path, count: int, work: Path) -> None:
    """``count`` rows, made of those of a rehearsed run."""
    subprocess.run([*PROGRAM, "run", "--output", str(work / "run")], check=True, capture_output=True)
    rows = [json.loads(line) for line in (work / "run" / "sft.jsonl").open(encoding="utf-8")]
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            row = rows[number % len(rows)]
            own = f" 第{number}号港口。" if row["lang"] == "zh" else f" This is harbour{number}."
            file.write(
                json.dumps(
                    {**row, "id": f"s{number:07}", "response": row["response"] + own}, ensure_ascii=False
                )
                + "\n"
            )


def high_water(pid: int) -> float:
    """Peak resident memory of a process, in MB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0


def ask(url: str, path: str, **wanted: str) -> Any:
    with urllib.request.urlopen(f"{url}api/{path}?{urllib.parse.urlencode(wanted)}") as answer:
        return json.load(answer)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=100_000)
    options = parser.parse_args()
    print(f"$ python {' '.join(sys.argv)}   ({os.cpu_count()} cores)")
    with tempfile.TemporaryDirectory(prefix="view-") as name:
        path = Path(name, "rows.jsonl")
        write_rows(path, options.records, Path(name))
        print(f"{options.records:,} records, {path.stat().st_size / 1e6:,.0f} MB")
        with subprocess.Popen([*PROGRAM, "view", str(path)], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            while (state := ask(url, "state"))["building"] or state["counting"]:
                time.sleep(1)
            print(f"index: {state['seconds']:.0f} s, {state['bytes'] / 1e6:,.0f} MB on disk")
            for about, wanted in SEARCHES.items():
                seconds, found = [], {}
                for _ in range(TIMES):
                    began = time.perf_counter()
                    found = ask(url, "records", limit="150", **wanted)
                    seconds.append(time.perf_counter() - began)
                print(f"{about:<32}{found['total']:>9,} found {max(seconds) * 1000:>8.0f} ms")
            began = time.perf_counter()
            ask(url, "record", id=f"s{options.records - 1:07}")
            print(f"{'a record':<48} {(time.perf_counter() - began) * 1000:>8.0f} ms")
            print(f"peak memory: {high_water(process.pid):.0f} MB")
            process.terminate()


if __name__ == "__main__":
    main()
