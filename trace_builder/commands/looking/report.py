"""``trace-build report``: one HTML file to look at what was made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from trace_builder.commands.looking.stats import PATH_HELP


def report(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH", help=f"{PATH_HELP} Several evaluations are shown side by side."),
    ],
    to: Annotated[
        Path | None,
        typer.Option(
            "--to",
            metavar="FILE",
            help="Where to write the page. Default: report.html in a run's or an evaluation's folder, "
            "else <name>.report.html in the current folder.",
        ),
    ] = None,
    show: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Name the page as one JSON object.")] = False,
    taxonomy: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Another taxonomy file; none: the run's own, or the shipped one."),
    ] = None,
) -> None:
    """Writes one self-contained HTML page: the funnel, the sets, the judge, the calls, and the records."""
    from trace_builder.report.build import build_report, default_target, write_page
    from trace_builder.taxonomy import load_taxonomy

    page = build_report(*paths, taxonomy=load_taxonomy(taxonomy) if taxonomy else None)
    target = to or default_target(paths[0])
    write_page(target, page)
    size = len(page.encode("utf-8", "replace"))
    if as_json:
        typer.echo(json.dumps({"page": str(target), "bytes": size}))
    else:
        typer.echo(f"{target} ({size / 1e6:.1f} MB)")
    if show:
        import webbrowser

        webbrowser.open(target.resolve().as_uri())
