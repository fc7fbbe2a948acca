"""``trace-build status``: what a run's folder holds, from its files alone."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from trace_builder.report.stats.run_status import RunStatus


def status(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A run's folder.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Print it anew while the run goes on, until it is finished.")
    ] = False,
    every: Annotated[
        float, typer.Option("--every", metavar="SECONDS", min=0.2, help="How often, with --watch.")
    ] = 5.0,
) -> None:
    """For each stage: in, accepted, rejected, failed, pending; calls, tokens and retries; reasons; cost."""
    from trace_builder.report.stats.run_status import read_status

    found = read_status(folder)
    _show(found, as_json)
    while watch and found.unfinished:
        time.sleep(every)
        found = read_status(folder)
        typer.echo("\x1b[2J\x1b[H" if sys.stdout.isatty() and not as_json else "", nl=not as_json)
        _show(found, as_json)


def _show(found: RunStatus, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(found.as_dict(), ensure_ascii=False, indent=2))
        return
    from trace_builder.report.terminal.status_tables import print_status
    from trace_builder.report.terminal.tables import Printer

    print_status(found, Printer())
