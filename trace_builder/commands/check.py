"""``trace-build check``: what a constraint is bound to, what was measured, what a set covers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trace_builder.errors import InputError

if TYPE_CHECKING:
    from trace_builder.checks import Check
    from trace_builder.checks.coverage import Coverage
    from trace_builder.report.terminal.tables import Printer

_COVERAGE_HELP = "Our own records, the released TRACE set, or a text with a constraint a line."
_VERDICTS = {True: "holds", False: "broken", None: "not told by code"}


def check(
    constraint: Annotated[
        str | None, typer.Option("--constraint", metavar="TEXT", help="A constraint in words.")
    ] = None,
    response: Annotated[
        Path | None, typer.Option("--response", metavar="FILE", help="A response to measure by it.")
    ] = None,
    coverage: Annotated[Path | None, typer.Option("--coverage", metavar="FILE", help=_COVERAGE_HELP)] = None,
    listed: Annotated[
        bool, typer.Option("--list", help="With --coverage: every bound constraint and what it claims.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """What code can verify: of one constraint and a response to it, or of all constraints of a set."""
    if (constraint is None) == (coverage is None):
        raise InputError("one of --constraint and --coverage is needed")
    if coverage is not None:
        if response is not None:
            raise InputError("--response goes with --constraint")
        _cover(coverage, listed=listed, as_json=as_json)
    elif constraint is not None:
        _check(constraint, response, as_json=as_json)


def _check(constraint: str, path: Path | None, *, as_json: bool) -> None:
    from trace_builder.checks import recognise
    from trace_builder.storage.jsonl import read_text
    from trace_builder.support.text import written_in

    bound = recognise(constraint)
    response = None if path is None else read_text(path)
    told = _told(constraint, bound, response)
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    if bound is None:
        typer.echo("bound to nothing: code cannot tell")
        return
    typer.echo(f"bound to  {bound.words(written_in(constraint))}")
    typer.echo(f"          {'all that it asks for' if bound.whole else 'a part of what it asks for'}")
    if response is None:
        return
    typer.echo(f"verdict   {_VERDICTS[told['verdict']]}")
    for finding in told["findings"]:
        wanted = f", wanted: {finding['wanted']}" if finding["wanted"] else ""
        scope = "" if finding["scope"] == "response" else f" of {finding['scope']}"
        typer.echo(f"{_VERDICTS[finding['verdict']]}: {finding['kind']}{scope}: {finding['counted']}{wanted}")
        for place in finding["places"]:
            typer.echo(f"  {place}")


def _told(constraint: str, bound: Check | None, response: str | None) -> dict[str, Any]:
    told: dict[str, Any] = {"constraint": constraint, "check": bound and bound.as_json()}
    if bound is not None:
        told["words"] = {lang: bound.words(lang) for lang in ("en", "zh")}
    if response is None:
        return told
    told["verdict"] = bound.holds(response) if bound else None
    findings = zip(bound.claims, bound.findings(response), strict=True) if bound else ()
    told["findings"] = [
        {
            "kind": claim.kind,
            "scope": claim.scope,
            "verdict": found.verdict,
            "counted": found.counted,
            "wanted": found.wanted,
            "places": list(found.places),
        }
        for claim, found in findings
    ]
    return told


def _cover(path: Path, *, listed: bool, as_json: bool) -> None:
    from trace_builder.checks.coverage import Coverage

    found = Coverage()
    bound: list[tuple[str, str, Check]] = []
    for text, lang, dimension in constraints_of(path):
        check = found.add(text, lang, dimension)
        if check is not None and listed:
            bound.append((text, lang, check))
    if as_json:
        rows = [
            {"constraint": text, "check": check.as_json(), "words": check.words(lang)}
            for text, lang, check in bound
        ]
        told = found.as_dict() | ({"bound": rows} if listed else {})
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    from trace_builder.report.terminal.tables import Printer

    printer = Printer()
    for text, lang, check in bound:
        printer.line(text)
        printer.line(f"  {'whole' if check.whole else 'part'}: {check.words(lang)}")
    _print(found, printer)


def constraints_of(path: Path) -> Iterator[tuple[str, str, str | None]]:
    """Text, language and dimension of the constraints of a file: rows of a format that we know, or lines."""
    from trace_builder.report.stats.instructions import examples, first_row, row_kind
    from trace_builder.storage.jsonl import read_text
    from trace_builder.support.text import written_in

    if not read_text(path).lstrip().startswith(("{", "[")):
        lines = (line.strip() for line in read_text(path).splitlines())
        yield from ((line, written_in(line), None) for line in lines if line)
        return
    row = first_row(path)
    if row is not None and row_kind(row) is None:
        names = ", ".join(map(repr, list(row)[:8]))
        raise InputError(f"{path}:1: a row with the fields {names}, and no constraints in it")
    for example in examples(path):
        for text, dimension in example.constraints:
            yield text, example.lang, dimension


def _print(found: Coverage, printer: Printer) -> None:
    from trace_builder.report.terminal.tables import shown_share

    for title, shares in (
        ("all", {"constraints": found.total}),
        ("language", found.languages),
        ("dimension", found.dimensions),
    ):
        body = [
            (name, share.constraints, share.bound, share.whole, shown_share(share.percent))
            for name, share in sorted(shares.items(), key=lambda item: -item[1].constraints)
        ]
        printer.table((title, "constraints", "bound", "wholly", "share"), body)
        printer.line("")
    printer.table(("kind", "constraints"), found.kinds.most_common())
