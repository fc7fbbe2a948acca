"""Every reason that a stage rejects for comes about, over the ways of working, the flaws and the faults."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from trace_builder.stages.stage_registry import stage_classes

pytestmark = pytest.mark.slow

#: Seeds beside the bundled ones, for what none of those shows.
ODD_SEEDS = (
    {"id": "only", "instruction": "Use at most 50 words.", "input": None},
    {
        "id": "label",
        "instruction": "Describe a quiet harbour.\nNumerical: Use at most 90 words.",
        "input": None,
    },
    {"id": "label-2", "instruction": "Describe a street.\nNumerical: Use at most 80 words.", "input": None},
    {"id": "label-3", "instruction": "描写一座海港。\n数值约束：全文不超过90字。", "input": None},
    {"id": "prose", "instruction": "Explain the following function.", "input": "The sea was calm that day."},
    {"id": "leans", "instruction": "Summarise the following article.", "input": None},
    {
        "id": "again",
        "instruction": "Describe a harbour town at night.",
        "input": "Describe a harbour town at night. " * 2,
    },
    {"id": "short", "instruction": "写", "input": None},
)
FAULTS = (
    "{empty: 0.02, refusal: 0.02, length: 0.03, missing_verdict: 0.05, doubled_verdict: 0.05, "
    "unscored_verdict: 0.05}"
)
#: The runs: a shipped profile and what is set differently.
RUNS = {
    "parts": ("rehearsal", "rehearsal.flawed=1", "expand.samples=1"),
    "judge alone": ("rehearsal", "rehearsal.flawed=1", "expand.samples=1", "judge.code_checks=false"),
    "text": ("rehearsal", "rehearsal.flawed=0.7", "expand.writes=text"),
    "misses": ("rehearsal", "rehearsal.flawed=0.3", "rehearsal.miss=0.8", "dpo.sampled=false",
               "dpo.samples=1", "iopo.rewritings=1", f"rehearsal.faults={FAULTS}"),
    "careful": ("rehearsal", "rehearsal.flawed=0", "rehearsal.miss=0.9", "respond.samples=4"),
    "paper": ("paper", "rehearsal.flawed=0.35", "rehearsal.miss=0.3", "models.default.structured=json_schema",
              "rehearsal.faults={length: 0.05, empty: 0.05, refusal: 0.05}"),
    "rationality": ("rehearsal", "rehearsal.flawed=0.5", "iopo.operations={add: 1, revise: 1}",
                    "iopo.certificate=rationality"),
    "response cut off": ("rehearsal", "respond.call.max_tokens=2", "limit=2"),
    "expand cut off": ("rehearsal", "expand.call.max_tokens=2", "limit=2"),
    "iopo cut off": ("rehearsal", "iopo.call.max_tokens=2", "limit=4"),
}  # fmt: skip


def reasons(folder: Path, profile: str, settings: tuple[str, ...], seeds: Path) -> dict[str, set[str]]:
    options = [word for setting in settings for word in ("--set", setting)]
    config = Path(__file__).parents[2] / "configs" / f"{profile}.yaml"
    files = ["--config", str(config), "--output", str(folder), "--seeds", str(seeds)]
    command = [sys.executable, "-m", "trace_builder", "run", *files, *options]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=300)
    # Some records fail for good under the faults.
    assert ended.returncode in (0, 1), ended.stdout + ended.stderr
    found: dict[str, set[str]] = {}
    for path in (folder / "stages").glob("*.jsonl"):
        rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
        found[path.stem] = {row["reason"] for row in rows if row["status"] == "rejected"}
    return found


def test_every_reason_of_every_stage_comes_about(tmp_path: Path) -> None:
    bundled = (Path(__file__).parents[2] / "seeds" / "demo.jsonl").read_text(encoding="utf-8")
    seeds = tmp_path / "seeds.jsonl"
    seeds.write_text(
        bundled + "".join(json.dumps(seed, ensure_ascii=False) + "\n" for seed in ODD_SEEDS), "utf-8"
    )
    met: defaultdict[str, set[str]] = defaultdict(set)
    for name, (profile, *settings) in RUNS.items():
        found = reasons(tmp_path / name.replace(" ", "-"), profile, tuple(settings), seeds)
        for stage, named in found.items():
            met[stage] |= named
    missing = {name: set(kind.reasons) - met[name] for name, kind in stage_classes().items()}
    assert {name: left for name, left in missing.items() if left} == {}
