"""The libraries people use for this work beside this pipeline, on one server, in one run.

    make bench-peers
    python benchmarks/peers.py --distilabel-python PYTHON --curator-python PYTHON

distilabel and curator live in environments of their own (requirements-*.txt beside this file). All ask the
same question; see peer_client.py for what each makes of it. Rates are over the middle of a leg by the
server's notes. CPU is that of the whole process and its children; what a run of a few calls takes is
subtracted from that of a run of many, so that imports and start-up count nowhere.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
from pathlib import Path

from middle import middle
from quick_server import QuickServer, sampler, started
from throughput import SYSTEM, USER

HERE = Path(__file__).resolve().parent


def own(leg: str) -> list[str]:
    return [sys.executable, str(HERE / "throughput.py"), "--leg", leg]


def measure(leg: str, python: str | None, server: QuickServer, calls: int, in_flight: int) -> float:
    """Makes that many calls; returns the seconds of CPU of all processes that took part."""
    if python is None:
        command = [*own(leg), "--url", server.url, "--calls", str(calls), "--in-flight", str(in_flight)]
    else:
        command = [python, str(HERE / "peer_client.py"), leg, server.url, str(calls), str(in_flight)]
    question = json.dumps({"system": SYSTEM, "user": USER})
    server.clear()
    before = _cpu_of_children()
    done = subprocess.run(command, input=question, capture_output=True, text=True, check=False)
    spent = _cpu_of_children() - before
    if done.returncode:
        raise SystemExit(f"{leg} did not finish:\n{done.stderr[-3000:]}")
    return spent


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--distilabel-python")
    parser.add_argument("--curator-python")
    parser.add_argument("--in-flight", type=int, default=512)
    parser.add_argument("--latency", default="fixed:0.2")
    parser.add_argument("--calls", type=int, default=5120)
    options = parser.parse_args()
    legs = {"aiohttp": None, "openai": None, "pipeline": None}
    legs |= {"distilabel": options.distilabel_python} if options.distilabel_python else {}
    legs |= {"curator": options.curator_python} if options.curator_python else {}
    compare(legs, options.latency, options.in_flight, options.calls)


def compare(legs: dict[str, str | None], latency: str, in_flight: int, calls: int) -> None:
    ideal = in_flight / sampler(latency)[0]
    print(f"$ python {' '.join(sys.argv)}   ({os.cpu_count()} cores, load {os.getloadavg()[0]:.1f})")
    print(f"{'leg':>10} {'calls':>6} {'req/s':>6} {'of ideal':>8} {'CPU ms':>7} {'/openai':>8}")
    base = 0.0
    with started(latency) as server:
        for leg, python in legs.items():
            start = measure(leg, python, server, in_flight, in_flight)
            cpu = (measure(leg, python, server, calls, in_flight) - start) / (calls - in_flight) * 1000
            rate = middle(server.served()).rate
            base = cpu if leg == "openai" else base
            ratio = f"{cpu / base:.2f}" if base else "-"
            print(
                f"{leg:>10} {calls:>6} {rate:>6.0f} {rate / ideal:>8.1%} {cpu:>7.2f} {ratio:>8}", flush=True
            )
    print(f"load {os.getloadavg()[0]:.1f} at the end")


if __name__ == "__main__":
    main()
