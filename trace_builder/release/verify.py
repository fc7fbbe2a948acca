"""``--verify``: loads every file of a release the way its trainer does, and fails on any row that is dropped.

TRL's trainers really run, for one step of a tiny model made on the spot. LLaMA-Factory's rules are replayed.
The authors' files are read as their IOPO trainer needs them: two prompts, and two responses.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from trace_builder.errors import InputError
from trace_builder.release.card import AUTHORS_ENTRY
from trace_builder.release.checks import Check
from trace_builder.release.layout import EVALUATION_NAME, FORMATS
from trace_builder.release.llamafactory import align, kept, read_file, read_register


def needs_trainers() -> None:
    """Raises InputError where the trainers' libraries are not installed."""
    try:
        import datasets  # noqa: F401
        import torch  # noqa: F401
        import transformers  # noqa: F401
        import trl  # noqa: F401
    except ImportError as exc:
        raise InputError(
            f"--verify needs {exc.name}, which is not installed: pip install 'trace-builder[train]'"
        ) from None


def verify(folder: Path) -> Iterator[Check]:
    """Checks every file, one after the other.

    Args:
        folder: a release.

    Raises:
        InputError: a reader dropped a row; raised after that check has been yielded.
    """
    checkers = (verify_authors, verify_llamafactory, verify_datasets, verify_trl)
    for checks in (checker(folder) for checker in checkers):
        for check in checks:
            yield check
            if not check.ok:
                raise InputError(f"{check.file}: {check.reader} keeps {check.kept} of {check.rows} rows")


def verify_authors(folder: Path) -> Iterator[Check]:
    """The authors' files give four sequences each: (x1, y1), (x2, y2) chosen, (x1, y2), (x2, y1) rejected."""
    for path in sorted((folder / "iopo" / "trace").glob("*.json")):
        rows = list(read_file(path))
        good = sum(_is_group(row) for row in rows)
        note = "LLaMA-Factory itself refuses two human turns; for the authors' trainer"
        yield Check("authors' IOPO layout", _name(folder, path), len(rows), good, note)


def verify_llamafactory(folder: Path) -> Iterator[Check]:
    """Every entry of dataset_info.json but the authors' own, under LLaMA-Factory's rules."""
    for entry in read_register(folder):
        if entry.name.startswith(AUTHORS_ENTRY):
            continue
        rows = good = 0
        for row in read_file(entry.file):
            rows += 1
            good += kept(align(row, entry), entry.stage)
        yield Check(f"LLaMA-Factory stage {entry.stage}", _name(folder, entry.file), rows, good)


def verify_datasets(folder: Path) -> Iterator[Check]:
    """Every configuration of the card, and of the Parquet copies' card, with the columns it declares."""
    from trace_builder.release.loading import Loader

    folders = {format_.config: (format_.name, format_.suffix) for format_ in FORMATS}
    folders[EVALUATION_NAME] = (EVALUATION_NAME, "jsonl")
    with Loader() as loader:
        for base in (folder, folder / "parquet"):
            if not (base / "README.md").is_file():
                continue
            for config, split, good in loader.every(base):
                name, suffix = folders[config]
                rows = sum(1 for _ in read_file(folder / name / f"{split}.{suffix}"))
                kind = "Parquet" if base != folder else "JSON"
                yield Check(f"datasets, {kind}", f"{name}/{split}", rows, good)


def verify_trl(folder: Path) -> Iterator[Check]:
    """Every file that a TRL trainer reads, loaded as a configuration of the dataset, trained for a step."""
    from trace_builder.release.tiny_trl import TinyTrl

    with TinyTrl() as trainers:
        for format_ in FORMATS:
            if format_.trl is None:
                continue
            for path in sorted((folder / format_.name).glob("*.jsonl")):
                with path.open("rb") as file:
                    rows = sum(1 for _ in file)
                good = trainers.kept(format_.trl, folder, format_.config, path.stem)
                yield Check(f"TRL {format_.trl.upper()}Trainer", _name(folder, path), rows, good, "one step")


def _is_group(row: dict[str, Any]) -> bool:
    turns = row.get("conversations")
    if list(row) != ["conversations", "chosen", "rejected"] or not isinstance(turns, list):
        return False
    every = [*turns, row["chosen"], row["rejected"]]
    speakers = [turn.get("from") for turn in every]
    return speakers == ["human", "human", "gpt", "gpt"] and all(
        list(turn) == ["from", "value"] and isinstance(turn["value"], str) and turn["value"].strip()
        for turn in every
    )


def _name(folder: Path, path: Path) -> str:
    return path.relative_to(folder).as_posix()
