"""iopo-release RUN OUT: a release of a run, and beside it the groups whose four claims are all proven, one a
line, with what tells their two instructions apart."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from trace_builder import InputError, ReleaseOptions, build_release, open_run
from trace_builder.records import Harvested, IopoGroup


def row(group: IopoGroup) -> dict[str, object]:
    x1, x2 = group.x1.render(), group.x2.render()
    told = [constraint.text for constraint in group.x2.constraints if constraint not in group.x1.constraints]
    return {"id": group.id, "x1": x1, "y1": group.y1, "x2": x2, "y2": group.y2, "told_by": told}


def main() -> None:
    run_folder, out = (Path(argument) for argument in sys.argv[1:])
    try:
        release = build_release(run_folder, out, ReleaseOptions(formats=("sft", "dpo")))
        with open_run(run_folder) as run, (out / "groups.jsonl").open("w", encoding="utf-8") as file:
            groups = list(run.records("iopo", IopoGroup))
            groups += [group for harvested in run.records("harvest", Harvested) for group in harvested.groups]
            full = [group for group in groups if group.certificate == "full"]
            for group in full:
                file.write(json.dumps(row(group), ensure_ascii=False) + "\n")
    except InputError as error:
        sys.exit(str(error))
    print(f"{release.instructions} instructions and {len(full)} groups in {out}")
