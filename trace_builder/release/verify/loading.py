"""Loads a release as ``datasets`` does, by the configurations of its card."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType


class Loader:
    """Loads every configuration. Use as a context manager; what it caches is gone after it."""

    def __enter__(self) -> Loader:
        self._stack = ExitStack()
        self._cache = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="trace-build-load-"))
        self._stack.enter_context(quiet())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def every(self, folder: Path) -> Iterator[tuple[str, str, int]]:
        """(configuration, split, rows) of everything that the folder's card declares."""
        from datasets import get_dataset_config_names, load_dataset

        for name in get_dataset_config_names(str(folder)):
            for split, rows in load_dataset(str(folder), name, cache_dir=self._cache).items():
                yield name, str(split), rows.num_rows


@contextmanager
def quiet() -> Iterator[None]:
    """Without the libraries' progress bars and warnings, which say nothing about the data."""
    import datasets
    from transformers.utils import logging

    bars, level = datasets.is_progress_bar_enabled(), logging.get_verbosity()
    datasets.disable_progress_bars()
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            yield
    finally:
        logging.set_verbosity(level)
        logging.enable_progress_bar()
        if bars:
            datasets.enable_progress_bars()
