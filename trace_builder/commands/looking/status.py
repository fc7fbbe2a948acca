"""``trace-build status``: what a run's folder holds, from its files alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def status(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A run's folder.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """For each stage: in, accepted, rejected, failed, pending; calls, tokens and retries; reasons; cost."""
    from trace_builder.report.stats.run_status import read_status

    found = read_status(folder)
    if as_json:
        typer.echo(json.dumps(found.as_dict(), ensure_ascii=False, indent=2))
        return
    from trace_builder.report.terminal.status_tables import print_status
    from trace_builder.report.terminal.tables import Printer

    print_status(found, Printer())
