"""``trace-build rehearse``: the embedded model alone, for clients and drills."""

from __future__ import annotations

from typing import Annotated

import typer


def rehearse(
    port: Annotated[
        int, typer.Option(min=0, max=65535, metavar="PORT", help="Port on 127.0.0.1; 0 takes a free one.")
    ] = 8000,
    latency: Annotated[
        str,
        typer.Option(
            metavar="SECONDS", help="Seconds an answer takes: 0.2, uniform:0.1,0.5 or lognormal:1,0.8."
        ),
    ] = "0",
    fault: Annotated[
        list[str] | None,
        typer.Option(metavar="KIND=RATE", help="A fault and the share of requests it hits; repeatable."),
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", help="Of all the server's own draws.")] = 0,
    miss: Annotated[
        float, typer.Option(min=0, max=1, help="Share of responses that miss a constraint.")
    ] = 0.15,
    flawed: Annotated[
        float, typer.Option(min=0, max=1, help="Share of expansions and structures made with a flaw.")
    ] = 0.08,
    model: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A model name it answers to; repeatable. None given: any name."),
    ] = None,
    max_model_len: Annotated[int, typer.Option(min=1, help="Tokens of prompt and answer together.")] = 32768,
    max_running: Annotated[int, typer.Option(min=0, help="Requests served at once; 0: no limit.")] = 0,
    api_key_env: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Environment variable with a key that clients must send."),
    ] = None,
    down_seconds: Annotated[
        float, typer.Option(min=0, help="How long the fault `dies` takes it away.")
    ] = 30.0,
    deaths: Annotated[int, typer.Option(min=0, help="Times the fault `dies` may happen.")] = 1,
) -> None:
    """Serve the embedded rule-driven model over HTTP on loopback, with latency and faults on request."""
    from trace_builder.config import RehearsalConfig
    from trace_builder.rehearsal.serve import serve_until_stopped
    from trace_builder.rehearsal.server.faults import parse_faults
    from trace_builder.rehearsal.server.server_options import ServerOptions

    drill = RehearsalConfig(
        seed=seed, miss=miss, flawed=flawed, latency=latency, faults=parse_faults(fault or [])
    )
    options = ServerOptions(
        drill=drill,
        port=port,
        models=tuple(model) if model else ("rehearsal",),
        any_model=not model,
        api_key=_key(api_key_env),
        max_model_len=max_model_len,
        max_running=max_running,
        down_seconds=down_seconds,
        deaths=deaths,
    )

    def announce(base_url: str) -> None:
        names = ", ".join(options.models) if model else "any name"
        typer.echo(
            f"{base_url}  rehearsal model (rules, not a language model), answers to {names}; Ctrl-C stops it"
        )

    serve_until_stopped(options, announce)


def _key(variable: str | None) -> str | None:
    import os

    from trace_builder.errors import InputError

    if variable is None:
        return None
    key = os.environ.get(variable)
    if not key:
        raise InputError(f"--api-key-env {variable}: the environment variable is not set")
    return key
