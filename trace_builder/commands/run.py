"""``trace-build run``: the pipeline, or one stage of it."""

from __future__ import annotations

import json
import shutil
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trace_builder.errors import EXIT_FAILED, EXIT_INTERRUPTED, InputError
from trace_builder.support.certificates import certified_first

if TYPE_CHECKING:
    from trace_builder.run.pipeline import PipelineResult


_CONFIG_HELP = (
    "A YAML file, or the name of a shipped one (`trace-build config list`). "
    "None: server where there is a --base-url, else rehearsal."
)


def run(
    config: Annotated[
        Path | None,
        typer.Option("--config", metavar="FILE|NAME", help=_CONFIG_HELP),
    ] = None,
    seeds: Annotated[
        list[Path] | None, typer.Option("--seeds", metavar="FILE", help="Seed file; repeat for more.")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", metavar="DIR", help="The run's folder.")] = None,
    stage: Annotated[str, typer.Option("--stage", metavar="NAME", help="One stage, or all.")] = "all",
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", min=1, help="Take the first N seeds.")
    ] = None,
    base_url: Annotated[
        list[str] | None,
        typer.Option("--base-url", metavar="URL", help="OpenAI-compatible server; repeat for more."),
    ] = None,
    model: Annotated[
        str | None, typer.Option("--model", metavar="NAME", help="The name the servers know the model by.")
    ] = None,
    concurrency: Annotated[
        int | None, typer.Option("--concurrency", metavar="N", min=1, help="Most requests in flight.")
    ] = None,
    outage_limit: Annotated[
        float | None,
        typer.Option("--outage-limit", metavar="SECONDS", help="Wait this long for lost servers."),
    ] = None,
    skip_bad_seeds: Annotated[
        bool, typer.Option("--skip-bad-seeds", help="Count them and go on; see DIR/bad_seeds.jsonl.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse to walk stages again whose fingerprint changed.")
    ] = False,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Override one setting; repeatable.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="At the end, one JSON object instead of the summary.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do not ask before other seeds drop rows of the folder's products.")
    ] = False,
) -> None:
    """Turns plain instructions into SFT, DPO and IOPO data. Running again on the same folder resumes.

    Without arguments: the bundled seeds, the embedded rehearsal model, outputs/rehearsal. With --base-url:
    the model that the server offers, outputs/server.
    """
    from trace_builder.errors import did_you_mean
    from trace_builder.run.config_file import load_config
    from trace_builder.run.pipeline import run_pipeline
    from trace_builder.stages.stage_registry import stage_classes

    *names, last = stage_classes()
    if stage not in ("all", *names, last):
        meant = did_you_mean(stage, ("all", *names, last))
        raise InputError(f"--stage {stage}: expected all, {', '.join(names)} or {last}{meant}")
    values: dict[str, Any] = {}
    if seeds:
        values["seeds"] = [str(path) for path in seeds]
    if output is not None:
        values["output"] = str(output)
    if base_url:
        # Servers of one's own take the place of the embedded model.
        values["models.default.base_urls"] = list(base_url)
        values["rehearsal"] = None
        config = config or Path("server")
    for key, value in (
        ("limit", limit),
        ("models.default.name", model),
        ("wire.concurrency", concurrency),
        ("wire.outage_limit", outage_limit),
        ("skip_bad_seeds", skip_bad_seeds or None),
        ("strict", strict or None),
    ):
        if value is not None:
            values[key] = value
    loaded = load_config(config, settings or (), values)
    result = run_pipeline(loaded, stage, say, (lambda question: True) if yes else ask_first)
    if as_json:
        typer.echo(json.dumps(as_object(result), ensure_ascii=False, indent=2))
    else:
        report(result)
    if result.summary.interrupted:
        raise typer.Exit(EXIT_INTERRUPTED)
    if result.summary.failed:
        raise typer.Exit(EXIT_FAILED)


def ask_first(question: str) -> bool:
    """Asks at a terminal; where there is none, nobody can agree.

    Raises:
        InputError: there is no terminal.
    """
    from trace_builder.run.pipeline import refuse

    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return refuse(question)
    return typer.confirm(f"{question}. Go on?", err=True)


def say(line: str) -> None:
    """One line for the user, beside the results on stdout. A run goes on though nobody listens any more."""
    from tqdm import tqdm

    with suppress(BrokenPipeError):
        tqdm.write(line, file=sys.stderr)


def as_object(result: PipelineResult) -> dict[str, Any]:
    """What was made, for programs."""
    from trace_builder.storage.run_folder import as_dict

    return {
        "folder": str(result.folder),
        "interrupted": result.summary.interrupted,
        "stages": [as_dict(stage) for stage in result.summary.stages],
        "products": result.products,
        "certificates": result.certificates,
    }


def report(result: PipelineResult) -> None:
    """What was made, and what can be run next."""
    for stage in result.summary.stages:
        figures = f"accepted {stage.accepted:>6}  rejected {stage.rejected:>6}  failed {stage.failed:>4}"
        typer.echo(f"{stage.name:<10}in {stage.entered:>6}  {figures}  pending {stage.pending:>6}")
    folder = result.folder
    if result.summary.interrupted:
        typer.echo(f"Interrupted; run the same command again to resume {folder}.")
        return
    counts = {name: certified_first(kinds) for name, kinds in result.certificates.items()}
    made = (f"{counts.get(name, rows)} in {name}.jsonl" for name, rows in result.products.items())
    typer.echo(f"Made in {folder}: {'; '.join(made)}.")
    if result.summary.failed:
        typer.echo(f"{result.summary.failed} records failed; run the same command again to try them anew.")
    typer.echo("Next:")
    for then in (f"status {folder}", f"report {folder}", f"release {folder} --to {folder}-release"):
        typer.echo(f"  {program_name()} {then}")


def program_name() -> str:
    """How this program can be called again from here."""
    if shutil.which("trace-build"):
        return "trace-build"
    program = Path(sys.argv[0])
    if program.name == "__main__.py":
        return f"{sys.executable} -m trace_builder"
    return str(program.relative_to(Path.cwd())) if program.is_relative_to(Path.cwd()) else str(program)
