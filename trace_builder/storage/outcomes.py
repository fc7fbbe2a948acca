"""The outcomes of one stage: ``stages/<stage>.jsonl`` and an index over it."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from pydantic_core import to_json

from trace_builder.records import Outcome, Status
from trace_builder.storage.atomic import Replacement
from trace_builder.storage.journal import JournalFile, LineReader, damaged, unfit
from trace_builder.storage.seeds import SeedIndex, record_digest

PENDING, ACCEPTED, REJECTED, FAILED = range(4)
STATUS_CODES: dict[str, int] = {"accepted": ACCEPTED, "rejected": REJECTED, "failed": FAILED}
STATUS_NAMES: dict[int, Status] = {ACCEPTED: "accepted", REJECTED: "rejected", FAILED: "failed"}

#: The head of a line as ``OutcomeLog.append`` writes it; what follows is not parsed to find out about it.
_HEAD = re.compile(
    rb'\{"id":"((?:[^"\\]|\\.)*)","stage":"[^"]*","status":"(accepted(?=","reason":null)|(?:rejected|failed)(?=","reason":"))",'
    rb'"reason":(?:"(\w+)"|null),"fingerprint":"(\w*)","upstream":"([0-9a-f]{16})","digest":"([0-9a-f]{16})",'
    rb'"round":(\d{1,18}),"tries":(\d{1,18}),'
)
#: Where the record begins. Between it and the head there are a JSON string and keys, which cannot hold this.
_RECORD = b',"record":'
#: The digest of no record.
_NOTHING = record_digest(b"null")
_END = b"}\n"


class OutcomeLog:
    """What one stage has decided so far.

    Attributes:
        stale: lines that no longer count, and whose records none has taken the place of yet.
        upstream: the log of the stage before; None for the first stage, which reads the seeds.

    Raises:
        InputError: a line is not an outcome, or its record is not what it was when it was written.
    """

    def __init__(
        self,
        path: Path,
        seeds: SeedIndex,
        fingerprint: str,
        walks: int = 0,
        upstream: OutcomeLog | None = None,
        end: int | None = None,
        *,
        takes_rejected: bool = False,
    ) -> None:
        """``walks``: completed walks of the stage; ``end``: read no further than this offset;
        ``takes_rejected``: the stage also reads what the one before has kept of rejected records."""
        self.path = path
        self.upstream = upstream
        self._takes_rejected = takes_rejected
        self._seeds = seeds
        self._fingerprint = fingerprint.encode()
        self._walks = walks
        self._status = bytearray(len(seeds))
        self._offsets = array("Q", bytes(8 * len(seeds)))
        self._digests = array("Q", bytes(8 * len(seeds)))
        self._reasons = bytearray(len(seeds))
        self._reason_names: list[str] = [""]
        self._tries: dict[int, int] = {}
        self._stale: set[int] = set()
        self._orderly = True
        self._file: JournalFile | None = None
        self._reader = LineReader(path)
        self._scan(end)

    def open(self) -> None:
        """Makes the log writable; a torn last line is cut off."""
        self._file = JournalFile(self.path)

    def status(self, place: int) -> int:
        return self._status[place]

    def tries(self, place: int) -> int:
        """Completed walks this record has failed in."""
        return self._tries.get(place, 0)

    def version(self, place: int) -> int:
        """Another number once another line counts for this record; 0 where none does."""
        return self._offsets[place] + 1 if self._status[place] else 0

    def made(self, place: int) -> int | None:
        """The digest of the record that was accepted; None where none was."""
        return self._digests[place] if self._status[place] == ACCEPTED else None

    def kept(self, place: int) -> int | None:
        """The digest of what was kept of a record that was rejected; None where nothing was."""
        digest = self._digests[place]
        return digest if self._status[place] == REJECTED and digest != _NOTHING else None

    def incoming(self, place: int) -> int | None:
        """The digest of the record that the stage reads; None where there is none to read."""
        if self.upstream is None:
            return self._seeds.digest(place)
        made = self.upstream.made(place)
        return self.upstream.kept(place) if made is None and self._takes_rejected else made

    def entered(self) -> int:
        """How many records there are for the stage to read."""
        if self.upstream is None:
            return len(self._seeds)
        return sum(self.incoming(place) is not None for place in range(len(self._seeds)))

    @property
    def stale(self) -> int:
        return sum(self._status[place] == PENDING for place in self._stale)

    def counts(self) -> Counter[int]:
        return Counter(self._status)

    def reasons(self) -> dict[tuple[Status, str], int]:
        """How many records have each reason, rejected and failed ones apart, the most frequent first."""
        pairs = Counter(zip(self._status, self._reasons, strict=True))
        return {
            (STATUS_NAMES[status], self._reason_names[code]): n
            for (status, code), n in pairs.most_common()
            if code
        }

    def append(self, place: int, outcome: Outcome) -> None:
        """Writes an outcome; what it rests on, and the digest of its record, are filled in here."""
        assert self._file is not None
        row = outcome.model_dump(mode="json")
        record = _json(row.pop("record"))
        upstream, digest = self.incoming(place), record_digest(record)
        assert upstream is not None, "an outcome for a record that has not come in"
        row |= {"upstream": f"{upstream:016x}", "digest": f"{digest:016x}"}
        self._offsets[place] = self._file.append(_json(row)[:-1] + _RECORD + record + b"}")
        # Completion order is not canonical order; the end of the run sorts.
        self._orderly = False
        self._note(place, STATUS_CODES[outcome.status], outcome.reason, digest)

    def read(self, place: int) -> Outcome:
        """The outcome that counts for this record. Raises InputError: the line is damaged."""
        offset = self._offsets[place]
        line = self._reader.line(offset)
        try:
            return Outcome.model_validate_json(line)
        except ValueError as exc:
            raise unfit(self._reader, offset, line, exc) from None

    def where(self, place: int) -> str:
        """File and line of the outcome that counts, for messages."""
        return f"{self.path}:{self._reader.number(self._offsets[place])}"

    def places(self, status: int) -> Iterator[int]:
        """The records with this status, in canonical order."""
        return (place for place, found in enumerate(self._status) if found == status)

    def torn(self) -> bool:
        """Whether the file ends in a line that was cut off."""
        return self._reader.torn()

    def sync(self) -> None:
        if self._file is not None:
            self._file.sync()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
        self._reader.close()

    def sort(self) -> None:
        """Rewrites the file in canonical order, one line a record, stale lines left out.

        Lines of records that are not among the present seeds stay, after the others: the seeds may
        come back.
        """
        if self._orderly:
            return
        unknown = [offset for offset, _, match in self._heads() if self._seeds.place(match.group(1)) is None]
        written = 0
        with Replacement(self.path) as out:
            for place, status in enumerate(self._status):
                if status != PENDING:
                    line = self._reader.line(self._offsets[place])
                    self._offsets[place] = written
                    out.write(line)
                    written += len(line)
            for offset in unknown:
                out.write(self._reader.line(offset))
            self.close()
            out.commit()
        self._orderly = True

    def _heads(self, end: int | None = None) -> Iterator[tuple[int, bytes, re.Match[bytes]]]:
        for offset, number, line in self._reader.lines(end):
            match = _HEAD.match(line)
            if match is None or not line.endswith(_END):
                raise damaged(self._reader, number, "not an outcome of this stage")
            yield offset, line, match

    def _scan(self, end: int | None) -> None:
        previous = -1
        for number, (offset, line, match) in enumerate(self._heads(end), start=1):
            place = self._seeds.place(match.group(1))
            start = line.find(_RECORD, match.end())
            if start < 0 or record_digest(line[start + len(_RECORD) : -2]) != int(match.group(6), 16):
                raise damaged(self._reader, number, "the record is not what it was when it was written")
            # Lines of records that are not among the seeds belong at the end.
            position = len(self._seeds) if place is None else place
            counts = place is None or self._take(place, offset, match)
            self._orderly = self._orderly and counts and (position > previous or place is None)
            previous = position

    def _take(self, place: int, offset: int, match: re.Match[bytes]) -> bool:
        """Notes one line if it counts; returns whether it does.

        This is the one rule of what counts: the line carries the stage's present fingerprint and rests on
        the record that comes in now; the last such line wins. A failed record is pending again once the
        walk it failed in has completed (``round`` below ``walks``).
        """
        _, status, reason, fingerprint, upstream, digest, round_, tries = match.groups()
        if fingerprint != self._fingerprint or int(upstream, 16) != self.incoming(place):
            self._stale.add(place)
            return False
        if status == b"failed":
            self._tries[place] = int(tries)
            if int(round_) < self._walks:
                self._note(place, PENDING, None, 0)
                return False
        self._offsets[place] = offset
        self._note(place, STATUS_CODES[status.decode()], reason.decode() if reason else None, int(digest, 16))
        return True

    def _note(self, place: int, status: int, reason: str | None, digest: int) -> None:
        self._status[place] = status
        self._digests[place] = digest
        if reason and reason not in self._reason_names:
            self._reason_names.append(reason)
        self._reasons[place] = self._reason_names.index(reason) if reason else 0


def _json(value: object) -> bytes:
    """Compact JSON. A lone surrogate, which no file can hold, becomes a question mark."""
    try:
        return to_json(value)
    except ValueError:
        return to_json(_characters(value))


def _characters(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_characters(key): _characters(item) for key, item in value.items()}
    return [_characters(item) for item in value] if isinstance(value, list | tuple) else value
