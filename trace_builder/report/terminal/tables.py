"""Tables on the terminal: with colours and rules there, plain columns in a pipe."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

#: Columns of a table in a pipe are never cut to a width.
_PIPE_WIDTH = 200

#: Columns that say the same in several tables.
FUNNEL = ("in", "accepted", "rejected", "failed", "pending")
TOKENS = ("calls", "prompt", "cached", "completion", "retries")

Cell = str | int | float | None


class Printer:
    """Prints headings, lines and tables. Text from data is never read as markup."""

    def __init__(self, console: Console | None = None) -> None:
        from rich.console import Console

        self.console = console or Console(highlight=False, emoji=False)
        self.plain = not self.console.is_terminal
        if self.plain:
            self.console.width = _PIPE_WIDTH

    def heading(self, text: str) -> None:
        self.console.print()
        self.console.print(text, style="bold", markup=False)

    def line(self, text: str, style: str = "") -> None:
        self.console.print(text, style=style, markup=False, soft_wrap=True)

    def table(
        self, columns: Sequence[str], body: Iterable[Sequence[Cell]], right: Sequence[int] | None = None
    ) -> None:
        """A table; columns are right-aligned from the second on, or those in ``right``."""
        from rich import box
        from rich.table import Table
        from rich.text import Text

        aligned = range(1, len(columns)) if right is None else right
        table = Table(
            box=None if self.plain else box.SIMPLE_HEAD,
            show_header=any(columns),
            header_style="" if self.plain else "dim",
            pad_edge=False,
            padding=(0, 2, 0, 0),
        )
        for number, name in enumerate(columns):
            table.add_column(Text(name), justify="right" if number in aligned else "left", overflow="fold")
        for row in body:
            table.add_row(*(Text(show(cell)) for cell in row))
        if not self.plain:
            self.console.print(table)
            return
        with self.console.capture() as captured:
            self.console.print(table)
        for line in captured.get().splitlines():
            self.line(line.rstrip())


def show(cell: Cell) -> str:
    """A cell's text: whole numbers with thousands separators, None as a dash."""
    if cell is None:
        return "-"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)


def shown_share(value: float | None) -> str:
    """A share in percent with two decimals; a dash for None."""
    return "-" if value is None else f"{value:.2f}%"
