"""``trace-build stats``: what a run, a release, an evaluation or a file of records holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

PATH_HELP = "A run's folder, a release, an evaluation, the released TRACE set, or a file of our own records."


def stats(
    path: Annotated[Path, typer.Argument(metavar="PATH", help=PATH_HELP)],
    as_json: Annotated[bool, typer.Option("--json", help="Everything, as one JSON object.")] = False,
    taxonomy: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Another taxonomy file; none: the run's own, or the shipped one."),
    ] = None,
) -> None:
    """Counts, shares and oddities of what PATH holds, beside the paper's figures."""
    from trace_builder.report.stats.statistics import statistics
    from trace_builder.taxonomy import load_taxonomy

    found = statistics(path, load_taxonomy(taxonomy) if taxonomy else None)
    if as_json:
        typer.echo(json.dumps(found.model_dump(mode="json", by_alias=True), ensure_ascii=False, indent=2))
        return
    from trace_builder.report.terminal.stats_tables import print_statistics
    from trace_builder.report.terminal.tables import Printer

    print_statistics(found, Printer())
