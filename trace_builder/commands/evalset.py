"""``trace-build evalset``: makes an evaluation set: quotas, a second model's check, people, agreement."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trace_builder.commands.run import say
from trace_builder.errors import EXIT_FAILED, EXIT_INTERRUPTED, InputError

if TYPE_CHECKING:
    from trace_builder.evalset.second_check import SetCheck
    from trace_builder.released_rows import EvalItem

app = typer.Typer(
    help="Makes an evaluation set: select, check, export for annotators, agree, write.", no_args_is_help=True
)

SetFile = Annotated[Path, typer.Argument(metavar="SET", help="An evaluation file in the released format.")]
Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Annotators' files: JSON or CSV.")]
Checks = Annotated[
    Path | None, typer.Option("--checks", metavar="FILE|DIR", help="What `evalset check` found.")
]


@app.command()
def select(
    source: Annotated[
        Path, typer.Argument(metavar="DIR|FILE", help="A run's folder, or an evaluation file.")
    ],
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help="The set to write.")],
    quota: Annotated[
        list[str] | None,
        typer.Option("--quota", metavar="COUNT=NUMBER", help="Instructions by constraint count; repeatable."),
    ] = None,
    total: Annotated[
        int | None, typer.Option("--total", min=1, max=10**9, help="Scale the quotas to so many.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Draws which ones are taken.")] = 0,
) -> None:
    """Picks instructions by quotas over the constraint count; without any, the paper's evaluation row."""
    from trace_builder.evalset.select import select
    from trace_builder.quotas import PAPER_QUOTAS, parse_quotas, scaled

    quotas = parse_quotas("--quota", quota) if quota else PAPER_QUOTAS
    found = select(source, scaled(quotas, total) if total else quotas, seed)
    _write_set(to, found.items)
    typer.echo(f"{len(found.items)} of {found.offered} instructions written to {to}.")
    if found.short:
        missing = ", ".join(f"{number} with {count}" for count, number in found.short.items())
        typer.echo(f"Missing to fill the quotas: {missing} constraints.")
    typer.echo(f"Next: trace-build evalset check {to} --output {to.with_suffix('')}-checks")


@app.command()
def check(
    set_file: SetFile,
    output: Annotated[Path, typer.Option("--output", metavar="DIR", help="The check's folder; resumes.")],
    base_url: Annotated[
        list[str] | None,
        typer.Option("--base-url", metavar="URL", help="Serves the second model; repeatable."),
    ] = None,
    model: Annotated[str | None, typer.Option("--model", metavar="NAME", help="Its name there.")] = None,
    config: Annotated[
        Path | None,
        typer.Option("--config", metavar="FILE", help="YAML; quality.call is what is sampled with."),
    ] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Override one setting; repeatable.")
    ] = None,
) -> None:
    """A second model looks for an empty description, redundancy and a mismatched input, and proposes how the
    instruction should read. Without a server the embedded model does it, as a drill."""
    from trace_builder.evalset.second_check import check_set
    from trace_builder.run.config_file import load_config

    values: dict[str, Any] = {"output": str(output)}
    if base_url:
        values |= {"models.default.base_urls": list(base_url), "rehearsal": None}
        if not model and config is None:
            raise InputError("--base-url without --model: the name of the second model is missing")
    if model:
        values["models.default.name"] = model
    found = check_set(load_config(config, settings or (), values), set_file, say)
    if found.interrupted:
        typer.echo(f"Interrupted; run the same command again to resume {output}.")
        raise typer.Exit(EXIT_INTERRUPTED)
    _say_findings(found)
    typer.echo(f"Next: trace-build evalset export {set_file} --checks {output} --to {output}-sheet")
    if found.failed:
        typer.echo(f"{found.failed} records failed; run the same command again to try them anew.")
        raise typer.Exit(EXIT_FAILED)


def _say_findings(found: SetCheck) -> None:
    from collections import Counter

    findings = found.findings.values()
    faults = Counter(fault for finding in findings for fault in finding.faults)
    listed = ", ".join(f"{name} {n}" for name, n in faults.most_common()) or "none"
    faulty = sum(bool(finding.faults) for finding in findings)
    proposed = sum(finding.proposal is not None for finding in findings)
    typer.echo(
        f"{len(findings)} of {found.asked} checked: {faulty} with a fault ({listed}), {proposed} proposals."
    )


@app.command()
def export(
    set_file: SetFile,
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="Where the sheet and the tables go.")],
    checks: Checks = None,
    sample: Annotated[int | None, typer.Option("--sample", min=1, help="Only so many, drawn.")] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Draws the sample.")] = 0,
) -> None:
    """Writes what annotators need: an HTML sheet that works offline, a CSV, and tasks for Label Studio."""
    from trace_builder.evalset.export import export_set

    count, paths = export_set(set_file, to, checks, sample, seed)
    typer.echo(f"{count} instructions: {', '.join(str(path) for path in paths)}.")
    typer.echo(f"Send them out; then: trace-build evalset agree {set_file} FILE... --to {to}")


@app.command()
def agree(
    set_file: SetFile,
    files: Files,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="DIR", help="Where the adjudicator's sheet goes.")
    ] = None,
    checks: Checks = None,
    resamples: Annotated[
        int, typer.Option("--resamples", metavar="N", min=0, max=10**6, help="Bootstrap resamples.")
    ] = 1000,
    as_json: Annotated[bool, typer.Option("--json", help="Print agreement.json instead of tables.")] = False,
) -> None:
    """Imports annotators' files: how far they agree, and where they do not."""
    from trace_builder.evalset.adjudicate import agree, print_agreement
    from trace_builder.evalset.annotation_files import read_annotators
    from trace_builder.evalset.export import export_disputes
    from trace_builder.evaluate.bootstrap import Sampling
    from trace_builder.report.terminal.tables import Printer

    items = _read_set(set_file)
    people = read_annotators(files, items)
    report, disputes = agree(people, items, Sampling(resamples=resamples))
    page = export_disputes(to, items, report, disputes, checks) if to is not None else None
    if as_json:
        typer.echo(report.model_dump_json(indent=2))
        return
    for person in people:
        if person.role == "adjudicator":
            typer.echo(f"{person.path} is by the adjudicator {person.name}; left out.")
    print_agreement(report, Printer())
    if page is not None:
        typer.echo(f"To adjudicate: open {page}, save, and give the file to evalset write.")


@app.command()
def write(
    set_file: SetFile,
    files: Files,
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help="The adjudicated set to write.")],
    adjudicated: Annotated[
        list[Path] | None,
        typer.Option(
            "--adjudicated",
            metavar="FILE",
            help="A file that is an adjudicator's and does not say so: a CSV.",
        ),
    ] = None,
    only_annotated: Annotated[
        bool, typer.Option("--only-annotated", help="Leave out what nobody looked at, instead of stopping.")
    ] = False,
) -> None:
    """Writes the adjudicated set in the released format: kept and corrected ones, without the dropped."""
    from trace_builder.evalset.adjudicate import adjudicate
    from trace_builder.evalset.annotation_files import read_annotators

    items = _read_set(set_file)
    people = read_annotators(files, items, adjudicated or ())
    if only_annotated:
        seen = {id_ for person in people for id_ in person.answers}
        items = tuple(item for item in items if item.id in seen)
    found = adjudicate(people, items)
    _write_set(to, found.items)
    typer.echo(
        f"{len(found.items)} instructions written to {to}: {len(found.corrected)} corrected, "
        f"{len(found.dropped)} dropped."
    )
    typer.echo(f"Next: trace-build stats {to} | trace-build evaluate --data {to}")


def _read_set(path: Path) -> tuple[EvalItem, ...]:
    from trace_builder.evaluate.dataset import read_evalset
    from trace_builder.taxonomy import load_taxonomy

    return read_evalset(path, load_taxonomy()).items


def _write_set(path: Path, items: tuple[EvalItem, ...]) -> None:
    from trace_builder.released_rows import released_row
    from trace_builder.storage.jsonl import write_jsonl

    write_jsonl(path, map(released_row, items))
