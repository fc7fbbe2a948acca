"""The ``trace-build`` program: names its commands, and turns errors into one sentence and an exit code."""

from __future__ import annotations

import sys

import typer

from trace_builder import __version__
from trace_builder.commands import (
    config_schema,
    evalset,
    evaluate,
    rehearse,
    release,
    report,
    run,
    stats,
    status,
    trace,
)
from trace_builder.errors import EXIT_INTERRUPTED, TraceBuildError

app = typer.Typer(
    name="trace-build",
    help="Builds SFT, DPO and IOPO data for complex-instruction following from plain instructions.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(run.run)
app.command()(status.status)
app.command()(release.release)
app.command()(trace.trace)
app.command()(report.report)
app.command()(stats.stats)
app.command()(evaluate.evaluate)
app.command()(rehearse.rehearse)
app.add_typer(evalset.app, name="evalset")
app.add_typer(config_schema.app, name="config")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"trace-build {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version."
    ),
) -> None:
    """Builds SFT, DPO and IOPO data for complex-instruction following from plain instructions."""


def main() -> None:
    """Entry point. Exit codes: 0 done; 1 done, but some records failed; 2 wrong usage, config or input; 3
    stopped and resumable; 130 interrupted and resumable."""
    try:
        app()
    except TraceBuildError as exc:
        typer.echo(f"error: {exc}", err=True)
        sys.exit(exc.exit_code)
    except KeyboardInterrupt:
        typer.echo("interrupted", err=True)
        sys.exit(EXIT_INTERRUPTED)
    except BrokenPipeError:
        sys.exit(0)
