"""``trace-build trace``: where a record comes from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ID_HELP = "The id of a seed, or of any row of a release."
DIR_HELP = "A run's folder; by default the current folder, or the newest run under outputs/."


def trace(
    id_: Annotated[str, typer.Argument(metavar="ID", help=ID_HELP)],
    folder: Annotated[Path | None, typer.Argument(metavar="DIR", help=DIR_HELP)] = None,
    text: Annotated[bool, typer.Option("--text/--no-text", help="Show the raw answers too.")] = True,
) -> None:
    """Seed, stages, prompts, models, judge scores and calls of one record."""
    from trace_builder.report.lineage import find_run, lineage

    typer.echo(lineage(find_run(folder), id_, raw=text))
