"""``trace-build release``: a run's folder becomes a dataset that trainers load."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trace_builder.errors import InputError
from trace_builder.support.certificates import certified_first

if TYPE_CHECKING:
    from trace_builder.release.builder import Release

FORMAT_HELP = (
    "sft, dpo, iopo, or one of their folders such as sft/alpaca; parquet adds Parquet copies. All by default."
)
AGAINST_HELP = (
    "A benchmark's file or folder to keep out of the set; its text field is found by name or given."
)
QUOTA_HELP = (
    "COUNT=NUMBER of instructions with COUNT constraints, or none. By default the paper's row, scaled."
)
NEAR_HELP = "Jaccard similarity from which two instructions are near duplicates, or off for exact ones only."
LICENCE_HELP = "Licence of the seeds from a source."


def release(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A run's folder.")],
    to: Annotated[Path, typer.Option("--to", metavar="OUT", help="Where the release goes.")],
    formats: Annotated[list[str] | None, typer.Option("--format", metavar="NAME", help=FORMAT_HELP)] = None,
    against: Annotated[
        list[str] | None, typer.Option("--against", metavar="FILE[:FIELD]", help=AGAINST_HELP)
    ] = None,
    near_duplicates: Annotated[str, typer.Option(metavar="SHARE|off", help=NEAR_HELP)] = "0.6",
    max_length_ratio: Annotated[
        float | None, typer.Option(metavar="R", help="Leave out pairs whose lengths differ by more.")
    ] = None,
    validation: Annotated[float, typer.Option(metavar="SHARE", help="Share of the validation split.")] = 0.05,
    eval_quota: Annotated[
        list[str] | None, typer.Option("--eval-quota", metavar="COUNT=NUMBER|none", help=QUOTA_HELP)
    ] = None,
    uncertified: Annotated[
        bool, typer.Option(help="Take IOPO groups that passed the paper's own check alone.")
    ] = False,
    seed_licence: Annotated[
        list[str] | None, typer.Option("--seed-licence", metavar="SOURCE=LICENCE", help=LICENCE_HELP)
    ] = None,
    partial: Annotated[bool, typer.Option("--partial", help="Release a run that is not finished.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a release that is there.")] = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="Load every file the way its trainer does, and fail on any drop.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print release.json instead of a summary.")] = False,
    push: Annotated[
        str | None, typer.Option(metavar="REPO", help="Upload to this dataset repository of the Hub.")
    ] = None,
) -> None:
    """Dedup, decontaminate, split, and write the run in DIR as a dataset in OUT."""
    from trace_builder.release.builder import build
    from trace_builder.release.options import ReleaseOptions
    from trace_builder.release.splits import evaluation_quotas
    from trace_builder.release.upload import needs_hub, upload

    if push is not None:
        needs_hub()
    check = None
    if verify:
        from trace_builder.release.verify.verification import verifier

        check = verifier(typer.echo)
    options = ReleaseOptions(
        formats=tuple(formats or ()),
        against=tuple(against or ()),
        near_duplicates=_share(near_duplicates, "--near-duplicates"),
        max_length_ratio=_at_least_one(max_length_ratio),
        validation=_validation(validation),
        quotas=evaluation_quotas(eval_quota or ()),
        partial=partial,
        uncertified=uncertified,
        licences=_licences(seed_licence or ()),
    )
    made = build(folder, to, options, force=force, verify=check)
    if as_json:
        from trace_builder.release.builder import about

        typer.echo(json.dumps(about(made), ensure_ascii=False, indent=2))
    else:
        typer.echo(_summary(made, to))
    if push is not None:
        typer.echo(f"uploaded to {upload(to, push)}")


def _summary(release: Release, out: Path) -> str:
    """Rows by folder, what was left out, and what to do next."""
    lines = [f"{out}: {release.instructions:,} instructions"]
    for format_ in release.formats:
        counts = [f"{number:,} {format_.files[split]}" for split, number in release.rows_of(format_).items()]
        lines.append(f"  {format_.name:<22} {', '.join(counts) or 'no rows'}")
    if groups := release.inventory.certificates:
        lines.append(f"IOPO groups of the run: {certified_first(groups)}")
    removed = release.removals.by_kind().items()
    listed = ", ".join(f"{number} {kind.replace('_', ' ')}" for kind, number in removed)
    lines.append(f"left out: {listed or 'nothing'} (removed.jsonl)")
    if release.run.unfinished:
        lines.append("the run is not finished; the card says so")
    lines.append(f"next: read {out / 'README.md'}, which has the training commands")
    return "\n".join(lines)


def _share(text: str, name: str) -> float | None:
    if text == "off":
        return None
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 < share <= 1:
        raise InputError(f"{name} {text}: a share above 0 and up to 1 was expected, or off")
    return share


def _at_least_one(ratio: float | None) -> float | None:
    if ratio is not None and not 1 <= ratio < float("inf"):
        raise InputError(f"--max-length-ratio {ratio:g}: a number from 1 on was expected")
    return ratio


def _validation(share: float) -> float:
    if not 0 <= share < 1:
        raise InputError(f"--validation {share:g}: a share from 0 up to, but not, 1 was expected")
    return share


def _licences(values: list[str] | tuple[str, ...]) -> dict[str, str]:
    licences = {}
    for value in values:
        source, equals, licence = value.rpartition("=")
        if not (equals and source and licence):
            raise InputError(f"--seed-licence {value}: SOURCE=LICENCE was expected")
        licences[source] = licence
    return licences
