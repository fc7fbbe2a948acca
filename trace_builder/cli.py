"""The ``trace-build`` program: names its commands, and turns errors into one sentence and an exit code."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import typer
from typer.core import TyperGroup

from trace_builder import __version__
from trace_builder.commands import check, configs, evalset, evaluate, init, rehearse, release, run
from trace_builder.commands.looking import report, stats, status, trace, view
from trace_builder.errors import EXIT_INTERRUPTED, InputError, TraceBuildError, system_error
from trace_builder.support.logs import show_logs

_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")
#: Characters of a line of a complaint that are shown.
_SHOWN = 1000


class _Commands(TyperGroup):
    """Leaves of what a command may end in only errors of our own, and the exits of the parser."""

    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        with _told():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: Any) -> Any:
        with _told():
            result = super().invoke(ctx)
            sys.stdout.flush()
            return result


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        typer.echo("interrupted", err=True)
        raise typer.Exit(EXIT_INTERRUPTED) from None
    except BrokenPipeError:
        raise typer.Exit(0) from None
    except OSError as exc:
        raise system_error(exc) from exc
    except RecursionError as exc:
        raise InputError("something in the input is nested too deep") from exc
    except MemoryError as exc:
        raise InputError("something in the input is larger than the memory of this machine") from exc


app = typer.Typer(
    name="trace-build",
    help="Builds SFT, DPO and IOPO data for complex-instruction following from plain instructions.",
    cls=_Commands,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(init.init)
app.command()(run.run)
app.command()(status.status)
app.command()(release.release)
app.command()(trace.trace)
app.command()(view.view)
app.command()(report.report)
app.command()(stats.stats)
app.command()(evaluate.evaluate)
app.command()(check.check)
app.command()(rehearse.rehearse)
app.add_typer(evalset.app, name="evalset")
app.add_typer(configs.app, name="config")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"trace-build {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version."
    ),
    verbose: bool = typer.Option(False, "--verbose", help="Say on stderr what is done, without secrets."),
    no_color: bool = typer.Option(False, "--no-color", help="Print without colours; so does NO_COLOR=1."),
) -> None:
    """Builds SFT, DPO and IOPO data for complex-instruction following from plain instructions."""
    if verbose:
        show_logs()
    if no_color:
        os.environ["NO_COLOR"] = "1"


def main() -> None:
    """Runs the command of the command line. Exit codes: 0 done; 1 done, but some records failed; 2 wrong
    usage, config or input; 3 stopped and resumable; 130 interrupted and resumable."""
    try:
        app()
    except TraceBuildError as exc:
        with suppress(OSError):
            typer.echo(f"error: {_shown(str(exc))}", err=True)
        sys.exit(exc.exit_code)
    except OSError:  # wrong usage, and nowhere to say so
        sys.exit(InputError.exit_code)


def _shown(message: str) -> str:
    """A message that quotes what a file holds, made fit for a terminal."""
    lines = (line if len(line) <= _SHOWN else f"{line[:_SHOWN]} ..." for line in message.split("\n"))
    return _CONTROLS.sub(lambda found: f"\\x{ord(found.group()):02x}", "\n".join(lines))
