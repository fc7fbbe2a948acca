"""Releases a run and prints how often each of its files was opened and each record parsed: RUN OUT."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from trace_builder.records import Outcome
from trace_builder.release.builder import build
from trace_builder.release.options import ReleaseOptions

opened: Counter[str] = Counter()
parsed: Counter[str] = Counter()
run = Path(sys.argv[1])
read = Outcome.model_validate_json


def counted(data: bytes, **options: Any) -> Outcome:
    outcome = read(data, **options)
    parsed[f"{outcome.stage} {outcome.id}"] += 1
    return outcome


def hook(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and str(arguments[0]).startswith(f"{run}/"):
        opened[Path(str(arguments[0])).relative_to(run).as_posix()] += 1


Outcome.model_validate_json = counted  # type: ignore[method-assign, assignment]
sys.addaudithook(hook)
build(run, Path(sys.argv[2]), ReleaseOptions(near_duplicates=0.6, against=()))
print(json.dumps({"opened": opened, "parsed": parsed}))
