"""``trace-build config``: the shipped configurations, and the schema that all have."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Configuration files: the shipped ones, and their schema.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Configuration files: the shipped ones, and their schema."""


@app.command(name="list")
def list_configs(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object: what each name is for.")] = False,
) -> None:
    """Names the shipped configurations; each name can stand after --config."""
    from trace_builder.support.resources import profiles

    about = {name: _purpose(name) for name in profiles()}
    if as_json:
        typer.echo(json.dumps(about, ensure_ascii=False, indent=2))
        return
    for name, purpose in about.items():
        typer.echo(textwrap.fill(f"{name:<10}  {purpose}", width=80, subsequent_indent=" " * 12))


@app.command()
def show(
    name: Annotated[str, typer.Argument(metavar="NAME|FILE", help="A shipped configuration, or a file.")],
    resolved: Annotated[
        bool, typer.Option("--resolved", help="Every setting as a run would have it, as JSON.")
    ] = False,
) -> None:
    """Prints a configuration: its file, or with --resolved everything it comes to."""
    from trace_builder.run.config_file import load_config
    from trace_builder.storage.jsonl import read_text
    from trace_builder.support.resources import config_path

    if resolved:
        loaded = load_config(Path(name)).model_dump(mode="json")
        typer.echo(json.dumps(loaded, ensure_ascii=False, indent=2))
    else:
        typer.echo(read_text(config_path(Path(name))), nl=False)


@app.command()
def schema() -> None:
    """Prints a JSON schema of the configuration file, for editors that complete and check."""
    from trace_builder.run.config_file import config_schema

    typer.echo(json.dumps(config_schema(), ensure_ascii=False, indent=2))


def _purpose(name: str) -> str:
    """The first sentence of the comment that a configuration begins with."""
    from trace_builder.support.resources import shipped

    words: list[str] = []
    for line in shipped("configs", f"{name}.yaml").read_text(encoding="utf-8").splitlines():
        if not line.startswith("# "):
            break
        words += line[2:].split()
    end = next((n for n, word in enumerate(words, 1) if word.endswith(".")), len(words))
    return " ".join(words[:end])
