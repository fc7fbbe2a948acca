"""An evaluation's results.json as tables on the terminal."""

from __future__ import annotations

from typing import Any

from trace_builder.report.tables import Printer


def print_results(results: dict[str, Any], printer: Printer) -> None:
    """Prints the headline figures of an evaluation."""
    for name, value in results.items():
        if isinstance(value, str | int | float):
            printer.line(f"{name}: {value}")
