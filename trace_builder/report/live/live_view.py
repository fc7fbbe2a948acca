"""What a live page knows: an index that follows its source, and the figures over all records."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trace_builder.errors import TraceBuildError
from trace_builder.report.build import Figures
from trace_builder.report.live.live_sources import LiveSource
from trace_builder.report.live.record_index import RecordIndex

#: Records that become searchable together.
_BATCH = 500
#: Seconds between two looks at the files.
_LOOK = 1.0
#: A pause after work that took long: so many times as long as the work.
_REST = 4.0


@dataclass
class LiveState:
    """``records`` are in the index, of ``total``; ``seconds`` and ``bytes`` are what the index has cost so
    far; ``version`` rises when records have changed, ``figures`` when what is said of all of them has."""

    records: int = 0
    total: int = 0
    seconds: float = 0.0
    bytes: int = 0
    version: int = 0
    figures: int = 0
    building: bool = True
    counting: bool = True
    finished: bool = False
    error: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {**vars(self), "seconds": round(self.seconds, 1)}


class LiveView:
    """Keeps the index and the figures up to date in a thread of its own. Use as a context manager.

    Args:
        source: where the records come from.
        folder: an empty folder for the index, outside the data.
        say: takes one line for the user.
    """

    def __init__(
        self, source: LiveSource, folder: Path, say: Callable[[str], None] = lambda line: None
    ) -> None:
        self.source = source
        self.state = LiveState()
        self.figures: Figures | None = None
        self._file = folder / "index.sqlite"
        self._say = say
        self.index = RecordIndex(self._file)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="index", daemon=True)

    def __enter__(self) -> LiveView:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self.index.close()

    def _follow(self) -> None:
        try:
            while not self._stop.is_set():
                began = time.monotonic()
                try:
                    if self.source.changed():
                        self._update()
                        self._count()
                except (TraceBuildError, OSError) as exc:
                    # What is being written may be half there; what is damaged stays so, and is told of.
                    self.state.error = str(exc)
                spent = time.monotonic() - began
                self._stop.wait(max(_LOOK, _REST * spent))
        finally:
            self.index.close()

    def _update(self) -> None:
        state, began, before = self.state, time.monotonic(), self.state.seconds
        state.building = True
        news = self.source.news()
        while batch := list(itertools.islice(news, _BATCH)):
            self.index.put(batch)
            state.records, state.total = self.index.count(), self.source.total()
            state.version += 1
            state.seconds = before + time.monotonic() - began
            if self._stop.is_set():
                return
        state.total = self.source.total()
        self.index.remove_from(state.total)
        state.records, state.finished = self.index.count(), self.source.finished
        state.bytes = sum(file.stat().st_size for file in self._file.parent.glob(f"{self._file.name}*"))
        state.building, state.error = False, ""
        state.version += 1
        if not before:
            self._say(
                f"{state.records:,} records indexed in {state.seconds:.1f} s ({state.bytes / 1e6:.0f} MB)"
            )

    def _count(self) -> None:
        self.state.counting = True
        self.figures = self.source.figures()
        self.state.counting = False
        self.state.figures += 1
