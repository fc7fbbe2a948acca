"""An evaluation's results.json as tables on the terminal."""

from __future__ import annotations

from typing import Any

from trace_builder.report.terminal.tables import Printer

_MEASURES = (("if_s", "IF-S"), ("if_m", "IF-M"), ("if", "IF"), ("csr", "CSR"))


def print_results(results: dict[str, Any], printer: Printer) -> None:
    """Prints the headline figures of an evaluation with their intervals."""
    tested, judge = (results["models"][key]["name"] for key in ("tested", "judge"))
    body = [(name, *_row(results["scores"][key])) for key, name in _MEASURES]
    counts = [(row["count"], row["if"]["n"], *_row(row["if"])[2:5]) for row in results["scores"]["by_count"]]
    outcomes = ", ".join(f"{name.replace('_', ' ')} {n:,}" for name, n in results["results"].items())
    printer.line(f"model {tested}, judge {judge}: {outcomes}")
    printer.heading("Followed (Eq. 3: every constraint has 10), in percent with 95% intervals")
    printer.table(("", "of", "followed", "percent", "low", "high", "scored only"), body)
    printer.heading("IF by number of constraints")
    printer.table(("constraints", "of", "percent", "low", "high"), counts, right=range(5))


def _row(figure: dict[str, Any]) -> tuple[Any, ...]:
    shown = tuple(_percent(figure[key]) for key in ("percent", "low", "high"))
    alone = figure.get("scored_only") or {}
    return (figure["n"], figure["followed"], *shown, _percent(alone.get("percent")))


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
