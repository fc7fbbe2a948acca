"""An evaluation's figures as tables on the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from trace_builder.evaluate.bootstrap import Interval
from trace_builder.evaluate.compare import Comparison, Difference
from trace_builder.evaluate.results import Figure, Results, Scores, Share

Cell = str | int | float | None

_COLUMNS = ("", "n", "followed", "%", "95% interval", "unscored", "% of the scored")
_INSTRUCTIONS = (("if_all", "IF"), ("if_s", "IF-S"), ("if_m", "IF-M"))
_DRILL = "The embedded rehearsal model judged: a drill whose figures say nothing about a model."


class Printer(Protocol):
    """What prints; ``report.terminal.tables.Printer`` is one."""

    def heading(self, text: str) -> None: ...

    def line(self, text: str, style: str = "") -> None: ...

    def table(
        self, columns: Sequence[str], body: Iterable[Sequence[Cell]], right: Sequence[int] | None = None
    ) -> None: ...


def print_evaluation(results: Results, printer: Printer) -> None:
    """Everything in ``results.json`` that a person looks at first."""
    data, judge = results.data, results.models.judge
    printer.heading(f"{results.models.tested.name} on {data.path}, judged by {judge.name}")
    if judge.rehearsal:
        printer.line(_DRILL)
    scores = results.scores
    headline = [_row(label, getattr(scores, key)) for key, label in (*_INSTRUCTIONS, ("csr", "CSR"))]
    if results.task is not None:
        headline.append(_row("task", results.task))
    printer.table(_COLUMNS, headline)
    found = results.results
    printer.line(
        f"{data.instructions} instructions: {found['followed']} followed, {found['not_followed']} not, "
        f"{found['unscored']} unscored, {found['unanswered']} unanswered."
    )
    if found["unscored"] or found["unanswered"]:
        why = _listed(results.unscored_because)
        printer.line(
            "Unscored and unanswered ones count as not followed above; the last column leaves them out."
            + (f" Because of: {why}." if why else "")
        )
    if results.faults:
        printer.line(f"Marked answers: {_listed(results.faults)}.")
    _breakdowns(scores, printer)
    _authors(results, printer)
    _votes(results, printer)


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {n}" for name, n in counts.items())


def _breakdowns(scores: Scores, printer: Printer) -> None:
    printer.heading("Instructions followed, by number of constraints")
    printer.table(_COLUMNS, [_row(str(row.count), row.if_all) for row in scores.by_count])
    printer.heading("Instructions followed, by language")
    printer.table(_COLUMNS, [_row(row.language, row.if_all) for row in scores.by_language])
    printer.heading("Constraints followed, by type and dimension")
    dimensions = [row for row in scores.by_dimension if row.csr.n]
    body = []
    for group in scores.by_type:
        if group.csr.n:
            body.append(_row(group.type or "outside the taxonomy", group.csr))
            members = [row for row in dimensions if row.type == group.type and group.type]
            body += [_row(f"  {row.dimension}", row.csr) for row in members]
    printer.table(_COLUMNS, body)


def _authors(results: Results, printer: Printer) -> None:
    theirs, ours = results.authors_reading, results.scores
    if theirs is None:
        return
    printer.heading("Two readings of the same judge texts")
    printer.table(
        ("", "Eq. 3: all fine scores full", "authors': overall is full"),
        [
            (label, shown(getattr(ours, key).percent), shown(getattr(theirs, key).percent))
            for key, label in _INSTRUCTIONS
        ],
    )
    printer.line(
        f"Both {theirs.both}, Eq. 3 alone {theirs.only_eq3}, the authors' alone {theirs.only_authors}, "
        f"neither {theirs.neither}; {theirs.without_overall} texts have no readable overall score."
    )


def _votes(results: Results, printer: Printer) -> None:
    votes = results.votes
    if votes is None:
        return
    printer.heading(f"Agreement of {votes.votes} votes, over {votes.followed.units} constraints")
    printer.table(
        ("", "percent", "kappa", "Krippendorff's alpha"),
        [
            (
                label,
                estimate(found.percent, 100, "%"),
                f"{found.kappa.kind.capitalize()} {estimate(found.kappa)}",
                estimate(found.alpha),
            )
            for label, found in (("full marks or not", votes.followed), ("same score", votes.score))
        ],
    )
    each = ", ".join(shown(figure.percent) for figure in votes.if_of_each)
    printer.line(f"IF of each vote alone: {each}; the strictest score of all votes is what counts above.")


def print_comparison(found: Comparison, printer: Printer) -> None:
    """Two models side by side, with the paired difference and McNemar's test."""
    a, b = found.a, found.b
    printer.heading(f"A: {a.name} ({a.folder})")
    printer.line(f"B: {b.name} ({b.folder})", "bold")
    if a.judge != b.judge:
        printer.line(f"Different judges: {a.judge} and {b.judge}; a difference may be theirs.")
    body = []
    for key, label in _INSTRUCTIONS:
        whole = getattr(found.measures, key)
        rows = [(label, whole), (f"{label}, scored in both", whole.scored_only)]
        for name, row in rows if whole.scored_only.n != whole.n else rows[:1]:
            gap = row.difference.percent
            body.append(
                (
                    name,
                    row.n,
                    shown(row.a_percent),
                    shown(row.b_percent),
                    "-" if gap is None else f"{gap:+.1f}",
                    _bounds(row.difference, sign="+"),
                    row.only_a,
                    row.only_b,
                    f"{row.p_value:.4f}",
                )
            )
    printer.table(("", "n", "A %", "B %", "B - A", "95% interval", "only A", "only B", "McNemar p"), body)


def shown(percent: float | None) -> str:
    return "-" if percent is None else f"{percent:.1f}"


def _row(label: str, figure: Figure) -> tuple[Cell, ...]:
    return (
        label,
        figure.n,
        figure.followed,
        shown(figure.percent),
        _bounds(figure),
        figure.unscored,
        shown(figure.scored_only.percent),
    )


def _bounds(figure: Share | Difference, sign: str = "") -> str:
    if figure.low is None or figure.high is None:
        return "-"
    return f"{figure.low:{sign}.1f} to {figure.high:{sign}.1f}"


def estimate(found: Interval, factor: float = 1, unit: str = "") -> str:
    """A value with its interval in brackets, ``factor`` turning it into ``unit``."""
    if found.value is None:
        return "-"
    digits = 1 if factor > 1 else 3
    text = f"{found.value * factor:.{digits}f}{unit}"
    if found.low is None or found.high is None:
        return text
    return f"{text} ({found.low * factor:.{digits}f} to {found.high * factor:.{digits}f})"
