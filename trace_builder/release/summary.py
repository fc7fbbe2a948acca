"""What the command says at its end, and how it verifies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trace_builder.release.build import Release


def closing(release: Release, out: Path) -> str:
    """Rows by folder, what was left out, and what to do next."""
    lines = [f"{out}: {sum(f.instructions for f in release.figures.values()):,} instructions"]
    for format_ in release.formats:
        counts = [
            f"{number:,} {split}"
            for split in ("train", "validation")
            if (number := release.counts.get(f"{format_.name}/{split}.{format_.suffix}", 0))
        ]
        lines.append(f"  {format_.name:<22} {', '.join(counts) or 'no rows'}")
    if test := release.rows("evaluation", "test"):
        lines.append(f"  {'evaluation':<22} {test:,} test")
    removed = Counter(removal.kind for removal in release.cleaned.removals)
    listed = ", ".join(f"{number} {kind.replace('_', ' ')}" for kind, number in sorted(removed.items()))
    lines.append(f"left out: {listed or 'nothing'} (removed.jsonl)")
    if release.run.unfinished:
        lines.append("the run is not finished; the card says so")
    lines.append(f"next: read {out / 'README.md'}, which has the training commands")
    return "\n".join(lines)


def verifier(say: Callable[[str], None]) -> Callable[[Path], None]:
    """Loads every file the way its trainer does before the release is put in place.

    Raises:
        InputError: the trainers' libraries are not installed; or, when run, a row was dropped.
    """
    from trace_builder.release.verify import needs_trainers, verify

    needs_trainers()

    def run(folder: Path) -> None:
        for check in verify(folder):
            say(check.line())

    return run
