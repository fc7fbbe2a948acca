"""``--verify``: loads every file of a release the way its trainer does, and fails on any row that is dropped.

TRL's trainers really run, for one step of a tiny model made on the spot. LLaMA-Factory's rules are replayed.
The authors' files are read as their IOPO trainer needs them: two prompts, and two responses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from trace_builder.errors import InputError
from trace_builder.release.builder import Verify
from trace_builder.release.formats.release_format import PARQUET, ReleaseFormat
from trace_builder.release.verify.llamafactory import align, kept, read_file, read_register

Formats = tuple[ReleaseFormat, ...]


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


def verifier(say: Callable[[str], None]) -> Verify:
    """Checks a release before it is put in place, and says what each check found.

    Raises:
        InputError: the trainers' libraries are not installed; or, when run, a row was dropped.
    """
    _needs_trainers()

    def run(folder: Path, formats: Formats) -> None:
        for check in verify(folder, formats):
            say(check.line())

    return run


def verify(folder: Path, formats: Formats) -> Iterator[Check]:
    """Checks every file, one after the other.

    Args:
        folder: a release.
        formats: those that it was made in.

    Raises:
        InputError: a reader dropped a row; raised after that check has been yielded.
    """
    for checker in (verify_columns, verify_llamafactory, verify_datasets, verify_trl):
        for check in checker(folder, formats):
            yield check
            if not check.ok:
                raise InputError(f"{check.file}: {check.reader} keeps {check.kept} of {check.rows} rows")


def verify_columns(folder: Path, formats: Formats) -> Iterator[Check]:
    """Every row of a format is what the format says its reader needs."""
    for format_, _, path in _files(folder, formats):
        rows = good = 0
        for row in read_file(folder / path):
            rows += 1
            good += format_.fits(row)
        yield Check(format_.reader, path, rows, good)


def verify_llamafactory(folder: Path, formats: Formats) -> Iterator[Check]:
    """Every entry of dataset_info.json that is not for a fork, under LLaMA-Factory's rules."""
    forks = {path for format_, _, path in _files(folder, formats) if not format_.upstream}
    for entry in read_register(folder):
        file = entry.file.relative_to(folder).as_posix()
        if file in forks:
            continue
        rows = good = 0
        for row in read_file(entry.file):
            rows += 1
            good += kept(align(row, entry), entry.stage)
        yield Check(f"LLaMA-Factory stage {entry.stage}", file, rows, good)


def verify_datasets(folder: Path, formats: Formats) -> Iterator[Check]:
    """Every configuration of the card, and of the Parquet copies' card, with the columns it declares."""
    from trace_builder.release.verify.loading import Loader

    written = {(format_.config, split): path for format_, split, path in _files(folder, formats)}
    with Loader() as loader:
        for kind, base in (("JSON", folder), ("Parquet", folder / PARQUET)):
            if (base / "README.md").is_file():
                for config, split, good in loader.every(base):
                    path = written[config, split]
                    rows = sum(1 for _ in read_file(folder / path))
                    yield Check(f"datasets, {kind}", path.rpartition(".")[0], rows, good)


def verify_trl(folder: Path, formats: Formats) -> Iterator[Check]:
    """Every file that a TRL trainer reads, loaded as a configuration of the dataset, trained for a step."""
    from trace_builder.release.verify.tiny_trl import TinyTrl

    with TinyTrl() as trainers:
        for format_, split, path in _files(folder, formats):
            if format_.trl is not None:
                rows = sum(1 for _ in read_file(folder / path))
                good = trainers.kept(format_.trl, folder, format_.config, split)
                yield Check(f"TRL {format_.trl.upper()}Trainer", path, rows, good, "one step")


def _files(folder: Path, formats: Formats) -> Iterator[tuple[ReleaseFormat, str, str]]:
    """Every file that was written: its format, its split's name for readers, and its path in the folder."""
    for format_ in formats:
        for split, name in format_.files.items():
            if (folder / format_.path(split)).is_file():
                yield format_, name, format_.path(split)


def _needs_trainers() -> None:
    try:
        import datasets  # noqa: F401
        import torch  # noqa: F401
        import transformers  # noqa: F401
        import trl  # noqa: F401
    except ImportError as exc:
        raise InputError(
            f"--verify needs {exc.name}, which is not installed: pip install 'trace-builder[train]'"
        ) from None
