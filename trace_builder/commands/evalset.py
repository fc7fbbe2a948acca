"""``trace-build evalset``: makes an evaluation set: quotas, a second model's check, people, agreement."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trace_builder.errors import InputError

if TYPE_CHECKING:
    from trace_builder.evaluate.annotations import Annotator
    from trace_builder.evaluate.checking import Finding
    from trace_builder.evaluate.items import EvalItem

EXIT_FAILED = 1
EXIT_INTERRUPTED = 130

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
    total: Annotated[int | None, typer.Option("--total", min=1, help="Scale the quotas to so many.")] = None,
    seed: Annotated[int, typer.Option("--seed", help="Draws which ones are taken.")] = 0,
) -> None:
    """Picks instructions by quotas over the constraint count; without any, the paper's evaluation row."""
    from trace_builder.evaluate.lines import write_jsonl
    from trace_builder.evaluate.quotas import parse_quotas, pick, read_run, scaled
    from trace_builder.evaluate.reading import read_evalset, released_row
    from trace_builder.taxonomy import load_taxonomy

    taxonomy = load_taxonomy()
    quotas = parse_quotas(quota or ())
    items = read_run(source, taxonomy) if source.is_dir() else read_evalset(source, taxonomy).items
    found = pick(items, scaled(quotas, total) if total else quotas, seed)
    if not found.items:
        raise InputError(
            f"{source}: none of its {len(items)} instructions has a constraint count with a quota"
        )
    write_jsonl(to, (released_row(item, {}) for item in found.items))
    typer.echo(f"{len(found.items)} of {len(items)} instructions written to {to}.")
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
    model: Annotated[str | None, typer.Option("--model", help="Its name there.")] = None,
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
    from trace_builder.commands.run import say
    from trace_builder.evaluate.checking import CHECKS, check_set, read_findings
    from trace_builder.evaluate.reading import read_evalset
    from trace_builder.resources import shipped
    from trace_builder.run.config_file import load_config
    from trace_builder.taxonomy import load_taxonomy

    values: dict[str, Any] = {"output": str(output)}
    if base_url:
        values |= {"models.default.base_urls": list(base_url), "rehearsal": None}
        if not model and config is None:
            raise InputError("--base-url without --model: the name of the second model is missing")
    if model:
        values["models.default.name"] = model
    loaded = load_config(config or shipped("configs", "rehearsal.yaml"), settings or (), values)
    taxonomy = load_taxonomy(loaded.taxonomy)
    data = read_evalset(set_file, taxonomy)
    summary = check_set(loaded, data, taxonomy, say)
    if summary.interrupted:
        typer.echo(f"Interrupted; run the same command again to resume {output}.")
        raise typer.Exit(EXIT_INTERRUPTED)
    _say_findings(read_findings(output / CHECKS, {item.id for item in data.items}), len(data.items))
    typer.echo(f"Next: trace-build evalset export {set_file} --checks {output} --to {output}-sheet")
    if summary.failed:
        typer.echo(f"{summary.failed} records failed; run the same command again to try them anew.")
        raise typer.Exit(EXIT_FAILED)


def _say_findings(findings: dict[str, Finding], asked: int) -> None:
    from collections import Counter

    faults = Counter(fault for finding in findings.values() for fault in finding.faults)
    faulty = sum(bool(finding.faults) for finding in findings.values())
    proposed = sum(finding.proposal is not None for finding in findings.values())
    listed = ", ".join(f"{name} {n}" for name, n in faults.most_common()) or "none"
    typer.echo(f"{len(findings)} of {asked} checked: {faulty} with a fault ({listed}), {proposed} proposals.")


@app.command()
def export(
    set_file: SetFile,
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="Where the sheet and the tables go.")],
    checks: Checks = None,
    sample: Annotated[int | None, typer.Option("--sample", min=1, help="Only so many, drawn.")] = None,
    seed: Annotated[int, typer.Option("--seed", help="Draws the sample.")] = 0,
) -> None:
    """Writes what annotators need: an HTML sheet that works offline, a CSV, and tasks for Label Studio."""
    from trace_builder.evaluate.annotations import set_digest
    from trace_builder.evaluate.export import write_exports
    from trace_builder.randomness import derive_seed

    items = _read_set(set_file)
    chosen = items
    if sample is not None:
        drawn = sorted(items, key=lambda i: (derive_seed(seed, "annotate", i.id), i.id))[:sample]
        ids = {item.id for item in drawn}
        chosen = tuple(item for item in items if item.id in ids)
    paths = write_exports(to, chosen, set_digest(items), _read_checks(checks, items))
    typer.echo(f"{len(chosen)} instructions: {', '.join(str(path) for path in paths)}.")
    typer.echo(f"Send them out; then: trace-build evalset agree {set_file} FILE... --to {to}")


@app.command()
def agree(
    set_file: SetFile,
    files: Files,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="DIR", help="Where the adjudicator's sheet goes.")
    ] = None,
    checks: Checks = None,
    resamples: Annotated[int, typer.Option("--resamples", min=0, help="Bootstrap resamples.")] = 1000,
    as_json: Annotated[bool, typer.Option("--json", help="Print agreement.json instead of tables.")] = False,
) -> None:
    """Imports annotators' files: how far they agree, and where they do not."""
    from trace_builder.evaluate.adjudication import agreements, disagreements
    from trace_builder.evaluate.annotations import set_digest
    from trace_builder.evaluate.export import sheet
    from trace_builder.evaluate.lines import write_json, write_jsonl, write_text
    from trace_builder.evaluate.resample import Sampling

    items = _read_set(set_file)
    annotators = _read_annotators(files, items)
    if len(annotators) < 2:
        raise InputError("agreement needs at least two annotators")
    disputes = disagreements(annotators, items)
    found = {
        "kind": "trace_builder.agreement",
        "version": 1,
        "set": set_digest(items),
        "instructions": len(items),
        "annotators": {annotator.name: len(annotator.answers) for annotator in annotators},
        "questions": agreements(annotators, items, Sampling(resamples=resamples)),
        "disagreements": [dispute.item.id for dispute in disputes],
    }
    if to is not None:
        write_json(to / "agreement.json", found)
        write_jsonl(to / "disagreements.jsonl", (dispute.as_dict() for dispute in disputes))
        by_id = {dispute.item.id: dispute for dispute in disputes}
        page = sheet([d.item for d in disputes], set_digest(items), _read_checks(checks, items), by_id)
        if disputes:
            write_text(to / "adjudication.html", page)
    _print_agreement(found, as_json)
    if not as_json and to is not None and disputes:
        typer.echo(
            f"To adjudicate: open {to / 'adjudication.html'}, save, and give the file to evalset write."
        )


def _print_agreement(found: dict[str, Any], as_json: bool) -> None:
    import json

    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    from trace_builder.evaluate.terminal import print_agreement
    from trace_builder.report.terminal.tables import Printer

    print_agreement(found, Printer())


@app.command()
def write(
    set_file: SetFile,
    files: Files,
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help="The adjudicated set to write.")],
    adjudicated: Annotated[
        list[Path] | None,
        typer.Option("--adjudicated", metavar="FILE", help="The adjudicator's file; it has the last word."),
    ] = None,
    only_annotated: Annotated[
        bool, typer.Option("--only-annotated", help="Leave out what nobody looked at, instead of stopping.")
    ] = False,
) -> None:
    """Writes the adjudicated set in the released format: kept and corrected ones, without the dropped."""
    from trace_builder.evaluate.adjudication import settle
    from trace_builder.evaluate.lines import write_jsonl
    from trace_builder.evaluate.reading import released_row

    items = _read_set(set_file)
    annotators = _read_annotators(files, items)
    judges = _read_annotators(adjudicated or (), items)
    if only_annotated:
        seen = {id_ for person in (*annotators, *judges) for id_ in person.answers}
        items = tuple(item for item in items if item.id in seen)
    outcome = settle(annotators, judges, items)
    if not outcome.items:
        raise InputError(f"{set_file}: every instruction was dropped, so there is no set to write")
    write_jsonl(to, (released_row(item, {}) for item in outcome.items))
    typer.echo(
        f"{len(outcome.items)} instructions written to {to}: {len(outcome.corrected)} corrected, "
        f"{len(outcome.dropped)} dropped."
    )
    typer.echo(f"Next: trace-build stats {to} | trace-build evaluate --data {to}")


def _read_set(path: Path) -> tuple[EvalItem, ...]:
    from trace_builder.evaluate.reading import read_evalset
    from trace_builder.taxonomy import load_taxonomy

    return read_evalset(path, load_taxonomy()).items


def _read_checks(path: Path | None, items: tuple[EvalItem, ...]) -> dict[str, Finding]:
    from trace_builder.evaluate.checking import read_findings

    return read_findings(path, {item.id for item in items}) if path else {}


def _read_annotators(files: Any, items: tuple[EvalItem, ...]) -> tuple[Annotator, ...]:
    from trace_builder.evaluate.annotations import read_annotators

    return read_annotators(files, items)
