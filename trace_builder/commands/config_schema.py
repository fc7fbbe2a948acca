"""``trace-build config``: about configuration files."""

from __future__ import annotations

import json

import typer

app = typer.Typer(help="About configuration files.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """About configuration files."""


@app.command()
def schema() -> None:
    """Prints a JSON schema of the configuration file, for editors that complete and check."""
    from trace_builder.stages.stage_registry import config_model

    draft = "https://json-schema.org/draft/2020-12/schema"
    document = {"$schema": draft, **config_model().model_json_schema()}
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2))
