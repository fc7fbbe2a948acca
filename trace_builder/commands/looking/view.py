"""``trace-build view``: the page, served live."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from trace_builder.commands.looking.stats import PATH_HELP

_HOST_HELP = "Where to listen. Elsewhere than on this machine's own address, a token is asked for."


def view(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH", help=f"{PATH_HELP} Several evaluations are shown side by side."),
    ],
    port: Annotated[int, typer.Option("--port", metavar="PORT", min=0, max=65535, help="0: a free one.")] = 0,
    host: Annotated[str, typer.Option("--host", metavar="ADDRESS", help=_HOST_HELP)] = "127.0.0.1",
    show: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
    taxonomy: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Another taxonomy file; none: the run's own, or the shipped one."),
    ] = None,
) -> None:
    """Serves the page of `report` for any number of records, and follows a run. Ctrl-C ends it."""
    from tempfile import TemporaryDirectory

    from trace_builder.commands.run import say
    from trace_builder.report.live.live_server import ViewServer
    from trace_builder.report.live.live_sources import open_source
    from trace_builder.report.live.live_view import LiveView
    from trace_builder.taxonomy import load_taxonomy

    source = open_source(paths, load_taxonomy(taxonomy) if taxonomy else None)
    title = "/".join(paths[0].resolve().parts[-2:])
    with (
        TemporaryDirectory(prefix="trace-build-view-") as folder,
        LiveView(source, Path(folder), say) as live,
        ViewServer(live, title, host, port) as server,
    ):
        typer.echo(server.url)
        if show:
            import webbrowser

            webbrowser.open(server.url)
        with suppress(KeyboardInterrupt):
            server.serve_forever(poll_interval=0.2)
