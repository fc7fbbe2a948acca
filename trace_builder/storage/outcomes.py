"""The outcomes of one stage: ``stages/<stage>.jsonl`` and an index over it."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from trace_builder.errors import InputError
from trace_builder.records import Outcome
from trace_builder.storage.atomic import Replacement
from trace_builder.storage.journal import JournalFile, LineReader
from trace_builder.storage.seeds import Source

PENDING, ACCEPTED, REJECTED, FAILED = range(4)
STATUS_CODES = {b"accepted": ACCEPTED, b"rejected": REJECTED, b"failed": FAILED}
STATUS_NAMES = {ACCEPTED: "accepted", REJECTED: "rejected", FAILED: "failed"}

#: The head of a line as pydantic writes an ``Outcome``; what follows is not parsed to find out about it.
_HEAD = re.compile(
    rb'\{"id":"((?:[^"\\]|\\.)*)","stage":"[^"]*","status":"(accepted|rejected|failed)",'
    rb'"reason":(?:"(\w+)"|null),"fingerprint":"(\w*)","seed":"(\w*)","round":(\d+),"tries":(\d+),'
)


class OutcomeLog:
    """What one stage has decided so far.

    A line counts for a record when it carries the stage's present fingerprint and the seed's present digest;
    the last such line wins. Other lines are stale: their records are pending again. A failed record is
    pending again once the walk it failed in has completed (``round`` below ``walks``).
    """

    def __init__(self, path: Path, source: Source, fingerprint: str, walks: int) -> None:
        self.path = path
        self.stale = 0
        self._source = source
        self._fingerprint = fingerprint.encode()
        self._walks = walks
        self._status = bytearray(len(source))
        self._offsets = array("Q", bytes(8 * len(source)))
        self._reasons = bytearray(len(source))
        self._reason_names: list[str] = [""]
        self._tries: dict[int, int] = {}
        self._orderly = True
        self._file: JournalFile | None = None
        self._reader = LineReader(path)
        if path.exists():
            self._scan()

    def open(self) -> None:
        """Makes the log writable; a torn last line is cut off."""
        self._file = JournalFile(self.path)

    def status(self, place: int) -> int:
        return self._status[place]

    def tries(self, place: int) -> int:
        """Completed walks this record has failed in."""
        return self._tries.get(place, 0)

    def counts(self) -> Counter[int]:
        return Counter(self._status)

    def reasons(self) -> dict[str, int]:
        """How many records have each reason, rejected and failed ones alike, the most frequent first."""
        codes = Counter(self._reasons)
        return {self._reason_names[code]: n for code, n in codes.most_common() if code}

    def append(self, place: int, outcome: Outcome) -> None:
        assert self._file is not None
        self._offsets[place] = self._file.append(outcome.model_dump_json().encode("utf-8", "replace"))
        # Completion order is not canonical order; the end of the run sorts.
        self._orderly = False
        self._note(place, STATUS_CODES[outcome.status.encode()], outcome.reason)

    def read(self, place: int) -> Outcome:
        """The outcome that counts for this record."""
        return Outcome.model_validate_json(self._reader.line(self._offsets[place]))

    def read_accepted(self) -> Iterator[Outcome]:
        """Accepted outcomes in canonical order."""
        for place, status in enumerate(self._status):
            if status == ACCEPTED:
                yield self.read(place)

    def sync(self) -> None:
        if self._file is not None:
            self._file.sync()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
        self._reader.close()

    def settle(self) -> None:
        """Rewrites the file in canonical order, one line a record, stale lines left out.

        Lines of records that are not among the present seeds stay, after the others: the seeds may
        come back.
        """
        if self._orderly or not self.path.exists():
            return
        strangers = list(self._strangers())
        written = 0
        with Replacement(self.path) as out:
            for place, status in enumerate(self._status):
                if status != PENDING:
                    line = self._reader.line(self._offsets[place])
                    self._offsets[place] = written
                    out.write(line)
                    written += len(line)
            for offset in strangers:
                out.write(self._reader.line(offset))
            self.close()
            out.commit()
        self._orderly = True

    def _scan(self) -> None:
        offset, previous = 0, -1
        with self.path.open("rb", buffering=1 << 20) as file:
            for number, line in enumerate(file, start=1):
                if not line.endswith(b"\n"):
                    break  # torn; opening for writing cuts it off
                match = _HEAD.match(line)
                if match is None:
                    raise InputError(
                        f"{self.path}:{number}: not an outcome of this stage; restore or remove the line"
                    )
                place = self._source.place(match.group(1))
                # Lines of records that are not among the seeds belong at the end.
                position = len(self._source) if place is None else place
                counts = place is None or self._take(place, offset, match)
                self._orderly = self._orderly and counts and (position > previous or place is None)
                previous = position
                offset += len(line)

    def _take(self, place: int, offset: int, match: re.Match[bytes]) -> bool:
        """Notes one line if it counts; returns whether it does."""
        _, status, reason, fingerprint, seed, round_, tries = match.groups()
        if fingerprint != self._fingerprint or seed.decode() != self._source.digest(place):
            self.stale += 1
            return False
        if status == b"failed":
            self._tries[place] = int(tries)
            if int(round_) < self._walks:
                self._note(place, PENDING, None)
                return False
        self._offsets[place] = offset
        self._note(place, STATUS_CODES[status], reason.decode() if reason else None)
        return True

    def _note(self, place: int, status: int, reason: str | None) -> None:
        self._status[place] = status
        if reason and reason not in self._reason_names:
            self._reason_names.append(reason)
        self._reasons[place] = self._reason_names.index(reason) if reason else 0

    def _strangers(self) -> Iterator[int]:
        offset = 0
        with self.path.open("rb", buffering=1 << 20) as file:
            for line in file:
                match = _HEAD.match(line)
                if match is not None and self._source.place(match.group(1)) is None:
                    yield offset
                offset += len(line)
