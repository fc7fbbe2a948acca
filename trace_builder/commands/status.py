"""``trace-build status``: what a run's folder holds, from its files alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

_COLUMNS = (
    "in",
    "accepted",
    "rejected",
    "failed",
    "pending",
    "calls",
    "prompt",
    "cached",
    "completion",
    "retries",
)


def status(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A run's folder.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """For each stage: in, accepted, rejected, failed, pending; calls, tokens and retries; reasons; cost."""
    from trace_builder.run.cost import cost
    from trace_builder.run.status import read_status

    state = read_status(folder)
    rows = [stage.as_dict() for stage in state.stages]
    total: dict[str, Any] = {
        name: sum(row[name] for row in rows) for name in (*_COLUMNS[5:], "wasted", "seconds")
    }
    total["cached_share"] = round(total["cached"] / total["prompt"], 4) if total["prompt"] else 0.0
    total["cost"] = cost(state)
    if as_json:
        document = {"folder": str(folder), "finished": state.finished, "stages": rows, "total": total}
        typer.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    typer.echo(" ".join(f"{name:>10}" for name in ("stage", *_COLUMNS)))
    for row in rows:
        typer.echo(" ".join(f"{row[name]:>10}" for name in ("stage", *_COLUMNS)))
    for row in rows:
        if row["reasons"]:
            reasons = ", ".join(f"{name} {count}" for name, count in row["reasons"].items())
            typer.echo(f"{row['stage']}: {reasons}")
        if row["stale"]:
            typer.echo(f"{row['stage']}: {row['stale']} outcomes of earlier prompts or settings are stale")
    typer.echo(
        f"{total['calls']} calls; prompt tokens {total['prompt']:,} "
        f"({total['cached_share']:.0%} from the cache), "
        f"completion tokens {total['completion']:,} ({total['wasted']:,} wasted), {total['retries']} retries"
    )
    for line in total["cost"].get("lines", []):
        typer.echo(line)
    typer.echo("finished" if state.finished else "not finished: run the same command again to resume")
