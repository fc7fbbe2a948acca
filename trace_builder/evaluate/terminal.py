"""An evaluation's figures as tables on the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

Cell = str | int | float | None
Figure = dict[str, Any]

_COLUMNS = ("", "n", "followed", "%", "95% interval", "unscored", "% of the scored")


class Printer(Protocol):
    """What prints; ``report.tables.Printer`` is one."""

    def heading(self, text: str) -> None: ...

    def line(self, text: str, style: str = "") -> None: ...

    def table(
        self, columns: Sequence[str], body: Iterable[Sequence[Cell]], right: Sequence[int] | None = None
    ) -> None: ...


def print_evaluation(results: dict[str, Any], printer: Printer) -> None:
    """Everything in ``results.json`` that a person looks at first."""
    data, models = results["data"], results["models"]
    judge = models["judge"]
    printer.heading(f"{models['tested']['name']} on {data['path']}, judged by {judge['name']}")
    if judge.get("rehearsal"):
        printer.line("The embedded rehearsal model judged: a drill whose figures say nothing about a model.")
    scores = results["scores"]
    names = (("if", "IF"), ("if_s", "IF-S"), ("if_m", "IF-M"), ("csr", "CSR"))
    printer.table(_COLUMNS, [_row(label, scores[key]) for key, label in names])
    found = results["results"]
    printer.line(
        f"{data['instructions']} instructions: {found['followed']} followed, {found['not_followed']} not, "
        f"{found['unscored']} unscored, {found['unanswered']} unanswered."
    )
    if found["unscored"] or found["unanswered"]:
        why = ", ".join(f"{reason} {n}" for reason, n in results["unscored_because"].items())
        printer.line(
            "Unscored and unanswered ones count as not followed above; the last column leaves them out."
            + (f" Because of: {why}." if why else "")
        )
    if results["faults"]:
        printer.line("Marked answers: " + ", ".join(f"{k} {n}" for k, n in results["faults"].items()) + ".")
    _breakdowns(scores, printer)
    _authors(results, printer)
    _votes(results, printer)


def _breakdowns(scores: dict[str, Any], printer: Printer) -> None:
    printer.heading("Instructions followed, by number of constraints")
    printer.table(_COLUMNS, [_row(str(row["count"]), row["if"]) for row in scores["by_count"]])
    printer.heading("Instructions followed, by language")
    printer.table(_COLUMNS, [_row(row["language"], row["if"]) for row in scores["by_language"]])
    printer.heading("Constraints followed, by type and dimension")
    dimensions = [row for row in scores["by_dimension"] if row["csr"]["n"]]
    body = []
    for group in scores["by_type"]:
        if group["csr"]["n"]:
            body.append(_row(group["type"] or "outside the taxonomy", group["csr"]))
            members = [row for row in dimensions if row["type"] == group["type"] and group["type"]]
            body += [_row(f"  {row['dimension']}", row["csr"]) for row in members]
    printer.table(_COLUMNS, body)


def _authors(results: dict[str, Any], printer: Printer) -> None:
    theirs = results["authors_reading"]
    if theirs is None:
        return
    ours = results["scores"]
    printer.heading("Two readings of the same judge texts")
    printer.table(
        ("", "Eq. 3: all fine scores 10", "authors': overall is 10"),
        [
            (label, shown(ours[key]["percent"]), shown(theirs[key]["percent"]))
            for key, label in (("if", "IF"), ("if_s", "IF-S"), ("if_m", "IF-M"))
        ],
    )
    printer.line(
        f"Both {theirs['both']}, Eq. 3 alone {theirs['only_eq3']}, the authors' alone "
        f"{theirs['only_authors']}, neither {theirs['neither']}; {theirs['without_overall']} texts have no "
        "readable overall score."
    )


def _votes(results: dict[str, Any], printer: Printer) -> None:
    votes = results["votes"]
    if votes is None:
        return
    printer.heading(f"Agreement of {votes['votes']} votes, over {votes['followed']['units']} constraints")
    body = []
    for key, label in (("followed", "10 or not"), ("score", "same score")):
        found = votes[key]
        kappa = found["kappa"]
        body.append(
            (
                label,
                _estimate(found["percent"], 100, "%"),
                f"{kappa['kind'].capitalize()} {_estimate(kappa)}",
                _estimate(found["alpha"]),
            )
        )
    printer.table(("", "percent", "kappa", "Krippendorff's alpha"), body)
    each = ", ".join(shown(figure["percent"]) for figure in votes["if_of_each"])
    printer.line(f"IF of each vote alone: {each}; the strictest score of all votes is what counts above.")


def print_comparison(found: dict[str, Any], printer: Printer) -> None:
    """Two models side by side, with the paired difference and McNemar's test."""
    a, b = found["a"], found["b"]
    printer.heading(f"A: {a['name']} ({a['folder']})")
    printer.line(f"B: {b['name']} ({b['folder']})", "bold")
    if a["judge"] != b["judge"]:
        printer.line(f"Different judges: {a['judge']} and {b['judge']}; a difference may be theirs.")
    names = (("if", "IF"), ("if_s", "IF-S"), ("if_m", "IF-M"))
    body = []
    for key, label in names:
        for row, suffix in (
            (found["measures"][key], ""),
            (found["measures"][key]["scored_only"], ", scored in both"),
        ):
            if suffix and row["n"] == found["measures"][key]["n"]:
                continue
            gap = row["difference"]
            body.append(
                (
                    label + suffix,
                    row["n"],
                    shown(row["a_percent"]),
                    shown(row["b_percent"]),
                    "-" if gap["percent"] is None else f"{gap['percent']:+.1f}",
                    _bounds(gap, sign="+"),
                    row["only_a"],
                    row["only_b"],
                    f"{row['p_value']:.4f}",
                )
            )
    printer.table(("", "n", "A %", "B %", "B - A", "95% interval", "only A", "only B", "McNemar p"), body)


def shown(percent: float | None) -> str:
    return "-" if percent is None else f"{percent:.1f}"


def _row(label: str, figure: Figure) -> tuple[Cell, ...]:
    return (
        label,
        figure["n"],
        figure["followed"],
        shown(figure["percent"]),
        _bounds(figure),
        figure["unscored"],
        shown(figure["scored_only"]["percent"]),
    )


def _bounds(figure: Figure, sign: str = "") -> str:
    if figure["low"] is None:
        return "-"
    return f"{figure['low']:{sign}.1f} to {figure['high']:{sign}.1f}"


def _estimate(found: dict[str, Any], factor: float = 1, unit: str = "") -> str:
    if found["value"] is None:
        return "-"
    digits = 1 if factor > 1 else 3
    text = f"{found['value'] * factor:.{digits}f}{unit}"
    if found["low"] is None:
        return text
    return f"{text} ({found['low'] * factor:.{digits}f} to {found['high'] * factor:.{digits}f})"


def print_agreement(found: dict[str, Any], printer: Printer) -> None:
    """How far annotators agree on each question, with intervals."""
    people = ", ".join(f"{name} ({answers})" for name, answers in found["annotators"].items())
    printer.heading(
        f"{len(found['annotators'])} annotators of {found['instructions']} instructions: {people}"
    )
    body: list[tuple[Cell, ...]] = []
    kinds = []
    for question, row in found["questions"].items():
        kinds.append(row["kappa"]["kind"].capitalize())
        body.append(
            (
                question,
                row["units"],
                _estimate(row["percent"], 100, "%"),
                _estimate(row["kappa"]),
                _estimate(row["alpha"]),
            )
        )
    kappa = f"{kinds[0]}'s kappa".replace("s's", "s'")
    printer.table(("", "answered twice", "agreement", kappa, "Krippendorff's alpha"), body)
    printer.line("In brackets: 95% bootstrap intervals over instructions.")
    disputes = found["disagreements"]
    listed = ", ".join(disputes[:20]) + (", ..." if len(disputes) > 20 else "")
    printer.line(f"{len(disputes)} disagreements{': ' + listed if disputes else ''}")
