"""``trace-build init``: a folder to work in."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Annotated

import typer

from trace_builder.commands.run import program_name

_CONFIG_HELP = "Which shipped configuration to begin with (`trace-build config list`)."


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Made where it is not there.")],
    config: Annotated[str, typer.Option("--config", metavar="NAME", help=_CONFIG_HELP)] = "server",
    as_json: Annotated[bool, typer.Option("--json", help="Name what was made as one JSON object.")] = False,
) -> None:
    """Makes a folder with what people edit: configuration, prompts, taxonomy and seeds; names the next."""
    from trace_builder.run.project_folder import CONFIG, make_project

    names = make_project(folder, config)
    if as_json:
        typer.echo(json.dumps({"folder": str(folder), "made": names}, ensure_ascii=False))
        return
    typer.echo(f"Made in {folder}: {', '.join(names)}.")
    typer.echo("Next:")
    run = f"{program_name()} run --config {CONFIG}"
    for why, then in (
        ("The paths in the configuration count from there.", f"cd {shlex.quote(str(folder))}"),
        ("A drill with the embedded model:", f"{run} --set rehearsal={{}} --output outputs/drill"),
        ("A first look at real data:", f"{run} --base-url URL --limit 20"),
        ("What else there is:", "make"),
    ):
        typer.echo(f"  # {why}\n  {then}")
