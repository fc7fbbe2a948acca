"""What one check of a release found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One file under one reader: how many rows lie in it, and how many the reader keeps."""

    reader: str
    file: str
    rows: int
    kept: int
    note: str = ""

    @property
    def ok(self) -> bool:
        return self.rows == self.kept

    def line(self) -> str:
        """For the terminal."""
        mark = "ok  " if self.ok else "DROP"
        tail = f"  ({self.note})" if self.note else ""
        return f"{mark}  {self.reader:<24} {self.file:<40} {self.rows:>8,} in {self.kept:>8,} kept{tail}"
